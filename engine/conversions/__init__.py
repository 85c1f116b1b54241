"""What members buy at partners: reported once each, credited to a claim, approved, refunded, settled."""

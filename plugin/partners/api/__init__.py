"""The partner API under `/partner/v1`: what a partner's own systems read and report. See docs/partners.md."""

"""What the parts of the game share: definitions and their versions, facts, folding, results, points for them."""

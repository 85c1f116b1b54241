"""What tiers and plans do for their members."""

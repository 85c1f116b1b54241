"""Status that is earned: what tiers there are, and the one that each member has by what they did."""

"""Rewards: what points buy, what it costs, who may have it, and what became of each redemption."""

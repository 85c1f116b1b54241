"""Badges and milestones: goals over what members did, in levels, earned and lost by facts alone."""

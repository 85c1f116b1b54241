"""Leagues: weekly cohorts of members alike, with promotion and demotion."""

"""Streaks: something done day after day, week after week or month after month."""

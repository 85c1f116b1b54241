"""Leaderboards: scores from the ledger, ranks in Redis, seasons frozen in the database."""

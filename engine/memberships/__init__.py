"""Paid memberships: plans, the facts that a membership follows from, its states, and what it was worth."""

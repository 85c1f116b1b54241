"""Contracts that the app bills: their cycles, their attempts to be paid, and what becomes of those that fail."""

"""Challenges of several steps, for one member or for the whole community."""

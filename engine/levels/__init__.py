"""Levels by experience, which is apart from the points that can be spent."""

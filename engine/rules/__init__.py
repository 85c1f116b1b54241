"""What a program's rules can say, and what they decide: pure data and pure functions."""

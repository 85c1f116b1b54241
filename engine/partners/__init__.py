"""Partners of a program: who they are, what was agreed with them, and everything that one owes the other for."""

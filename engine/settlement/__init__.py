"""Settlement: what a program and its partner owe each other, in numbered statements that both can work out again."""

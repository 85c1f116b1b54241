"""What callers hand in as typed trees, turned into the plain data that the engine's definitions are checked from."""

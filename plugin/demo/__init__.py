"""`laurel demo`: everything on one machine, supervised, with a demo store; and the same played without a browser."""

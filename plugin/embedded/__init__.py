"""PostgreSQL and Valkey on the machine itself, from their wheels, and the guard that leaves nothing of them behind."""

"""`laurel doctor`: what is configured, what can be reached, what is missing, and how to mend it."""

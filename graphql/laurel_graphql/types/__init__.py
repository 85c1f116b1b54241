"""The object types of the two schemas, one module for each subject, made from the engine's own records."""

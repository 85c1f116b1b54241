"""The merchant's mutations, one module each. Each returns its object and `userErrors`, with its own enum of codes."""

"""What is served: webhooks, the app proxy, GraphQL over HTTP, and what operators look at."""

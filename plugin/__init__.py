"""The shop platform: everything that speaks with Shopify, and the processes that are run."""

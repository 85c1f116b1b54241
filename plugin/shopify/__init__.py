"""Speaking with Shopify: what it signs, the tokens it gives, its Admin API, and how a shop installs the app."""

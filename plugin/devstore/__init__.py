"""A stand-in for Shopify on localhost: one shop with a storefront, an admin, the Admin API and webhooks.

It is made so that the plugin cannot tell it from the platform: everything is signed, counted, throttled and retried as
Shopify does it. Nothing outside this package may import it, except the command line and the tests.
"""

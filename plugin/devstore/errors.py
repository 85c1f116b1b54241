"""What the demo store refuses: StoreError and its kinds. The text is for the person in front of the shop."""

from __future__ import annotations


class StoreError(Exception):
    """The store will not do that."""


class NotThereError(StoreError):
    """The order, customer, product or line does not exist."""


class CheckoutError(StoreError):
    """The checkout cannot be completed as asked: an empty cart, an unusable code, an unknown currency."""


class NotInstalledError(StoreError):
    """The app is not installed in this shop."""

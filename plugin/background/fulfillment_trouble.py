"""What an error of the Admin API means for whoever wanted something made: surely not, perhaps, or never."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.shopify.admin_client import AdminRefusedError, AdminUnreachableError, ShopUnavailableError
from plugin.shopify.token_endpoint import TokenRefusedError
from plugin.shopify.tokens import ShopPausedError

_NOT_KNOWN = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "NO_DATA", "UNKNOWN"})
"""Errors without data after which nobody knows what was done."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What came between. `harmless`: it surely had no effect; `refusal`: the shop will never do it."""

    text: str
    harmless: bool
    refusal: str | None = None


def trouble_of(error: Exception) -> Trouble | None:
    """What an error of the Admin API means for a mutation; None for an error that is a bug."""
    if isinstance(error, ShopPausedError | ShopUnavailableError | TokenRefusedError):
        return Trouble(f"the shop cannot be worked with: {type(error).__name__}", harmless=True)
    if isinstance(error, AdminUnreachableError):
        return Trouble(str(error), harmless=not error.may_have_happened)
    if isinstance(error, AdminRefusedError):
        if set(error.codes) & _NOT_KNOWN:
            return Trouble(str(error), harmless=False)
        return Trouble(str(error), harmless=True, refusal=f"refused: {error}")
    return None

"""Billing that is held after the app went away and came back: what its banner says."""

from __future__ import annotations

from typing import Any

from plugin.merchant.words import Words


def billing_values(billing: dict[str, Any], words: Words) -> dict[str, str] | None:
    """What the banner says; None while nothing is held."""
    if not billing["held"]:
        return None
    count, since = billing["contracts"], words.moment(billing["heldSince"])
    key = f"billing.held.{'one' if count == 1 else 'other'}"
    return {"heading": words.text(key, since=since, count=words.number(count)), "since": since}

"""The first shape of a stored definition: one rule for purchases, one for joining. Stored versions never change."""

from __future__ import annotations

from typing import Any


def rules_of_first_shape(given: Any) -> Any:
    """The same definition in today's shape; anything else is passed on as it is."""
    if not isinstance(given, dict) or not {"purchase", "sign_up"} & given.keys() or "rules" in given:
        return given
    rest = {name: value for name, value in given.items() if name not in ("purchase", "sign_up")}
    purchase, sign_up = given.get("purchase"), given.get("sign_up")
    rules = [
        *([_purchase(purchase)] if isinstance(purchase, dict) else []),
        *([_sign_up(sign_up)] if isinstance(sign_up, dict) else []),
    ]
    return {**rest, "rules": rules}


def first_shape_of(new: dict[str, Any]) -> dict[str, Any]:
    """A definition as the release before reads it, as far as that can say the same: whoever asks has to compare."""
    by_trigger = {rule["trigger"]: rule for rule in new["rules"]}
    paid, joined = by_trigger.get("order_paid"), by_trigger.get("sign_up")
    purchase = paid and {
        "handle": paid["handle"], "rates": paid["formula"].get("rates"), "test_orders": paid["test_orders"],
        "expires_after_days": paid["expiry"].get("days"),
    }  # fmt: skip
    sign_up = joined and {
        "handle": joined["handle"], "points": joined["formula"].get("points"),
        "expires_after_days": joined["expiry"].get("days"),
    }  # fmt: skip
    return {"name": new["name"], "time_zone": new["time_zone"], "purchase": purchase, "sign_up": sign_up}


def _purchase(old: dict[str, Any]) -> dict[str, Any]:
    return {
        "handle": old.get("handle", "purchase"), "title": "Purchases", "trigger": "order_paid",
        "formula": {"kind": "per_money", "rates": old.get("rates")}, "test_orders": old.get("test_orders", False),
        "expiry": _expiry(old),
    }  # fmt: skip


def _sign_up(old: dict[str, Any]) -> dict[str, Any]:
    return {
        "handle": old.get("handle", "sign-up"), "title": "Joining", "trigger": "sign_up",
        "formula": {"kind": "fixed", "points": old.get("points")}, "expiry": _expiry(old),
    }  # fmt: skip


def _expiry(old: dict[str, Any]) -> dict[str, Any]:
    days = old.get("expires_after_days", 365)
    return {"kind": "never"} if days is None else {"kind": "after", "days": days}

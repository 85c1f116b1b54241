"""The program's definition as the schema tells it, in the form that sentences and forms are drawn from.

Names become those of the engine, its words lower case, and each condition a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from plugin.merchant.condition_words import tree_of

_CAPITAL: Final = re.compile(r"(?<=[a-z])[A-Z]")
_WORDS: Final = frozenset(
    {"kind", "trigger", "scope", "rounding", "multipliers_stack", "per", "period", "event", "round", "mode", "taking"}
    | {"shortfall"}
)
"""Fields that hold one of the schema's own words."""
_TREES: Final = frozenset({"audience", "condition"})
_IDS: Final = frozenset({"product_ids", "collection_ids"})


def definition_of(definition: dict[str, Any]) -> dict[str, Any]:
    """What a version says."""
    return {_snake(name): _plain(_snake(name), value) for name, value in definition.items()}


def _plain(name: str, value: Any) -> Any:
    if name in _TREES:
        return tree_of(value)
    if name == "rates":
        return {rate["currencyCode"]: rate["pointsPerUnit"] for rate in value}
    if name in _IDS:
        return [gid.rpartition("/")[2] for gid in value]
    if name in _WORDS and isinstance(value, str):
        return value.lower()
    if isinstance(value, dict):
        return definition_of(value)
    if isinstance(value, list):
        return [_plain("", one) for one in value]
    return value


def _snake(name: str) -> str:
    return _CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)


NEW_RULE: Final[dict[str, Any]] = {
    "handle": "",
    "title": "",
    "enabled": True,
    "trigger": "order_paid",
    "event_name": None,
    "audience": None,
    "window": None,
    "condition": None,
    "scope": "order",
    "formula": {"kind": "per_money", "rates": {}, "points": None, "factor": None},
    "multipliers": [],
    "multipliers_stack": "multiply",
    "exclude": {
        "tax": True, "shipping": True, "gift_cards": True, "gift_card_paid": False, "store_credit_paid": False,
        "product_tags": [], "collection_ids": [], "product_ids": [], "customer_tags": [],
    },
    "test_orders": False,
    "counts_for_tier": True,
    "rounding": "half_even",
    "caps": [],
    "group": None,
    "priority": 100,
    "hold": {"kind": "none", "days": None, "event": None, "at_most_days": None},
    "expiry": {
        "kind": "after", "days": 365, "months": None, "round": "none", "month": None, "day": None, "grace_days": None,
    },
}  # fmt: skip
"""What the form for a new rule starts with: nothing but a rate has to be filled in."""


def changes(live: dict[str, Any] | None, draft: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """How a draft differs from what is live: what happened (added, removed, changed, settings) and to which title."""
    if live is None:
        return
    before = {rule["handle"]: rule for rule in live["rules"]}
    after = {rule["handle"]: rule for rule in draft["rules"]}
    for handle, rule in after.items():
        if handle not in before:
            yield "added", rule["title"]
        elif rule != before[handle]:
            yield "changed", rule["title"]
    for handle, rule in before.items():
        if handle not in after:
            yield "removed", rule["title"]
    if _without_rules(live) != _without_rules(draft):
        yield "settings", ""


def _without_rules(definition: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in definition.items() if name not in ("rules", "purchase", "sign_up")}

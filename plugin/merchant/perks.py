"""Perks as the editor of tiers and plans takes them, and how a delivery of one stands."""

from __future__ import annotations

from typing import Any, Final

from plugin.merchant.words import Words

KINDS: Final = (
    "EARN_MULTIPLIER", "CUSTOMER_TAG", "PERCENT_CODE", "FREE_SHIPPING_CODE", "EARLY_ACCESS", "BIRTHDAY_POINTS",
    "CONTENT",
)  # fmt: skip
DELIVERY_TONES: Final = {
    "WAITING": "info", "DELIVERED": "success", "REVOKING": "info", "REVOKED": "neutral", "FAILED": "critical",
}  # fmt: skip
_EMPTY: Final[dict[str, Any]] = {
    "handle": "", "kind": "EARN_MULTIPLIER", "factor": "2", "tag": None, "percentage": "10", "maximumPrice": "",
    "codeDays": None, "rhythm": None, "targetKind": "COLLECTION", "targetHandle": None, "opensAt": None,
    "membersFrom": None, "points": 100, "url": None, "text": None, "title": "",
}  # fmt: skip


def perk_choices(words: Words) -> dict[str, Any]:
    """What the lists of the editor offer, and the perk that a new row begins with."""
    return {
        "perks": [(kind, words.text(f"perks.kind.{kind}")) for kind in KINDS],
        "rhythms": [(name, words.text(f"perks.each.{name}")) for name in ("ONCE", "TERM", "MONTH")],
        "targets": [(name, words.text(f"perks.target.{name}")) for name in ("COLLECTION", "PRODUCT")],
        "new_perk": _EMPTY,
    }


def perk_fields(perk: dict[str, Any], words: Words) -> dict[str, Any]:
    """A perk of the schema as the editor's fields; what its kind does not have is what a new one begins with."""
    given = {name: value for name, value in perk.items() if value is not None}
    return {
        **_EMPTY,
        **given,
        "opensAt": words.local(perk["opensAt"]),
        "membersFrom": words.local(perk["membersFrom"]),
        # Content and early access have titles of their own; of the others it is only their description.
        "title": perk["title"] if perk["kind"] in ("CONTENT", "EARLY_ACCESS") else "",
        "maximumPrice": ", ".join(f"{one['currencyCode']} {one['amount']}" for one in perk["maximumPrice"]),
    }


def delivery_shown(delivery: dict[str, Any], names: dict[str, str], words: Words) -> dict[str, Any]:
    """A delivery with its words and color; `names` holds what tiers and plans are called, by `tier:…` and `plan:…`."""
    used = delivery["usedAt"]
    return {
        **delivery,
        "grantor": names.get(delivery["grantor"], delivery["grantor"].partition(":")[2]),
        "used": words.text("deliveries.used", date=words.full_date(used)) if used else None,
        "kind_text": words.text(f"perks.kind.{delivery['kind']}"),
        "state_text": words.text(f"perk.state.{delivery['state']}"),
        "tone": DELIVERY_TONES[delivery["state"]],
    }

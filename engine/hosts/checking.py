"""Whether an event of a host holds against what we know: our copy of the agreement, and what we reported. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

import orjson

from engine.money import POINTS_MAXIMUM, MoneyError
from engine.partners.kinds import POINTS_RULES, EventKind
from engine.partners.money import micros_of
from engine.partners.payloads import leaf_hash

PAYLOAD_MAXIMUM = 16 * 1024
Verdict = Literal["agreed", "noted", "unknown_agreement", "wrong_amount", "unknown_order", "taken_back_twice"]
"""`noted`: an adjustment or payment, against which nothing of ours can be held; the last four are disputed."""
DISPUTED = frozenset(["unknown_agreement", "wrong_amount", "unknown_order", "taken_back_twice"])
_OF_CONVERSIONS = frozenset(["issued", "clawed_back", "payment", "payment_reversed"])
_FIELDS = {"agreement": int, "currency": str, "id": str, "kind": str, "micros": str, "occurred_at": str, "points": int}


class EventUnreadable(Exception):  # noqa: N818  # a verdict on what came, not a failure of ours
    """A signed payload is no event as hosts write them."""


@dataclass(frozen=True, slots=True)
class HostEvent:
    """A host's event as it says itself; `payload` is exactly what was signed."""

    event_id: str
    kind: EventKind
    points: int
    micros: int
    currency: str
    agreement: int
    reference: str | None
    occurred_at: datetime
    payload: str
    leaf_hash: bytes


def read_event(raw: bytes) -> HostEvent:
    """Read a payload strictly. Raises EventUnreadable."""
    if len(raw) > PAYLOAD_MAXIMUM:
        raise EventUnreadable("too long")
    try:
        text = raw.decode()
        document = orjson.loads(raw)
        if not isinstance(document, dict) or any(type(document.get(name)) is not one for name, one in _FIELDS.items()):
            raise EventUnreadable("fields are missing")
        reference, micros = document.get("reference"), int(document["micros"])
        at = datetime.fromisoformat(document["occurred_at"])
        whole = 0 < int(document["id"]) < 2**63 and abs(micros) < 2**62 and abs(document["points"]) <= POINTS_MAXIMUM
    except (ValueError, OverflowError):
        raise EventUnreadable("not an event") from None
    readable = reference is None or (isinstance(reference, str) and len(reference) <= 200)
    dated = at.tzinfo is not None and 1970 <= at.year <= 9000  # what every zone's calendar can show
    if not whole or not readable or not dated or document["kind"] not in get_args(EventKind):
        raise EventUnreadable("fields out of bounds")
    return HostEvent(
        document["id"], document["kind"], document["points"], micros, document["currency"], document["agreement"],
        reference, at, text, leaf_hash(text),
    )  # fmt: skip


def verdict_on(
    event: HostEvent, agreements: Mapping[str, Mapping[str, Any]], reported: Collection[str], issued_before: int
) -> Verdict:
    """What we hold against an event.

    `reported` are the orders that we reported there, `issued_before` the points that earlier events gave for this one's
    order and that were not taken back.
    """
    agreement = agreements.get(str(event.agreement))
    if agreement is None:
        return "unknown_agreement"
    if event.kind in POINTS_RULES and not _is_priced(event, agreement):
        return "wrong_amount"
    if event.kind in _OF_CONVERSIONS and event.reference not in reported:
        return "unknown_order"
    if event.kind == "clawed_back" and event.points > issued_before:
        return "taken_back_twice"
    return "agreed" if event.kind in POINTS_RULES else "noted"


def _is_priced(event: HostEvent, agreement: Mapping[str, Any]) -> bool:
    """Whether its money is its points at the rate of our copy of the agreement."""
    rule = POINTS_RULES[event.kind]
    try:
        rate = Decimal(str(agreement[f"{rule.rate}_rate"]))
        expected = rule.sign * micros_of(event.points, rate, event.currency)
    except (KeyError, InvalidOperation, MoneyError):
        return False
    return event.micros == expected and event.currency == agreement.get("currency")

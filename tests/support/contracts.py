"""A contract and its attempts, for tests of what follows from them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.billing.attempts import Attempt, AttemptState, idempotency_key
from engine.billing.contracts import Contract, ContractKey
from engine.billing.dunning import FailureClass, Ladder

ANCHOR = datetime(2027, 1, 31, 15, tzinfo=UTC)
LADDER = Ladder((0, 3, 5, 7), "pause")
KEY = ContractKey(1, 2, 7)


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def contract(**changes: Any) -> Contract:
    """A contract that began on 31 January and is due on 28 February, with whatever is given instead."""
    given: dict[str, Any] = {
        "key": KEY, "currency": "USD", "interval_unit": "month", "interval_count": 1, "anchor_at": ANCHOR,
        "updated_at": ANCHOR, "status": "active", "price_minor": 900, "member_id": 5, "plan_id": 3, "plan_version": 1,
        "next_billing_at": at("2027-02-28T15:00"),
    }  # fmt: skip
    return Contract(**given | changes)


def attempt(cycle: int, number: int, state: AttemptState, due: datetime, kind: FailureClass | None = None) -> Attempt:
    """An attempt of it, settled when it was due."""
    return Attempt(
        1, 100 + number, 2, 7, cycle, number, idempotency_key(7, cycle, number), state, kind, None, 900, "USD", None,
        None, None, due, due, due, due,
    )  # fmt: skip

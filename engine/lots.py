"""Which points are taken first. Pure planning over a member's lots; the ledger writes what is planned.

Points lie in lots, one for each award, each with its own end. Spending takes the earliest end first. A refund takes
back from the award's own lots first, then (kind to the member) from those that would last longest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(slots=True)
class Lot:
    """Points of one award with one end. `expired` counts what ran out and was not taken back since."""

    program_id: int
    lot_id: int
    member_id: int
    award_id: int | None
    transaction_id: int
    quantity: int
    remaining: int
    available_at: datetime
    expires_at: datetime | None
    expired: int = 0
    idle_days: int | None = None
    """Where set, every purchase moves the end to so many days after it."""

    def due(self, now: datetime) -> bool:
        """Whether its points can no longer be spent; the end is the first such instant."""
        return self.remaining > 0 and self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Taking:
    """Points to take out of one lot."""

    lot: Lot
    quantity: int


def _spending_order(lot: Lot) -> tuple[datetime, datetime, int]:
    return (lot.expires_at or NEVER, lot.available_at, lot.lot_id)


def plan_spending(lots: Iterable[Lot], points: int) -> list[Taking]:
    """Take points, earliest end first. The list may hold fewer points than asked for when there are no more."""
    return _take(sorted(lots, key=_spending_order), points)


def plan_taking_back(lots: Iterable[Lot], points: int, *, latest_first: bool) -> list[Taking]:
    """Take points from lots of other awards: latest end first, which is kind to the member, or earliest first."""
    return _take(sorted(lots, key=_spending_order, reverse=latest_first), points)


def plan_taking_expired(lots: Iterable[Lot], points: int) -> list[Taking]:
    """Take points that ran out already."""
    return _take(sorted(lots, key=_spending_order), points, held=lambda lot: lot.expired)


def _take(lots: Iterable[Lot], points: int, held: Callable[[Lot], int] = lambda lot: lot.remaining) -> list[Taking]:
    takings = []
    for lot in lots:
        quantity = min(held(lot), points)
        if quantity > 0:
            takings.append(Taking(lot, quantity))
            points -= quantity
    return takings


def next_expiry(lots: Iterable[Lot]) -> datetime | None:
    """The next instant at which a member loses points, if any."""
    return min((lot.expires_at for lot in lots if lot.remaining > 0 and lot.expires_at is not None), default=None)

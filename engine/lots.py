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


def plan_taking_back(lots: Iterable[Lot], award_id: int, points: int) -> list[Taking]:
    """Take points back: the award's own unspent lots first, then the others, latest end first."""
    lots = list(lots)
    own = sorted((lot for lot in lots if lot.award_id == award_id), key=_spending_order)
    others = sorted((lot for lot in lots if lot.award_id != award_id), key=_spending_order, reverse=True)
    return _take([*own, *others], points)


def plan_taking_expired(lots: Iterable[Lot], award_id: int, points: int) -> list[Taking]:
    """Of an award's points that ran out already, those that a refund takes back: the member lost them before."""
    own = sorted((lot for lot in lots if lot.award_id == award_id), key=_spending_order)
    return _take(own, points, held=lambda lot: lot.expired)


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

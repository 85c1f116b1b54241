"""A ledger that only plans: no database, ids counted up. For tests of the arithmetic of points alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.accounts import KINDS_PER_MEMBER, account_kind
from engine.awards import Award, AwardKey
from engine.ledger import Holdings, Ledger, MemberKey, PlannedTransaction
from engine.lots import Lot

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ANA, BEN = MemberKey(1, 7), MemberKey(1, 8)
FIRST_ID = 5_000


class PlanOnly(Ledger):
    """Draws ids from nowhere and is never written."""

    drawn = 0

    async def draw_ids(self, count: int) -> None:
        self._ids = sorted([*self._ids, *range(FIRST_ID + self.drawn, FIRST_ID + self.drawn + count)], reverse=True)
        self.drawn += count


def lot(
    number: int, remaining: int, days: int | None = 100, *, award: int | None = None, expired: int = 0,
    owner: MemberKey = ANA, idle_days: int | None = None,
) -> Lot:  # fmt: skip
    """A lot that ends in so many days, None for one that never does; its award has its number unless told otherwise."""
    ends_at = None if days is None else NOW + timedelta(days=days)
    award_id = number if award is None else award
    return Lot(
        1, number, owner.member_id, award_id, 100 + number, 1_000, remaining, NOW, ends_at, expired, idle_days
    )  # fmt: skip


def ledger(*lots: Lot, debt: int = 0, pending: int = 0, reserved: int = 0, lifetime: int = 500) -> PlanOnly:
    """A ledger with two locked members, whose wallets these lots are; the other numbers are Ana's."""
    made = PlanOnly(cast(AsyncConnection, None), NOW)
    for key in (ANA, BEN):
        own = [one for one in lots if one.member_id == key.member_id]
        made.holdings[key] = Holdings(key, sum(one.remaining for one in own), 0, 0, 0, 0, None, own, True)
    holdings = made.holdings[ANA]
    holdings.debt, holdings.pending, holdings.reserved, holdings.lifetime = debt, pending, reserved, lifetime
    return made


def award(
    number: int, *, days: int | None = 100, held: int = 0, posted: int = 0, idle_days: int | None = None
) -> Award:
    """An award of Ana's with this id."""
    ends_at = None if days is None else NOW + timedelta(days=days)
    detail = {} if idle_days is None else {"idle_days": str(idle_days)}
    key = AwardKey(1, 1, "order", str(number), "purchase")
    return Award(key, number, 1, ANA.member_id, NOW, ends_at, posted, held=held, detail=detail)


def entry(key: MemberKey = ANA) -> PlannedTransaction:
    """A transaction to plan into."""
    return PlannedTransaction(key, 900, "test", 0, NOW, "tests")


def moves(planned: PlannedTransaction) -> list[tuple[str, str, int]]:
    """The transfers by the names of their accounts: (debited, credited, points); a member's with their number."""
    return [(_named(debit), _named(credit), points) for debit, credit, points in planned.transfers]


def _named(account: int) -> str:
    name = account_kind(account).name.lower()
    return name if account < KINDS_PER_MEMBER else f"{name} {account // KINDS_PER_MEMBER}"


def balances(made: Ledger, key: MemberKey = ANA) -> tuple[int, int, int, int, int]:
    """(available, pending, reserved, debt, lifetime)."""
    held = made.holdings[key]
    return held.available, held.pending, held.reserved, held.debt, held.lifetime

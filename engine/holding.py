"""The moves of two-phase spending: held, captured, given back, restored. What is held for what is in `reservations`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.accounts import MemberAccount, ProgramAccount
from engine.giving import repay
from engine.ledger import Ledger, PlannedTransaction
from engine.lots import Lot, Taking


def hold(ledger: Ledger, planned: PlannedTransaction, takings: Iterable[Taking]) -> int:
    """Move points from what is available to what is reserved; returns how many."""
    available, reserved = planned.key.account(MemberAccount.AVAILABLE), planned.key.account(MemberAccount.RESERVED)
    points = ledger.move_out(planned, takings, available, reserved)
    ledger.holdings[planned.key].reserved += points
    ledger.add(planned, -points)
    return points


def capture(ledger: Ledger, planned: PlannedTransaction, points: int, through: ProgramAccount | None = None) -> None:
    """Take reserved points as spent; `through` is an account that they pass and do not stay in."""
    reserved = planned.key.account(MemberAccount.RESERVED)
    if through is not None:
        planned.move(reserved, through, points)
        reserved = through
    planned.move(reserved, ProgramAccount.REDEEMED, points)
    ledger.holdings[planned.key].reserved -= points
    ledger.add(planned, 0)


async def give_back(
    ledger: Ledger, planned: PlannedTransaction, held: Iterable[Taking], points: int, minimum_end: datetime
) -> None:
    """Return reserved points to the lots that they came from, as `come_back` does."""
    planned.move(planned.key.account(MemberAccount.RESERVED), planned.key.account(MemberAccount.AVAILABLE), points)
    ledger.holdings[planned.key].reserved -= points
    await _come_back(ledger, planned, held, points, minimum_end)


async def restore(
    ledger: Ledger, planned: PlannedTransaction, spent: Iterable[Taking], points: int, minimum_end: datetime
) -> None:
    """Return spent points, whose order was refunded, to the lots that they came from, as `come_back` does."""
    planned.move(ProgramAccount.REDEEMED, planned.key.account(MemberAccount.AVAILABLE), points)
    await _come_back(ledger, planned, spent, points, minimum_end)


async def _come_back(
    ledger: Ledger, planned: PlannedTransaction, origin: Iterable[Taking], points: int, minimum_end: datetime
) -> None:
    """Points come back to their lots, in the order given; what the member owes is paid back from them first.

    What would end before `minimum_end` goes into a lot of its own that ends then, so that points of the old lot
    which were not taken keep their end. So does what came from a lot that is another member's since a merge, and what
    came from no lot: it was owed when it was spent, and that was paid meanwhile.
    """
    origin = list(origin)
    await ledger.draw_ids(len(origin) + 1)
    repaid = repay(ledger, planned, points)
    ledger.holdings[planned.key].available += points - repaid
    left = points - repaid
    for taking in origin:
        returned = min(taking.quantity, left)
        left -= returned
        if returned:
            _return(ledger, planned, taking.lot, returned, minimum_end)
    if left:
        _new_lot(ledger, planned, left, minimum_end)
    ledger.add(planned, points)


def _return(ledger: Ledger, planned: PlannedTransaction, lot: Lot, points: int, minimum_end: datetime) -> None:
    lasts = lot.expires_at is None or lot.expires_at >= minimum_end
    if lasts and lot.member_id == planned.key.member_id:
        lot.remaining += points
        ledger.touch(lot)
        return
    _new_lot(ledger, planned, points, lot.expires_at if lasts else minimum_end, lot)


def _new_lot(
    ledger: Ledger, planned: PlannedTransaction, points: int, ends_at: datetime | None, like: Lot | None = None
) -> None:
    award_id, idle_days = (like.award_id, like.idle_days) if like else (None, None)
    ledger.add_lot(
        Lot(
            planned.key.program_id, ledger.new_id(), planned.key.member_id, award_id, planned.transaction_id, points,
            points, ledger.now, ends_at, idle_days=idle_days,
        )
    )  # fmt: skip

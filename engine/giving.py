"""Points that come: earned at once, or held back first and released later.

What a member owes is paid back from the points that become spendable, before anything else.
"""

from __future__ import annotations

from datetime import datetime

from engine.accounts import MemberAccount, ProgramAccount
from engine.awards import Award
from engine.ledger import Ledger, PlannedTransaction
from engine.lots import Lot


def earn(
    ledger: Ledger, award: Award, points: int, planned: PlannedTransaction, starts_at: datetime,
    ends_at: datetime | None,
) -> None:  # fmt: skip
    """Give points for an award, spendable from `starts_at` until `ends_at`: the award's end, or that after its hold."""
    planned.award_id = award.award_id
    available = planned.key.account(MemberAccount.AVAILABLE)
    planned.move(ProgramAccount.ISSUED, available, points)
    _make_spendable(ledger, award, points, planned, starts_at, ends_at)
    ledger.holdings[planned.key].lifetime += points
    ledger.add(planned, points)


def earn_held(ledger: Ledger, award: Award, points: int, planned: PlannedTransaction) -> None:
    """Give points that the member sees but cannot spend before they are released."""
    planned.award_id = award.award_id
    holdings = ledger.holdings[planned.key]
    planned.move(ProgramAccount.ISSUED, planned.key.account(MemberAccount.PENDING), points)
    holdings.pending += points
    holdings.lifetime += points
    award.held += points
    ledger.add(planned, points)


def release(ledger: Ledger, award: Award, planned: PlannedTransaction, ends_at: datetime | None) -> None:
    """Let the held points of an award be spent from now until `ends_at`."""
    points, holdings = award.held, ledger.holdings[planned.key]
    planned.award_id = award.award_id
    planned.move(planned.key.account(MemberAccount.PENDING), planned.key.account(MemberAccount.AVAILABLE), points)
    holdings.pending -= points
    award.held = 0
    _make_spendable(ledger, award, points, planned, ledger.now, ends_at)
    ledger.add(planned, 0)


def _make_spendable(
    ledger: Ledger, award: Award, points: int, planned: PlannedTransaction, starts_at: datetime,
    ends_at: datetime | None,
) -> None:  # fmt: skip
    lot = Lot(
        planned.key.program_id, ledger.new_id(), planned.key.member_id, award.award_id, planned.transaction_id,
        points, points, starts_at, ends_at, idle_days=award.idle_days,
    )  # fmt: skip
    repaid = repay(ledger, planned, points)
    if repaid:
        lot.remaining -= repaid
        planned.takings.append((lot.lot_id, repaid))
    ledger.holdings[planned.key].available += points - repaid
    ledger.add_lot(lot)


def repay(ledger: Ledger, planned: PlannedTransaction, points: int) -> int:
    """Pay back what the member owes from points that come to their available account; returns how many."""
    holdings = ledger.holdings[planned.key]
    repaid = min(points, holdings.debt)
    planned.move(planned.key.account(MemberAccount.AVAILABLE), planned.key.account(MemberAccount.DEBT), repaid)
    holdings.debt -= repaid
    return repaid

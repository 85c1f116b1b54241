"""Points that go: taken back by refunds, spent, or run out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.accounts import MemberAccount, ProgramAccount
from engine.awards import Award
from engine.ledger import Ledger, MemberKey, PlannedTransaction
from engine.lots import Lot, Taking, plan_spending, plan_taking_back, plan_taking_expired

TakingOrder = Literal["latest_end_first", "earliest_end_first"]
Shortfall = Literal["debt", "write_off", "flag"]


@dataclass(frozen=True, slots=True)
class TakingPolicy:
    """Of whose points a refund takes what the award itself no longer has, and what becomes of the rest.

    `debt` is paid back from what the member earns next, `write_off` is borne by the program, `flag` is borne by the
    program, too, and shown to the staff.
    """

    order: TakingOrder = "latest_end_first"
    shortfall: Shortfall = "debt"


def take_back(ledger: Ledger, award: Award, points: int, planned: PlannedTransaction, policy: TakingPolicy) -> None:
    """Take points of an award back.

    First what is still held of it, then from its own lots, then what expired of it, then from other lots; the rest
    by the policy.
    """
    holdings, lots = ledger.holdings[planned.key], ledger.lots_of(planned.key)
    planned.award_id = award.award_id
    available = planned.key.account(MemberAccount.AVAILABLE)
    held = min(points, award.held)
    planned.move(planned.key.account(MemberAccount.PENDING), ProgramAccount.ISSUED, held)
    holdings.pending -= held
    award.held -= held
    own = [lot for lot in lots if lot.award_id == award.award_id]
    left = points - held
    takings = plan_spending(own, left)
    left -= sum(taking.quantity for taking in takings)
    expired = _take_expired(ledger, planned, own, left)
    left -= expired
    others = plan_taking_back(
        (lot for lot in lots if lot.award_id != award.award_id), left, latest_first=policy.order == "latest_end_first"
    )
    left -= sum(taking.quantity for taking in others)
    ledger.move_out(planned, [*takings, *others], available, ProgramAccount.ISSUED)
    borne = _fall_short(ledger, planned, left, ProgramAccount.ISSUED, policy.shortfall)
    holdings.lifetime -= points
    planned.detail["posted"] = str(-points)
    ledger.add(planned, expired + borne - points)  # what had expired was lost before, what is borne was kept


def spend(
    ledger: Ledger, planned: PlannedTransaction, points: int, credit: int, shortfall: Shortfall = "debt"
) -> list[Taking]:
    """Take points from what is available, earliest end first, into another account; the rest by the policy."""
    takings = plan_spending(ledger.lots_of(planned.key), points)
    taken = ledger.move_out(planned, takings, planned.key.account(MemberAccount.AVAILABLE), credit)
    borne = _fall_short(ledger, planned, points - taken, credit, shortfall)
    ledger.add(planned, borne - points)
    return takings


def _fall_short(ledger: Ledger, planned: PlannedTransaction, left: int, credit: int, shortfall: Shortfall) -> int:
    """Settle what no lot could pay; returns what the program bears of it."""
    if not left:
        return 0
    planned.detail["shortfall"] = str(left)
    planned.detail["shortfall_policy"] = shortfall
    if shortfall == "debt":
        planned.move(planned.key.account(MemberAccount.DEBT), credit, left)
        ledger.holdings[planned.key].debt += left
        return 0
    planned.move(ProgramAccount.WRITTEN_OFF, credit, left)
    return left


def _take_expired(ledger: Ledger, planned: PlannedTransaction, own: Iterable[Lot], left: int) -> int:
    """Of an award's points that ran out already, those that a refund takes back: the member lost them before."""
    takings = plan_taking_expired(own, left)
    for taking in takings:
        taking.lot.expired -= taking.quantity
        ledger.touch(taking.lot)
    taken = sum(taking.quantity for taking in takings)
    planned.move(ProgramAccount.EXPIRED, ProgramAccount.ISSUED, taken)
    return taken


async def expire_due(ledger: Ledger, members: Iterable[MemberKey]) -> None:
    """Expire every loaded lot that is due now, each in a transaction of its own that names the lot."""
    due = [(key, lot) for key in sorted(set(members)) for lot in ledger.lots_of(key) if lot.due(ledger.now)]
    await ledger.draw_ids(len(due))
    for key, lot in due:
        quantity = lot.remaining
        assert lot.expires_at is not None
        planned = PlannedTransaction(
            key, ledger.new_id(), "expire", 0, lot.expires_at, "program", award_id=lot.award_id,
            corrects=lot.transaction_id,
        )  # fmt: skip
        available = key.account(MemberAccount.AVAILABLE)
        ledger.move_out(planned, [Taking(lot, quantity)], available, ProgramAccount.EXPIRED)
        lot.expired += quantity
        ledger.add(planned, -quantity)

"""Points that move from one member to another, each side an entry of its own; lots keep their ends.

Between the two entries the points are in the program's account `MOVED`, which is empty when both are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.accounts import MemberAccount, ProgramAccount
from engine.giving import repay
from engine.ledger import Ledger, MemberKey, PlannedTransaction
from engine.lots import Lot, Taking


@dataclass(frozen=True, slots=True)
class Move:
    """From whom to whom, what the entries are called, who wants it and why."""

    giver: MemberKey
    receiver: MemberKey
    kind: str
    actor: str
    detail: dict[str, str]

    def entry(self, ledger: Ledger, side: str, key: MemberKey) -> PlannedTransaction:
        """One side's transaction; it takes an id."""
        return PlannedTransaction(
            key, ledger.new_id(), f"{self.kind}-{side}", 0, ledger.now, self.actor, detail=dict(self.detail)
        )


async def move_spendable(ledger: Ledger, move: Move, takings: Sequence[Taking], *, keep_awards: bool) -> int:
    """Move points out of these lots; what the receiver owes is paid back from them first. Returns how many.

    With `keep_awards` the new lots belong to the awards of the old ones, so that a later refund finds them.
    """
    points = sum(taking.quantity for taking in takings)
    if not points:
        return 0
    await ledger.draw_ids(2 + len(takings))
    given, taken = move.entry(ledger, "out", move.giver), move.entry(ledger, "in", move.receiver)
    ledger.move_out(given, takings, move.giver.account(MemberAccount.AVAILABLE), ProgramAccount.MOVED)
    ledger.add(given, -points)
    taken.move(ProgramAccount.MOVED, move.receiver.account(MemberAccount.AVAILABLE), points)
    repaid = repay(ledger, taken, points)
    ledger.holdings[move.receiver].available += points - repaid
    for taking in takings:
        paid = min(repaid, taking.quantity)
        repaid -= paid
        lot = Lot(
            move.receiver.program_id, ledger.new_id(), move.receiver.member_id,
            taking.lot.award_id if keep_awards else None, taken.transaction_id, taking.quantity,
            taking.quantity - paid, ledger.now, taking.lot.expires_at, idle_days=taking.lot.idle_days,
        )  # fmt: skip
        if paid:
            taken.takings.append((lot.lot_id, paid))
        ledger.add_lot(lot)
    ledger.add(taken, points)
    return points


async def move_pending(ledger: Ledger, move: Move, points: int) -> None:
    """Move points that are held back; the awards that they are of stay as they are."""
    if not points:
        return
    await ledger.draw_ids(2)
    given, taken = move.entry(ledger, "out", move.giver), move.entry(ledger, "in", move.receiver)
    given.move(move.giver.account(MemberAccount.PENDING), ProgramAccount.MOVED, points)
    taken.move(ProgramAccount.MOVED, move.receiver.account(MemberAccount.PENDING), points)
    ledger.holdings[move.giver].pending -= points
    ledger.holdings[move.receiver].pending += points
    ledger.add(given, -points)
    ledger.add(taken, points)


async def move_reserved(ledger: Ledger, move: Move, points: int) -> None:
    """Move points that are reserved; the holds that they are of are settled for the receiver from then on."""
    if not points:
        return
    await ledger.draw_ids(2)
    given, taken = move.entry(ledger, "out", move.giver), move.entry(ledger, "in", move.receiver)
    given.move(move.giver.account(MemberAccount.RESERVED), ProgramAccount.MOVED, points)
    taken.move(ProgramAccount.MOVED, move.receiver.account(MemberAccount.RESERVED), points)
    ledger.holdings[move.giver].reserved -= points
    ledger.holdings[move.receiver].reserved += points
    ledger.add(given, 0)
    ledger.add(taken, 0)


async def move_debt(ledger: Ledger, move: Move, points: int, lots: Sequence[Lot]) -> None:
    """The receiver owes what the giver owed; it is paid at once from the receiver's `lots`, in their order."""
    if not points:
        return
    await ledger.draw_ids(2)
    given, taken = move.entry(ledger, "out", move.giver), move.entry(ledger, "in", move.receiver)
    given.move(ProgramAccount.MOVED, move.giver.account(MemberAccount.DEBT), points)
    ledger.holdings[move.giver].debt -= points
    ledger.add(given, points)
    left, takings = points, []
    for lot in lots:
        paid = min(left, lot.remaining)
        left -= paid
        if paid:
            takings.append(Taking(lot, paid))
    ledger.move_out(taken, takings, move.receiver.account(MemberAccount.AVAILABLE), ProgramAccount.MOVED)
    taken.move(move.receiver.account(MemberAccount.DEBT), ProgramAccount.MOVED, left)
    ledger.holdings[move.receiver].debt += left
    ledger.add(taken, -points)

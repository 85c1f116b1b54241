"""The ledger: every change of a balance is planned here, under the members' locks, and written in a few statements.

A `Ledger` is opened for one database transaction. It locks its members in id order, plans transactions in memory
(each a set of transfers that balances by construction, with the lots it touches) and writes them all at once. It
never commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine import ledger_store
from engine.accounts import MemberAccount, ProgramAccount, member_account
from engine.awards import Award
from engine.lots import Lot, Taking, next_expiry, plan_taking_back, plan_taking_expired


class MemberKey(NamedTuple):
    """A member of one program."""

    program_id: int
    member_id: int


class InsufficientPoints(Exception):  # noqa: N818  # named for the rule, as the field names it
    """There are fewer points than were asked for. Nothing was changed."""

    def __init__(self, wanted: int, available: int) -> None:
        super().__init__(f"{wanted} points wanted, {available} available")
        self.wanted = wanted
        self.available = available


@dataclass(slots=True)
class Holdings:
    """A member's balances as this transaction sees and changes them, under the row's lock."""

    key: MemberKey
    available: int
    pending: int
    reserved: int
    debt: int
    lifetime: int
    next_expiry_at: datetime | None
    lots: list[Lot] | None = None
    changed: bool = False


class EffectKey(NamedTuple):
    """What a transaction is the one effect of; the database refuses a second."""

    shop_id: int
    source: str
    source_id: str
    rule: str
    revision: int


@dataclass(slots=True)
class PlannedTransaction:
    """A transaction that will be written: `points` is its signed effect on what the member can spend or owes."""

    key: MemberKey
    transaction_id: int
    kind: str
    points: int
    occurred_at: datetime
    actor: str
    award_id: int | None = None
    program_version: int | None = None
    corrects: int | None = None
    detail: dict[str, str] = field(default_factory=dict)
    effect: EffectKey | None = None
    transfers: list[tuple[int, int, int]] = field(default_factory=list)
    takings: list[tuple[int, int]] = field(default_factory=list)

    def move(self, debit: int, credit: int, amount: int) -> None:
        """Add a transfer from one account to another."""
        self.transfers.append((int(debit), int(credit), amount))


class Ledger:
    """Plans and writes one database transaction's postings; see the module."""

    def __init__(self, connection: AsyncConnection, now: datetime, holdings: dict[MemberKey, Holdings]) -> None:
        self.connection = connection
        self.now = now
        self.holdings = holdings
        self.planned: list[PlannedTransaction] = []
        self.new_lots: list[Lot] = []
        self.touched_lots: dict[tuple[int, int], Lot] = {}
        self._ids: list[int] = []

    @classmethod
    async def open(cls, connection: AsyncConnection, members: Iterable[MemberKey]) -> Ledger:
        """Lock these members, in id order, and read their balances at the database's now."""
        now: datetime = (await connection.execute(text("SELECT now()"))).scalar_one()
        rows = await ledger_store.lock_members(connection, sorted(set(members)))
        holdings = {MemberKey(*row[:2]): Holdings(MemberKey(*row[:2]), *row[2:]) for row in rows}
        return cls(connection, now, holdings)

    async def draw_ids(self, count: int) -> None:
        """Draw as many ids as the coming plans need at most; unused ones stay gaps."""
        self._ids.extend(await ledger_store.draw_ids(self.connection, count))

    async def load_lots(self, members: Iterable[MemberKey], award_ids: Iterable[int] = ()) -> None:
        """Read the live lots of members whose points will be taken, and the spent ones of awards to be taken back."""
        wanted = sorted(key for key in set(members) if self.holdings[key].lots is None)
        for key in wanted:
            self.holdings[key].lots = []
        for lot in await ledger_store.read_lots(self.connection, wanted, list(award_ids)):
            lots = self.holdings[MemberKey(lot.program_id, lot.member_id)].lots
            assert lots is not None
            lots.append(lot)

    async def load_named_lots(self, key: MemberKey, lot_ids: list[int]) -> list[Lot]:
        """Lots of a member by their ids, also spent ones, beside the live ones that were loaded before."""
        known = self._lots(self._holdings(key))
        live = {lot.lot_id for lot in known}
        known += await ledger_store.read_named_lots(
            self.connection, key.program_id, [lot_id for lot_id in lot_ids if lot_id not in live]
        )
        return [lot for lot in known if lot.lot_id in lot_ids]

    def new_id(self) -> int:
        """An id that no other transaction, lot or award has."""
        return self._ids.pop()

    def earn(self, award: Award, points: int, planned: PlannedTransaction, starts_at: datetime) -> None:
        """Give points for an award. What the member owes is paid back from them first."""
        holdings = self._holdings(planned.key)
        available = member_account(planned.key.member_id, MemberAccount.AVAILABLE)
        debt = member_account(planned.key.member_id, MemberAccount.DEBT)
        planned.move(ProgramAccount.ISSUED, available, points)
        repaid = min(points, holdings.debt)
        lot = Lot(
            planned.key.program_id, self.new_id(), planned.key.member_id, award.award_id, planned.transaction_id,
            points, points - repaid, starts_at, award.expires_at,
        )  # fmt: skip
        if repaid:
            planned.move(available, debt, repaid)
            planned.takings.append((lot.lot_id, repaid))
            holdings.debt -= repaid
        self.new_lots.append(lot)
        if holdings.lots is not None:
            holdings.lots.append(lot)
        holdings.available += points - repaid
        holdings.lifetime += points
        if lot.expires_at is not None and lot.remaining > 0:
            holdings.next_expiry_at = min(holdings.next_expiry_at or lot.expires_at, lot.expires_at)
        self._add(planned, points)

    def take_back(self, award: Award, points: int, planned: PlannedTransaction) -> None:
        """Take points of an award back: from its own lots, from what expired of it, from other lots, else as a debt."""
        holdings = self._holdings(planned.key)
        lots = self._lots(holdings)
        available = member_account(planned.key.member_id, MemberAccount.AVAILABLE)
        own = plan_taking_back([lot for lot in lots if lot.award_id == award.award_id], award.award_id, points)
        left = self._move(planned, holdings, own, available, ProgramAccount.ISSUED, points)
        expired = left - self._take_expired(planned, lots, award.award_id, left)
        left -= expired
        others = plan_taking_back(lots, award.award_id, left)
        left = self._move(planned, holdings, others, available, ProgramAccount.ISSUED, left)
        if left:
            debt = member_account(planned.key.member_id, MemberAccount.DEBT)
            planned.move(debt, ProgramAccount.ISSUED, left)
            holdings.debt += left
        holdings.lifetime -= points
        planned.detail["posted"] = str(-points)
        self._add(planned, expired - points)  # what had expired was lost before

    def hold(self, planned: PlannedTransaction, takings: list[Taking], points: int) -> None:
        """Move points from what is available to what is reserved."""
        holdings = self._holdings(planned.key)
        available = member_account(planned.key.member_id, MemberAccount.AVAILABLE)
        reserved = member_account(planned.key.member_id, MemberAccount.RESERVED)
        left = self._move(planned, holdings, takings, available, reserved, points)
        assert left == 0, "the lots hold what the balance says"
        holdings.reserved += points
        self._add(planned, -points)

    def capture(self, planned: PlannedTransaction, points: int) -> None:
        """Take reserved points as spent."""
        reserved = member_account(planned.key.member_id, MemberAccount.RESERVED)
        planned.move(reserved, ProgramAccount.REDEEMED, points)
        self._holdings(planned.key).reserved -= points
        self._add(planned, 0)

    def give_back(self, planned: PlannedTransaction, held: list[Taking], points: int, minimum_end: datetime) -> None:
        """Return reserved points to the lots that they came from; what the member owes is paid back from them first.

        What would end before `minimum_end` goes into a lot of its own that ends then, so that points of the old lot
        which were not held keep their end.
        """
        holdings = self._holdings(planned.key)
        available = member_account(planned.key.member_id, MemberAccount.AVAILABLE)
        planned.move(member_account(planned.key.member_id, MemberAccount.RESERVED), available, points)
        holdings.reserved -= points
        repaid = min(points, holdings.debt)
        if repaid:
            planned.move(available, member_account(planned.key.member_id, MemberAccount.DEBT), repaid)
            holdings.debt -= repaid
        holdings.available += points - repaid
        left = points - repaid
        for taking in held:
            returned = min(taking.quantity, left)
            left -= returned
            if returned:
                self._return(planned, taking.lot, returned, minimum_end)
        self._add(planned, points)

    def _return(self, planned: PlannedTransaction, lot: Lot, points: int, minimum_end: datetime) -> None:
        if lot.expires_at is None or lot.expires_at >= minimum_end:
            lot.remaining += points
            self.touched_lots[lot.program_id, lot.lot_id] = lot
            return
        renewed = Lot(
            lot.program_id, self.new_id(), lot.member_id, lot.award_id, planned.transaction_id, points, points,
            self.now, minimum_end,
        )  # fmt: skip
        self.new_lots.append(renewed)
        self._lots(self._holdings(planned.key)).append(renewed)

    def due_lots(self, key: MemberKey) -> int:
        """How many of a member's lots are due now; each takes one id when it is expired."""
        return sum(lot.due(self.now) for lot in self._lots(self._holdings(key)))

    def expire_due(self, key: MemberKey) -> None:
        """Expire every lot that is due now, each in a transaction of its own that names the lot."""
        holdings = self._holdings(key)
        available = member_account(key.member_id, MemberAccount.AVAILABLE)
        for lot in [lot for lot in self._lots(holdings) if lot.due(self.now)]:
            quantity = lot.remaining
            assert lot.expires_at is not None
            planned = PlannedTransaction(
                key, self.new_id(), "expire", 0, lot.expires_at, "program", award_id=lot.award_id,
                corrects=lot.transaction_id,
            )  # fmt: skip
            self._move(planned, holdings, [Taking(lot, quantity)], available, ProgramAccount.EXPIRED, quantity)
            lot.expired += quantity
            self._add(planned, -quantity)

    def _take_expired(self, planned: PlannedTransaction, lots: list[Lot], award_id: int, left: int) -> int:
        takings = plan_taking_expired(lots, award_id, left)
        taken = sum(taking.quantity for taking in takings)
        for taking in takings:
            taking.lot.expired -= taking.quantity
            self.touched_lots[taking.lot.program_id, taking.lot.lot_id] = taking.lot
        if taken:
            planned.move(ProgramAccount.EXPIRED, ProgramAccount.ISSUED, taken)
        return left - taken

    def _move(
        self, planned: PlannedTransaction, holdings: Holdings, takings: list[Taking], debit: int, credit: int, left: int
    ) -> int:
        """Take from lots of the available balance; returns what could not be taken."""
        taken = sum(taking.quantity for taking in takings)
        for taking in takings:
            taking.lot.remaining -= taking.quantity
            planned.takings.append((taking.lot.lot_id, taking.quantity))
            self.touched_lots[taking.lot.program_id, taking.lot.lot_id] = taking.lot
        if taken:
            planned.move(debit, credit, taken)
            holdings.available -= taken
        return left - taken

    def _add(self, planned: PlannedTransaction, points: int) -> None:
        planned.points = points
        holdings = self._holdings(planned.key)
        holdings.changed = True
        self.planned.append(planned)

    def _holdings(self, key: MemberKey) -> Holdings:
        return self.holdings[key]

    @staticmethod
    def _lots(holdings: Holdings) -> list[Lot]:
        assert holdings.lots is not None, "load_lots comes before points are taken"
        return holdings.lots

    async def write(self) -> None:
        """Write everything that was planned. Raises IntegrityError when a constraint says that a plan was wrong."""
        for holdings in self.holdings.values():
            if holdings.changed and holdings.lots is not None:
                holdings.next_expiry_at = next_expiry(holdings.lots)
        await ledger_store.write(self)

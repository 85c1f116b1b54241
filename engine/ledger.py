"""The ledger: every change of a balance is planned under the members' locks and written in a few statements.

A `Ledger` is opened for one database transaction. It locks its members in id order, collects planned transactions
(each a set of transfers that balances by construction, with the lots it touches) and writes them all at once. It
never commits. What gives points is in `giving`, what takes them in `taking`, two-phase spending in `reservations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from engine import ledger_store
from engine.accounts import MemberAccount, member_account
from engine.database import transaction_time
from engine.lots import Lot, Taking, next_expiry

_MOVES_AT_MOST = 3


class MemberKey(NamedTuple):
    """A member of one program."""

    program_id: int
    member_id: int

    def account(self, kind: MemberAccount) -> int:
        """The number of one of the member's accounts."""
        return member_account(self.member_id, kind)


class InsufficientPoints(Exception):  # noqa: N818  # named for the rule, as the field names it
    """There are fewer points than were asked for. Nothing was changed."""

    def __init__(self, wanted: int, available: int) -> None:
        super().__init__(f"{wanted} points wanted, {available} available")
        self.wanted = wanted
        self.available = available


@dataclass(slots=True)
class Holdings:
    """A member's balances as this transaction sees and changes them, under the row's lock.

    `lots` are those that were loaded, in no order; `all_lots` says whether they are all that hold points.
    """

    key: MemberKey
    available: int
    pending: int
    reserved: int
    debt: int
    lifetime: int
    next_expiry_at: datetime | None
    lots: list[Lot] | None = None
    all_lots: bool = False
    changed: bool = False
    has_left: bool = False
    """Whether they left the program: what they did before gives nobody anything any more."""


class EffectKey(NamedTuple):
    """What a transaction is the one effect of; the database refuses a second."""

    shop_id: int
    source: str
    source_id: str
    rule: str
    revision: int


@dataclass(slots=True)
class PlannedTransaction:
    """A transaction that will be written: `points` is its signed effect on what the member has or owes."""

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
        """Add a transfer from one account to another; nothing is no transfer."""
        if amount:
            self.transfers.append((int(debit), int(credit), amount))


class Ledger:
    """Plans and writes one database transaction's postings; see the module."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.holdings: dict[MemberKey, Holdings] = {}
        self.planned: list[PlannedTransaction] = []
        self.new_lots: list[Lot] = []
        self.touched_lots: dict[tuple[int, int], Lot] = {}
        self._follow: dict[MemberKey, MemberKey] = {}
        self._ids: list[int] = []

    @classmethod
    async def open(cls, connection: AsyncConnection, members: Iterable[MemberKey]) -> Ledger:
        """Lock these members, in id order, and read their balances at the database's now.

        Of a member who was merged into another, the other is locked in their place.
        """
        wanted = sorted(set(members))
        rows, parted = await ledger_store.lock_members(connection, wanted)
        ledger = cls(connection, rows[0].now if rows else await transaction_time(connection))
        for _ in range(_MOVES_AT_MOST):  # again only when members were merged or parted while we waited for the lock
            moved = {MemberKey(*key) for key in parted}
            for program_id, asked_id, merged_into, _now, has_left, locked_id, *balances in rows:
                locked = MemberKey(program_id, locked_id)
                ledger._follow[MemberKey(program_id, asked_id)] = locked
                ledger._follow[locked] = MemberKey(program_id, merged_into or locked.member_id)
                if merged_into is None:
                    ledger.holdings[locked] = Holdings(locked, *balances)
                    ledger.holdings[locked].has_left = has_left
                else:
                    moved.add(ledger._follow[locked])
            wanted = sorted(moved - ledger.holdings.keys())
            if not wanted:
                return ledger
            rows, parted = await ledger_store.lock_members(connection, wanted)
        raise RuntimeError("a member is merged on and on")

    def root(self, key: MemberKey) -> MemberKey:
        """Whose account a member's points are in: their own, or that of the member they were merged into.

        Raises KeyError for a member who was not locked.
        """
        while (followed := self._follow[key]) != key:
            key = followed
        return key

    async def draw_ids(self, count: int) -> None:
        """Draw as many ids as the coming plans need at most; unused ones stay gaps."""
        if count > 0:
            self._ids = sorted(self._ids + await ledger_store.draw_ids(self.connection, count), reverse=True)

    def new_id(self) -> int:
        """An id that no other transaction, lot or award has."""
        return self._ids.pop()

    async def load_lots(self, members: Iterable[MemberKey], awards: Mapping[int, MemberKey] | None = None) -> None:
        """Read all live lots of members, and the spent ones with expired points of awards that will be taken back."""
        owners = {award_id: self.root(key) for award_id, key in (awards or {}).items()}
        wanted = sorted(key for key in {self.root(key) for key in members} if not self.holdings[key].all_lots)
        for key in wanted:
            holdings = self.holdings[key]
            if holdings.lots is None:
                holdings.lots = [lot for lot in self.new_lots if (lot.program_id, lot.member_id) == key]
            holdings.all_lots = True
        known = {lot.lot_id for key in self.holdings for lot in self.holdings[key].lots or ()}
        for lot in await ledger_store.read_lots(self.connection, wanted, list(owners)):
            # What expired belongs with its award, in whoever's name it ended: since then they may have been parted.
            expired = owners.get(lot.award_id or 0) if lot.remaining == 0 else None
            key = expired or self.root(MemberKey(lot.program_id, lot.member_id))
            if lot.lot_id not in known:  # what was loaded, and perhaps changed, before stays as it is
                self.lots_of(key).append(lot)

    async def load_due_lots(self, members: Iterable[MemberKey]) -> None:
        """Read what is due of members of whom nothing was read: no more of a wallet than that."""
        wanted = sorted(set(members))
        for key in wanted:
            self.holdings[key].lots = []
        for lot in await ledger_store.read_due_lots(self.connection, wanted):
            self.lots_of(MemberKey(lot.program_id, lot.member_id)).append(lot)

    async def load_spendable_lots(self, key: MemberKey, points: int) -> None:
        """Read a member's lots in the order of spending, as far as `points` go; those that are due come first.

        What was loaded, and perhaps changed, before stays as it is.
        """
        holdings = self.holdings[key]
        if holdings.all_lots:
            return
        if holdings.lots is None:
            holdings.lots = [lot for lot in self.new_lots if (lot.program_id, lot.member_id) == key]
        lots = holdings.lots
        known = {lot.lot_id for lot in lots}
        page = ledger_store.FIRST_LOTS
        skip = 0
        while True:
            rows = await ledger_store.read_spendable_lots(self.connection, key, page, skip)
            lots += [lot for lot in rows if lot.lot_id not in known]
            live = [lot.remaining for lot in lots if not lot.due(self.now)]
            if len(rows) < page or (any(live) and sum(live) >= points):
                return
            skip, page = skip + page, page * 4

    async def load_named_lots(self, key: MemberKey, lot_ids: list[int]) -> list[Lot]:
        """Lots by their ids, also spent ones, beside those that were loaded before."""
        known = self.lots_of(key)
        loaded = {lot.lot_id for lot in known}
        known += await ledger_store.read_named_lots(
            self.connection, key.program_id, [lot_id for lot_id in lot_ids if lot_id not in loaded]
        )
        return [lot for lot in known if lot.lot_id in lot_ids]

    def lots_of(self, key: MemberKey) -> list[Lot]:
        """The loaded lots of a member."""
        lots = self.holdings[key].lots
        assert lots is not None, "lots are loaded before points are taken"
        return lots

    def add_lot(self, lot: Lot) -> None:
        """A new lot of a locked member."""
        holdings = self.holdings[MemberKey(lot.program_id, lot.member_id)]
        self.new_lots.append(lot)
        if holdings.lots is not None:
            holdings.lots.append(lot)
        if lot.expires_at is not None and lot.remaining > 0:
            holdings.next_expiry_at = min(holdings.next_expiry_at or lot.expires_at, lot.expires_at)

    def touch(self, lot: Lot) -> None:
        """A lot that was changed and has to be written."""
        self.touched_lots[lot.program_id, lot.lot_id] = lot

    def move_out(self, planned: PlannedTransaction, takings: Iterable[Taking], debit: int, credit: int) -> int:
        """Take points out of lots of the available balance; returns how many."""
        taken = 0
        for taking in takings:
            taking.lot.remaining -= taking.quantity
            taken += taking.quantity
            planned.takings.append((taking.lot.lot_id, taking.quantity))
            self.touch(taking.lot)
        planned.move(debit, credit, taken)
        self.holdings[planned.key].available -= taken
        return taken

    def add(self, planned: PlannedTransaction, points: int) -> None:
        """Add a transaction to the plan; `points` is what it changes in what its member has or owes."""
        planned.points = points
        self.holdings[planned.key].changed = True
        self.planned.append(planned)

    async def write(self) -> None:
        """Write everything that was planned. Raises IntegrityError when a constraint says that a plan was wrong."""
        for holdings in self.holdings.values():
            if holdings.changed and holdings.all_lots:
                holdings.next_expiry_at = next_expiry(holdings.lots or [])
        await ledger_store.write(self)

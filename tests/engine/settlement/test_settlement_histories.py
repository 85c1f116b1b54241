"""Random histories: whatever happens in whatever order, statements and what is open are the ledger, event by event.

Events come with moments long past and of a minute ago, in two currencies, some of transactions that fail; cycles are
closed as they end and by hand as they stand. A plain model counts in fractions what must come out.
"""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.audit import audit
from engine.database import tenant_transaction
from engine.partners.kinds import EventKind
from engine.settlement.merkle import leaf_hash, root_of
from engine.settlement.reading import lines_of, running_cycle, statements_of
from engine.settlement.statements import Statement, StatementRefused
from tests.support.settling import Settling, agreement

STEPS = 60
PRICE: dict[EventKind, Fraction] = {
    "issued": Fraction(105, 100), "clawed_back": Fraction(-105, 100), "redeemed": Fraction(-81, 100),
    "redemption_reversed": Fraction(81, 100), "exchanged": Fraction(-81, 100),
}  # fmt: skip
"""Cents for a point, above zero where the partner owes them."""
KINDS: tuple[EventKind, ...] = (*PRICE, "payment", "payment_reversed", "adjusted")
CYCLES = ("day", "week", "month", "quarter")


class History:
    """Random steps, and what the books must say after them."""

    def __init__(self, settling: Settling, partner: int, chance: random.Random, now: datetime) -> None:
        self.settling, self.partner, self.chance, self.now = settling, partner, chance, now
        self.owed: dict[str, Fraction] = defaultdict(Fraction)
        self.recorded: set[int] = set()

    async def step(self, *, trading: bool) -> None:
        """Something happens; while nothing but trade goes on, no books are closed."""
        what = self.chance.random() * (0.8 if trading else 1.0)
        if what < 0.75:
            await self._event()
        elif what < 0.8:
            await self._fail()
        elif what < 0.85:
            await self.settling.close(self.partner)
        else:
            with suppress(StatementRefused):
                await self.settling.issue(self.partner, until=self.chance.choice([None, self._moment()]))

    async def _event(self) -> None:
        kind = self.chance.choice(KINDS)
        points = self.chance.randrange(5_000) if kind in PRICE else 0
        micros = 0 if kind in PRICE else self.chance.randrange(-(10**10), 10**10)
        currency = "USD" if kind in PRICE else self.chance.choice(["USD", "JPY"])
        async with tenant_transaction(self.settling.engine, self.settling.program_id) as connection:
            event_id = await self._record(connection, self._moment(), kind, points, micros, currency)
        self.recorded.add(event_id)
        self.owed[currency] += PRICE[kind] * points if kind in PRICE else Fraction(micros, 1_000_000)

    async def _fail(self) -> None:
        """An event of a transaction that comes to nothing: its id is never seen again."""
        with suppress(ZeroDivisionError):
            async with tenant_transaction(self.settling.engine, self.settling.program_id) as connection:
                await self._record(connection, self._moment(), "issued", 99, 0, "USD")
                raise ZeroDivisionError

    async def _record(
        self, connection: AsyncConnection, at: datetime, kind: EventKind, points: int, micros: int, currency: str
    ) -> int:
        return await self.settling.record_in(
            connection, self.partner, kind, points, at, micros=micros, currency=currency
        )

    def _moment(self) -> datetime:
        """A minute of the last 200 days, every other time of the last one."""
        days = self.chance.choice([1, 200])
        return self.now - timedelta(minutes=self.chance.randrange(1, 24 * 60 * days))


async def all_events(connection: AsyncConnection, program_id: int, statement: Statement) -> list[int]:
    """The events on a statement, after working out its root, its sums and whose turn they were."""
    lines = await lines_of(connection, program_id, statement.statement_id)
    assert root_of(leaf_hash(line.payload.encode()) for line in lines) == statement.root
    assert len(lines) == statement.lines
    for due in statement.totals.dues:
        exact = Fraction(sum(line.micros for line in lines if line.currency == due.currency), 1_000_000)
        assert due.due_minor == round(exact)
    for line in lines:
        assert line.occurred_at < statement.ends_at
        assert line.late == (line.occurred_at < statement.starts_at)
    return [line.event_id for line in lines]


@pytest.mark.parametrize("seed", range(4))
async def test_statements_and_what_is_open_are_the_ledger_event_by_event(settling: Settling, seed: int) -> None:
    chance = random.Random(seed)
    now: datetime = await settling.scalar("SELECT now()")
    definition = agreement(
        cycle=CYCLES[seed], settle_days=chance.choice([0, 3]), buy_rate=Decimal("0.0105"),
        time_zone=chance.choice(["America/New_York", "Pacific/Apia", "Asia/Kolkata"]),
    )  # fmt: skip
    partner = await settling.partner(definition, since=now - timedelta(days=210))
    history = History(settling, partner, chance, now)
    for step in range(STEPS):
        await history.step(trading=step < STEPS // 3)

    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        statements = await statements_of(connection, settling.program_id, partner, first=1_000)
        events = [await all_events(connection, settling.program_id, one) for one in reversed(statements)]
        running = await running_cycle(connection, settling.program_id, partner)
        report = await audit(connection, [settling.program_id])
    assert [one.number for one in reversed(statements)] == list(range(1, len(statements) + 1))
    settled = [event for one in events for event in one]
    assert len(settled) == len(set(settled))
    assert running is not None
    open_events = sum(total.events for total in running.totals.kinds)
    assert set(settled) <= history.recorded
    assert len(settled) + open_events == len(history.recorded)
    # Exact sums of all statements and of what is open are what happened; each statement rounds once.
    owed: dict[str, Fraction] = defaultdict(Fraction)
    for totals in [one.totals for one in statements] + [running.totals]:
        for total in totals.kinds:
            owed[total.currency] += Fraction(total.micros, 1_000_000)
    assert owed == history.owed
    assert {check.name for check in report.checks if check.breaches} == set()
    # So that this test has something to say.
    assert len(statements) >= 2
    assert len(history.recorded) >= 35

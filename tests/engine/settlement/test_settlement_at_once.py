"""Several at one partner's books at the same time, and processes that die between any two writes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from engine.crash import CRASH_VARIABLE, EXIT_CODE
from engine.database import tenant_transaction
from engine.settlement.closing import issue_statement
from engine.settlement.payments import record_payment
from engine.settlement.reading import statements_of
from engine.settlement.rounds import close_due, partners_due
from engine.settlement.statements import BooksAltered, StatementRefused
from tests.support.settling import Settling, agreement, signed, tamper

MARCH = datetime(2024, 3, 5, tzinfo=UTC)
_ISSUE = """
import asyncio, sys
from engine.database import create_engine, tenant_transaction
from engine.settlement.closing import issue_statement
async def main(url, program, partner):
    engine = create_engine(url)
    async with tenant_transaction(engine, program) as connection:
        await issue_statement(connection, program, partner, sign=lambda payload: "a.b.c", actor="tests")
asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.parametrize("point", ["statement-lines-written", "statement-written", "statement-numbered"])
async def test_a_process_that_dies_between_any_two_writes_leaves_no_statement_and_no_gap(
    settling: Settling, database_url: str, point: str
) -> None:
    partner = await settling.partner()
    event = await settling.record(partner, "issued", 10, MARCH)
    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _ISSUE, database_url, str(settling.program_id), str(partner)],
        env={CRASH_VARIABLE: point}, check=False, timeout=60,
    )  # fmt: skip
    assert died.returncode == EXIT_CODE
    for table in ("statements", "statement_lines", "suspense_rows"):
        assert await settling.scalar(f"SELECT count(*) FROM {table}") == 0
    statement = await settling.issue(partner)
    assert (statement.number, await settling.events_of(statement)) == (1, [event])


async def test_many_close_and_record_at_once_and_each_event_is_on_one_statement(settling: Settling) -> None:
    partner = await settling.partner(agreement(cycle="day", settle_days=0), since=MARCH - timedelta(days=1))

    async def trade(worker: int) -> list[int]:
        made = []
        for number in range(6):
            at = MARCH + timedelta(days=number % 3, minutes=worker)
            made.append(await settling.record(partner, "issued", 1 + worker, at))
        return made

    told: set[str] = set()

    async def close() -> None:
        for _ in range(4):
            try:
                async with tenant_transaction(settling.engine, settling.program_id) as connection:
                    await issue_statement(connection, settling.program_id, partner, sign=signed, actor="staff:1")
            except StatementRefused as refused:
                told.add(refused.code)

    traded = await asyncio.gather(*(trade(worker) for worker in range(4)), *(close() for _ in range(4)))
    recorded = sorted(event for made in traded if made is not None for event in made)
    await close()

    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        statements = await statements_of(connection, settling.program_id, partner, first=100)
    assert [one.number for one in statements] == list(range(len(statements), 0, -1))
    assert sorted([event for one in statements for event in await settling.events_of(one)]) == recorded
    assert told == {"NOTHING_TO_SETTLE"}
    # 6 events each of 1, 2, 3 and 4 points, at 1.05 cents.
    assert sum(due.micros for one in statements for due in one.totals.dues) == 60 * 1_050_000


async def test_one_payment_that_is_recorded_many_times_at_once_counts_once(settling: Settling) -> None:
    partner = await settling.partner(agreement(billing="prepaid"))

    async def pay() -> bool:
        async with tenant_transaction(settling.engine, settling.program_id) as connection:
            made = await record_payment(
                connection, settling.program_id, partner, kind="prepayment", amount_minor=500, currency="USD",
                reference="wire-1", paid_on=MARCH.date(), actor="staff:1",
            )  # fmt: skip
            return made.repeated

    assert sorted(await asyncio.gather(*(pay() for _ in range(6)))) == [False] + [True] * 5
    assert await settling.scalar("SELECT prepaid_micros FROM partners") == 500_000_000


async def test_the_round_closes_everybody_and_the_trouble_of_one_holds_up_no_other(
    settling: Settling, database_url: str
) -> None:
    broken, whole = await settling.partner(), await settling.partner(handle="lake")
    event = await settling.record(broken, "issued", 10, MARCH)
    await settling.record(whole, "issued", 10, MARCH)
    tamper(database_url, f"UPDATE partner_events SET micros = micros - 1 WHERE event_id = {event}")
    trouble: list[tuple[int, Exception]] = []

    def failed(partner: int, error: Exception) -> None:
        trouble.append((partner, error))

    issued = await close_due(settling.engine, settling.program_id, sign=signed, failed=failed)

    assert issued == 1
    ((partner, error),) = trouble
    assert (partner, type(error)) == (broken, BooksAltered)
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        assert [one.partner_id for one in await statements_of(connection, settling.program_id)] == [whole]
        # The other one is looked at again only when its running cycle has waited long enough.
        assert await partners_due(connection, [settling.program_id]) == [(settling.program_id, broken)]
    tamper(database_url, f"UPDATE partner_events SET micros = micros + 1 WHERE event_id = {event}")
    assert await close_due(settling.engine, settling.program_id, sign=signed) == 1
    assert await close_due(settling.engine, settling.program_id, sign=signed) == 0

"""Files that are carried out: what a process that dies, a second worker, or somebody who cancels leaves behind."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.crash import CRASH_VARIABLE, EXIT_CODE
from engine.database import tenant_transaction
from engine.files.operations import BulkRefused, cancel_operation, forget_old_rows, start_operation
from engine.files.runs import run_batch
from engine.ledger import InsufficientPoints, MemberKey
from engine.reservations import reserve, settle
from engine.shops import ShopReference
from tests.support.files import (
    ACTOR,
    balances,
    breaches,
    carry_out,
    check,
    members,
    problems,
    start,
    take,
)

_RUN = """
import asyncio, sys
from engine.database import create_engine, tenant_transaction
from engine.files.runs import run_batch
async def main(url, program, operation):
    engine = create_engine(url)
    while True:
        async with tenant_transaction(engine, program) as connection:
            if await run_batch(connection, program, operation, 4) is None:
                break
    await engine.dispose()
asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.parametrize(
    "point",
    ["ledger-between-transactions-and-transfers", "ledger-after-write", "bulk-after-ledger", "bulk-before-commit"],
)
async def test_a_process_that_dies_at_any_moment_is_gone_on_from_where_it_was(
    engine: AsyncEngine, shop: ShopReference, database_url: str, point: str
) -> None:
    await members(engine, shop, 10)
    lines = "".join(f"{customer},{customer * 10}\n" for customer in range(1, 11))
    operation = await start(engine, shop, await check(engine, shop, f"customer_id,points\n{lines}"))
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await run_batch(connection, shop.program_id, operation.operation_id, 3) == 3

    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _RUN, database_url, str(shop.program_id), str(operation.operation_id)],
        env={CRASH_VARIABLE: point}, check=False, timeout=60,
    )  # fmt: skip
    partly = await balances(engine, shop, 10)
    done = await carry_out(engine, shop, operation)

    assert died.returncode == EXIT_CODE
    assert partly == [10, 20, 30, 0, 0, 0, 0, 0, 0, 0]
    assert await balances(engine, shop, 10) == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert (done.state, done.rows_done) == ("finished", 10)
    assert await breaches(database_url) == {}


async def test_two_workers_at_one_file_and_members_who_redeem_meanwhile_leave_an_exact_ledger(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    known = await members(engine, shop, 20)
    lines = "".join(f"{customer},{points}\n" for points in (5, 7, 11) for customer in range(1, 21))
    operation = await start(engine, shop, await check(engine, shop, f"customer_id,points\n{lines}"))

    async def redeem(customer: int) -> int:
        key = MemberKey(shop.program_id, known[customer].member_id)
        total = 0
        for _ in range(12):
            try:
                async with tenant_transaction(engine, shop.program_id) as connection:
                    hold = await reserve(connection, key, 3, purpose="test", actor="tests", held_for=timedelta(hours=1))
                    await settle(connection, shop.program_id, hold, capture=3, actor="tests")
                total += 3
            except InsufficientPoints:
                await asyncio.sleep(0)
        return total

    redeeming = [asyncio.create_task(redeem(customer)) for customer in range(1, 7)]
    await asyncio.gather(*(carry_out(engine, shop, operation, rows_at_a_time=7) for _ in range(2)))
    spent = sum(await asyncio.gather(*redeeming))
    done = await carry_out(engine, shop, operation)

    assert (done.state, done.rows_done) == ("finished", 60)
    assert sum(await balances(engine, shop, 20)) == 20 * 23 - spent
    assert await breaches(database_url) == {}


async def test_a_canceled_operation_applies_no_more_and_its_file_can_come_again(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await members(engine, shop, 3)
    content = "customer_id,points\n1,1\n2,2\n3,3\n"
    operation = await start(engine, shop, await check(engine, shop, content))
    async with tenant_transaction(engine, shop.program_id) as connection:
        await run_batch(connection, shop.program_id, operation.operation_id, 1)
        canceled = await cancel_operation(connection, shop.program_id, operation.operation_id)
    assert (canceled.state, canceled.rows_done) == ("canceled", 3)
    assert await problems(engine, shop, canceled) == {3: "canceled", 4: "canceled"}
    with pytest.raises(BulkRefused, match="canceled"):
        await start(engine, shop, operation)
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await run_batch(connection, shop.program_id, operation.operation_id) is None
    assert await balances(engine, shop, 3) == [1, 0, 0]

    assert (await take(engine, shop, content)).state == "finished"
    assert await balances(engine, shop, 3) == [1, 2, 3]


async def test_what_is_not_there_cannot_be_started_and_what_nobody_starts_is_forgotten(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    checked = await check(engine, shop, "customer_id,points\n1,1\n", enroll=True)
    async with tenant_transaction(engine, shop.program_id) as connection:
        with pytest.raises(BulkRefused, match="no such"):
            await start_operation(connection, shop.program_id, 1_000_000, actor=ACTOR)
        assert await forget_old_rows(connection) == 0
        await connection.execute(text("UPDATE bulk_operations SET updated_at = now() - interval '8 days'"))
        assert await forget_old_rows(connection) == 1
        with pytest.raises(BulkRefused, match="no such"):
            await start_operation(connection, shop.program_id, checked.operation_id, actor=ACTOR)

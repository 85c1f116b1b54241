"""Files of rows, handed in and carried out."""

from __future__ import annotations

import io

import anyio
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.audit import run_audit
from engine.database import tenant_transaction
from engine.files.checks import BulkRequest, check_file
from engine.files.kinds import KindName
from engine.files.operations import (
    BulkOperation,
    BulkTotals,
    bulk_operation,
    bulk_totals,
    refused_rows,
    start_operation,
)
from engine.files.rows import CustomerReader, customer_by_id
from engine.files.runs import run_batch
from engine.members import Member, member_of_customer
from engine.shops import ShopReference

ACTOR = "staff:17"


async def check(
    engine: AsyncEngine, shop: ShopReference, content: str | bytes, *, kind: KindName = "grant",
    name: str = "gift.csv", reason: str = "Thank you", enroll: bool = False, reader: CustomerReader = customer_by_id,
) -> BulkOperation:  # fmt: skip
    """Hand a file in."""
    raw = content.encode() if isinstance(content, str) else content
    request = BulkRequest(shop.program_id, shop.shop_id, kind, name, reason, ACTOR, enroll)
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await check_file(connection, request, io.BytesIO(raw), reader)


async def totals(engine: AsyncEngine, shop: ShopReference, operation: BulkOperation) -> BulkTotals:
    """What its rows come to."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await bulk_totals(connection, shop.program_id, operation.operation_id)


async def problems(engine: AsyncEngine, shop: ShopReference, operation: BulkOperation) -> dict[int, str]:
    """Its refused rows."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        found = await refused_rows(connection, shop.program_id, operation.operation_id)
    return {row.number: row.problem for row in found}


async def start(engine: AsyncEngine, shop: ShopReference, operation: BulkOperation) -> BulkOperation:
    """Let it be carried out."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await start_operation(connection, shop.program_id, operation.operation_id, actor=ACTOR)


async def carry_out(
    engine: AsyncEngine, shop: ShopReference, operation: BulkOperation, *, rows_at_a_time: int = 500
) -> BulkOperation:
    """Carry out all that is left of a started one."""
    while True:
        async with tenant_transaction(engine, shop.program_id) as connection:
            done = await run_batch(connection, shop.program_id, operation.operation_id, rows_at_a_time)
        if done is None:
            break
    async with tenant_transaction(engine, shop.program_id) as connection:
        found = await bulk_operation(connection, shop.program_id, operation.operation_id)
    assert found is not None
    return found


async def take(
    engine: AsyncEngine, shop: ShopReference, content: str | bytes, *, kind: KindName = "grant",
    name: str = "gift.csv", enroll: bool = False,
) -> BulkOperation:  # fmt: skip
    """Check, start and carry out a file."""
    checked = await check(engine, shop, content, kind=kind, name=name, enroll=enroll)
    return await carry_out(engine, shop, await start(engine, shop, checked))


async def breaches(database_url: str) -> dict[str, int]:
    """The invariants that an audit finds broken."""
    report = await anyio.to_thread.run_sync(run_audit, database_url)
    return {one.name: one.breaches for one in report.checks if one.breaches}


async def members(engine: AsyncEngine, shop: ShopReference, count: int) -> dict[int, Member]:
    """The members that the customers 1, 2, … are."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return {
            customer: await member_of_customer(connection, shop.program_id, shop.shop_id, customer)
            for customer in range(1, count + 1)
        }


async def balances(engine: AsyncEngine, shop: ShopReference, count: int) -> list[int]:
    """What they can spend."""
    return [one.available for one in (await members(engine, shop, count)).values()]

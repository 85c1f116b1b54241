"""Readings of the shop are put in with the transaction that wants them, once, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.shops import ShopReference
from plugin.background.deferring import Reading, defer


async def _waiting(engine: AsyncEngine) -> list[tuple[str, dict[str, Any]]]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo'"))
        return [(name, arguments) for name, arguments in rows]


async def test_given_different_things_when_asked_for_together_then_each_waits(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    wanted = [Reading("reread-order", shop.program_id, shop.shop_id, number) for number in (8, 7, 8)]
    async with tenant_transaction(engine, shop.program_id) as connection:
        await defer(connection, [*wanted, Reading("reread-customer", shop.program_id, shop.shop_id, 7)])
        await defer(connection, [])

    found = {(name, arguments["object_id"]) for name, arguments in await _waiting(engine)}
    assert found == {("reread-order", 7), ("reread-order", 8), ("reread-customer", 7)}


async def test_given_a_reading_that_waits_when_it_is_asked_for_again_then_it_waits_once(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    for _ in range(2):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await defer(connection, [Reading("read-products", shop.program_id, shop.shop_id)] * 2)

    assert len(await _waiting(engine)) == 1


async def test_given_a_transaction_that_fails_when_it_had_asked_then_nothing_is_read(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async def fail_after_asking() -> None:
        async with tenant_transaction(engine, shop.program_id) as connection:
            await defer(connection, [Reading("read-products", shop.program_id, shop.shop_id)])
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        await fail_after_asking()

    assert await _waiting(engine) == []

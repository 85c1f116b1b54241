"""The direct statements: the same answers as the ordinary way, walls between tenants, and healing after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.direct import DirectDatabase
from engine.members import member_of_customer
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, events, line, order

CUSTOMER = 7001


@pytest.fixture
async def direct(database_url: str) -> AsyncIterator[DirectDatabase]:
    """Two connections."""
    direct = DirectDatabase(database_url, size=2)
    yield direct
    await direct.close()


async def store(direct: DirectDatabase, shop: ShopReference, webhook_id: str, program_id: int | None = None) -> bool:
    """Store a delivery of that id."""
    return await direct.store_delivery(
        program_id=program_id or shop.program_id,
        shop_id=shop.shop_id,
        topic="orders/paid",
        webhook_id=webhook_id,
        event_id=None,
        api_version=None,
        triggered_at=None,
        body=b"{}",
    )


async def end_connections(database_url: str) -> None:
    """What a restart of PostgreSQL does to connections."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'laurel-direct'"
        )


async def test_a_delivery_is_stored_once(direct: DirectDatabase, shop: ShopReference) -> None:
    given = await asyncio.gather(*(store(direct, shop, "w1") for _ in range(10)))

    assert sorted(given) == [False] * 9 + [True]


async def test_versions_are_0_for_a_stranger_and_rise_with_every_change(
    direct: DirectDatabase, engine: AsyncEngine, shop: ShopReference
) -> None:
    seen = [await direct.read_versions(shop.program_id, shop.shop_id, CUSTOMER)]
    for number in (1, 2):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await apply_events(connection, events(shop, order(number, [line("45.00")], customer=CUSTOMER)))
        seen.append(await direct.read_versions(shop.program_id, shop.shop_id, CUSTOMER))

    assert [(versions.member, versions.program) for versions in seen] == [(0, 1), (2, 1), (3, 1)]
    assert seen[1].stale_at == PAID_AT + timedelta(days=365)
    known = await direct.member_version(shop.program_id, shop.shop_id, CUSTOMER)
    assert known is not None
    assert (known.version, known.boards) == (3, ())
    assert await direct.member_version(shop.program_id, shop.shop_id, 1) is None


async def test_one_call_sees_its_own_tenant_and_the_next_one_not(
    direct: DirectDatabase, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await member_of_customer(connection, shop.program_id, shop.shop_id, CUSTOMER)
    await direct.read_versions(shop.program_id, shop.shop_id, CUSTOMER)

    other = await direct.read_versions(shop.program_id + 1, shop.shop_id, CUSTOMER)

    assert (other.member, other.program) == (0, 0)


async def test_dead_connections_cost_no_error(direct: DirectDatabase, shop: ShopReference, database_url: str) -> None:
    await asyncio.gather(*(store(direct, shop, f"before-{n}") for n in range(4)))
    await end_connections(database_url)

    assert await store(direct, shop, "after")
    assert await direct.member_version(shop.program_id, shop.shop_id, CUSTOMER) is None


async def test_a_call_that_is_cancelled_leaves_no_connection_half_used(
    direct: DirectDatabase, shop: ShopReference
) -> None:
    for _ in range(5):
        call = asyncio.create_task(store(direct, shop, "cancelled"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    assert await store(direct, shop, "after")


async def test_without_a_server_the_answer_comes_at_once() -> None:
    direct = DirectDatabase("postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(psycopg.OperationalError):
        await direct.member_version(1, 1, 1)

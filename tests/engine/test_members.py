"""Members are made once for each customer of a shop, however many ask at once."""

from __future__ import annotations

import anyio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.members import Member, member_of_customer
from engine.shops import ShopReference


async def test_a_signed_but_unknown_customer_becomes_a_member_without_points(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, 4711)

    assert (member.available, member.pending, member.lifetime, member.debt) == (0, 0, 0, 0)


async def test_twenty_first_visits_at_once_make_one_member(engine: AsyncEngine, shop: ShopReference) -> None:
    found: list[Member] = []

    async def visit() -> None:
        async with tenant_transaction(engine, shop.program_id) as connection:
            found.append(await member_of_customer(connection, shop.program_id, shop.shop_id, 4711))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(visit)

    assert len({member.member_id for member in found}) == 1
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM members"))).scalar_one() == 1


async def test_a_transaction_that_names_no_tenant_sees_no_member(engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await member_of_customer(connection, shop.program_id, shop.shop_id, 4711)

    async with engine.begin() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM members"))).scalar_one() == 0
    async with tenant_transaction(engine, shop.program_id + 1) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM members"))).scalar_one() == 0

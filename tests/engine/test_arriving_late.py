"""Whatever comes late, twice or while somebody waits: members end with the same points, which last as long."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.events import CustomersMerged
from engine.merging import unmerge_members
from engine.program import Definition
from engine.publishing import publish
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.programs import Balance, apply, balance, breaches, fixed, publish_rules, purchase
from tests.support.rewards import Rewarding, with_code

DAY = timedelta(days=1)
FIRST_ORDER = {"kind": "compare", "field": "member.order_number", "operator": "eq", "value": "1"}
MERGED = CustomersMerged(kept_customer_id=2, removed_customer_id=1, occurred_at=PAID_AT + timedelta(hours=2))


async def test_who_is_parted_while_a_refund_waits_for_them_pays_it_alone(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2))
    await apply(engine, shop, MERGED)
    async with tenant_transaction(engine, shop.program_id) as connection:
        merge_id = (await connection.execute(text("SELECT merge_id FROM member_merges"))).scalar_one()
        await unmerge_members(connection, shop.program_id, merge_id, actor="staff:1")
        waiting = asyncio.create_task(apply(engine, shop, refund(1, 10, "45.00")))
        while not (
            await connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        ).scalar_one():  # it stands before the lock of whom its member was merged into
            await asyncio.wait([waiting], timeout=0.01)
    await waiting

    assert [await balance(engine, shop, customer) for customer in (1, 2)] == [Balance(0), Balance(30)]
    assert await breaches(engine, shop) == {}


async def test_orders_are_counted_whatever_the_versions_of_a_batch_ask(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, fixed("first", 300, "order_paid", condition=FIRST_ORDER))
    await apply(engine, shop, order(10, [line("5.00")], occurred_at=PAID_AT - 3 * DAY))
    later = Definition.model_validate({"name": "Later", "rules": [purchase()], "tags_excluded": ["staff"]})
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop.program_id, later, effective_from=PAID_AT - DAY, actor="tests")
    await apply(
        engine, shop, order(11, [line("5.00")], occurred_at=PAID_AT - 2 * DAY), order(12, [line("5.00")])
    )  # fmt: skip

    assert await balance(engine, shop) == Balance(300 + 5)
    assert await breaches(engine, shop) == {}


@pytest.mark.parametrize("turn", list(permutations((50, 25, 0))))
async def test_points_that_silence_ends_last_as_long_in_any_order_of_arrival(
    engine: AsyncEngine, shop: ShopReference, turn: tuple[int, ...]
) -> None:
    await publish_rules(engine, shop, purchase(expiry={"kind": "inactivity", "days": 30}))
    for days in turn:
        moment = PAID_AT - days * DAY
        await apply(engine, shop, order(100 + days, [line("10.00")], occurred_at=moment, updated_at=moment))

    async with tenant_transaction(engine, shop.program_id) as connection:
        ends = await connection.execute(text("SELECT DISTINCT expires_at FROM lots WHERE remaining > 0"))
        points = await connection.execute(text("SELECT sum(remaining) FROM lots"))
    assert [one.expires_at for one in ends] == [PAID_AT + 30 * DAY]
    assert points.scalar_one() == 30
    assert await breaches(engine, shop) == {}


@pytest.mark.parametrize("turn", [(0, 1), (1, 0), (0, 1, 0)])
async def test_what_an_edit_left_of_a_discount_is_what_its_code_costs(
    engine: AsyncEngine, shop: ShopReference, turn: tuple[int, ...]
) -> None:
    rewarding = Rewarding(engine, shop)
    await rewarding.earn(900)
    one = await rewarding.ready(await rewarding.reward())
    told = [with_code(one, [line("50.00")], 500), with_code(one, [line("50.00")], 300, hours=1)]
    for which in turn:
        await rewarding.apply(told[which])

    assert (await rewarding.member()).available == 1_000 - 300 + 47
    await rewarding.apply(refund(1, 700, "25.00"), refund(2, 700, "25.00"))
    assert (await rewarding.member()).available == 1_000
    assert await breaches(engine, shop) == {}


@pytest.mark.parametrize("turn", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
async def test_a_code_costs_its_points_in_the_order_that_was_paid(
    engine: AsyncEngine, shop: ShopReference, turn: tuple[int, ...]
) -> None:
    rewarding = Rewarding(engine, shop)
    await rewarding.earn(900)
    one = await rewarding.ready(await rewarding.reward())
    told = [
        with_code(one, [line("50.00")], 500, order_id=701, paid=False),
        with_code(one, [line("50.00")], 500, order_id=701, paid=False, cancelled=True, hours=1),
        with_code(one, [line("50.00")], 500, order_id=702, hours=2),
    ]
    for which in turn:
        await rewarding.apply(told[which])

    assert (await rewarding.member()).available == 1_000 - 500 + 45
    assert await breaches(engine, shop) == {}

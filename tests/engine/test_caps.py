"""Caps: what a rule gives in a period, to a member or in the whole program, decided once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import anyio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.programs import Balance, apply, balance, breaches, publish_rules, purchase

DAILY = {"handle": "daily", "period": "day", "points": 100}
TOTAL = {"handle": "total", "per": "program", "period": "ever", "points": 150}


async def test_an_order_gets_what_the_cap_leaves_and_says_so(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(caps=[DAILY]))
    await apply(engine, shop, order(10, [line("70.00")]))
    await apply(engine, shop, order(11, [line("70.00")]))
    await apply(engine, shop, order(12, [line("70.00")]))
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(text("SELECT points, detail FROM transactions ORDER BY transaction_id"))
        posted = [(row.points, row.detail.get("desired"), row.detail.get("reason")) for row in rows]

    assert posted == [(70, None, None), (30, "70", "cap:daily")]
    assert await balance(engine, shop) == Balance(100)
    assert await breaches(engine, shop) == {}


async def test_the_next_day_has_a_cap_of_its_own(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(caps=[DAILY]))
    before = PAID_AT - timedelta(days=1)
    await apply(engine, shop, order(10, [line("170.00")], occurred_at=before), order(11, [line("170.00")]))

    assert await balance(engine, shop) == Balance(200)


async def test_a_refund_takes_back_of_what_was_granted_and_frees_no_cap(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(caps=[DAILY]))
    await apply(engine, shop, order(10, [line("200.00")]))
    await apply(engine, shop, refund(1, 10, "50.00"))

    assert await balance(engine, shop) == Balance(75)  # 100 − half-even(100 × 50 / 200)
    await apply(engine, shop, order(11, [line("50.00")]))
    assert await balance(engine, shop) == Balance(75)
    await apply(engine, shop, refund(2, 10, "150.00"))
    assert await balance(engine, shop) == Balance(0)
    assert await breaches(engine, shop) == {}


async def test_a_cap_of_the_whole_program_holds_for_many_at_once(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(caps=[TOTAL]))
    async with anyio.create_task_group() as group:
        for number in range(1, 9):
            group.start_soon(apply, engine, shop, order(number, [line("40.00")], customer=number))
    balances = [await balance(engine, shop, number) for number in range(1, 9)]

    assert sum(one.available for one in balances) == 150
    assert sorted(one.available for one in balances) == [0, 0, 0, 0, 30, 40, 40, 40]
    assert await breaches(engine, shop) == {}


async def test_an_edit_that_adds_asks_the_cap_again_and_one_that_removes_gives_nothing_back(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(caps=[DAILY]))
    paid = order(10, [line("60.00")])
    await apply(engine, shop, paid)
    more = replace(paid, updated_at=PAID_AT + timedelta(hours=1), lines=(line("60.00", 2),))
    await apply(engine, shop, more)
    assert await balance(engine, shop) == Balance(100)
    less = replace(paid, updated_at=PAID_AT + timedelta(hours=2), lines=(line("60.00", 2, current_quantity=1),))
    await apply(engine, shop, less)

    assert await balance(engine, shop) == Balance(60)
    await apply(engine, shop, order(11, [line("60.00")]))
    assert await balance(engine, shop) == Balance(60)
    assert await breaches(engine, shop) == {}

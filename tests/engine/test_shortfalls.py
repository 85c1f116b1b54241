"""Refunds of points that were spent: owed, written off, or told to the staff, as the program says."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.shops import ShopReference
from engine.shortfalls import flagged_shortfalls
from tests.support.facts import line, order, refund
from tests.support.programs import Balance, apply, balance, breaches, publish_rules, purchase, spend


@pytest.mark.parametrize(
    ("shortfall", "left", "told"),
    [("debt", Balance(0, debt=30), []), ("write_off", Balance(0), []), ("flag", Balance(0), [30])],
)
async def test_what_was_spent_before_its_refund_follows_the_policy(
    engine: AsyncEngine, shop: ShopReference, shortfall: str, left: Balance, told: list[int]
) -> None:
    await publish_rules(engine, shop, purchase(), refunds={"shortfall": shortfall})
    await apply(engine, shop, order(10, [line("45.00")]))
    await spend(engine, shop, 30)
    await apply(engine, shop, refund(1, 10, "45.00"))
    async with tenant_transaction(engine, shop.program_id) as connection:
        found = await flagged_shortfalls(connection, shop.program_id, 10)

    assert await balance(engine, shop) == left
    assert [(one.missing, one.order_name) for one in found] == [(missing, "#10") for missing in told]
    assert await breaches(engine, shop) == {}


async def test_what_is_owed_is_paid_back_first_and_what_was_written_off_is_not(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(), refunds={"shortfall": "write_off"})
    await apply(engine, shop, order(10, [line("45.00")]))
    await spend(engine, shop, 30)
    await apply(engine, shop, refund(1, 10, "45.00"))
    await apply(engine, shop, order(11, [line("20.00")]))

    assert await balance(engine, shop) == Balance(20)
    assert await breaches(engine, shop) == {}


@pytest.mark.parametrize(("taking", "short_left"), [("latest_end_first", 10), ("earliest_end_first", 0)])
async def test_points_of_other_awards_are_taken_in_the_programs_order(
    engine: AsyncEngine, shop: ShopReference, taking: str, short_left: int
) -> None:
    short = {"kind": "after", "days": 30}
    await publish_rules(
        engine, shop, purchase("short", "1", expiry=short), purchase("long", "1"), refunds={"taking": taking}
    )
    await apply(engine, shop, order(10, [line("20.00")]), order(11, [line("30.00")]))
    await spend(engine, shop, 40)  # of the 50 that end first, 10 of the second order are left
    await apply(engine, shop, refund(1, 10, "20.00"))
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(
            text(
                "SELECT sum(l.remaining) FROM lots l JOIN awards a USING (program_id, award_id) WHERE a.rule = 'short'"
            )
        )
        assert rows.scalar_one() == short_left

    assert await balance(engine, shop) == Balance(20)
    assert await breaches(engine, shop) == {}

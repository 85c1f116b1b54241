"""What orders make of members: tiers at once, their points, their privileges, and back again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine import standings
from engine.counting_past import count_past
from engine.database import tenant_transaction
from engine.events import CustomersMerged
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.memberships.catalog import create_plan
from engine.memberships.definitions import PlanDefinition
from engine.program import BEGINNING_OF_TIME
from engine.shops import ShopReference
from engine.standings import read_status, review_due
from engine.tiers.definitions import TierProgram
from engine.tiers.folding import TierFacts, TierStanding, fold
from engine.tiers.versions import publish_tiers
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.programs import Balance, apply, balance, breaches, publish_rules, purchase, spend


def spent(amount: str) -> dict[str, Any]:
    return {"kind": "at_least", "metric": "spend", "amount": amount}


def tiers(**more: Any) -> TierProgram:
    """Silver from 500 with 50 points for entering, gold from 2,000 with 200 and double points."""
    double = {"kind": "earn_multiplier", "handle": "double", "factor": "2"}
    return TierProgram.model_validate(
        {
            "currency": "USD",
            "tiers": [
                {"handle": "bronze", "name": "Bronze"},
                {"handle": "silver", "name": "Silver", "enter": spent("500"), "entry_points": 50},
                {"handle": "gold", "name": "Gold", "enter": spent("2000"), "entry_points": 200, "perks": [double]},
            ],
            "after_hold": "recompute",
            **more,
        }
    )


async def publish(engine: AsyncEngine, shop: ShopReference, program: TierProgram) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, program, BEGINNING_OF_TIME, "tests")


async def tier(engine: AsyncEngine, shop: ShopReference, customer_id: int = 1) -> str | None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, customer_id)
        return (await read_status(connection, MemberKey(shop.program_id, member.member_id))).tier


async def test_a_tier_is_reached_to_the_cent_and_pays_for_every_step(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    await publish(engine, shop, tiers())
    await apply(engine, shop, order(10, [line("499.99")]))
    assert (await tier(engine, shop), await balance(engine, shop)) == ("bronze", Balance(500))

    await apply(engine, shop, order(11, [line("0.01")]))
    assert (await tier(engine, shop), await balance(engine, shop)) == ("silver", Balance(550))
    await apply(engine, shop, order(12, [line("5000.00")], customer=2))
    assert (await tier(engine, shop, 2), await balance(engine, shop, 2)) == ("gold", Balance(5250))
    assert await breaches(engine, shop) == {}


async def test_the_next_order_of_the_same_batch_has_the_privileges_of_the_tier_just_reached(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await publish(engine, shop, tiers())
    first = order(10, [line("2000.00")])
    second = order(11, [line("10.00")], occurred_at=PAID_AT + timedelta(minutes=1))
    await apply(engine, shop, second, first)

    assert await balance(engine, shop) == Balance(2000 + 250 + 20)
    await apply(engine, shop, refund(1, 11, "5.00"), first, second)
    assert await balance(engine, shop) == Balance(2000 + 250 + 10)
    assert await breaches(engine, shop) == {}


async def test_a_refund_takes_the_tier_and_in_the_hold_its_points_too(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    await publish(engine, shop, tiers(hold_days=14))
    await apply(engine, shop, order(10, [line("600.00")]))
    assert (await tier(engine, shop), await balance(engine, shop)) == ("silver", Balance(650))

    await apply(engine, shop, refund(1, 10, "100.01"))
    assert (await tier(engine, shop), await balance(engine, shop)) == ("bronze", Balance(500))
    await apply(engine, shop, order(11, [line("0.01")]))
    assert (await tier(engine, shop), await balance(engine, shop)) == ("silver", Balance(550))
    assert await breaches(engine, shop) == {}


async def test_complaint_13_spending_points_costs_no_tier(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    await publish(engine, shop, tiers())
    await apply(engine, shop, order(10, [line("500.00")]))
    await spend(engine, shop, 550)

    assert (await tier(engine, shop), await balance(engine, shop)) == ("silver", Balance(0))


async def test_two_who_are_one_have_the_tier_of_both_and_no_points_twice(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await publish(engine, shop, tiers())
    await apply(engine, shop, order(10, [line("500.00")]), order(11, [line("1500.00")], customer=2))
    assert [await tier(engine, shop, one) for one in (1, 2)] == ["silver", "silver"]

    merged = CustomersMerged(kept_customer_id=2, removed_customer_id=1, occurred_at=PAID_AT + timedelta(hours=2))
    await apply(engine, shop, merged)
    assert await tier(engine, shop, 1) == "gold"
    # What each had for silver stays with them; gold is reached once, silver not again.
    assert await balance(engine, shop, 2) == Balance(2000 + 50 + 50 + 200)
    assert await breaches(engine, shop) == {}


async def test_tiers_that_are_set_up_later_look_at_all_that_was_bought_before(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("2000.00")]))
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, tiers(), None, "tests")
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await review_due(connection) == 1
        assert await review_due(connection) == 0

    assert (await tier(engine, shop), await balance(engine, shop)) == ("gold", Balance(2250))
    assert await breaches(engine, shop) == {}


async def test_months_of_membership_are_kept_only_where_tiers_count_them(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await publish(engine, shop, tiers())
    plan = PlanDefinition(title="Plus", product_ids=(77,), prices={"USD": 900}, days_per_unit=30)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await create_plan(connection, shop.program_id, "plus", plan, actor="tests")
    bought = replace(line("9.00", 2), product_id=77)
    await apply(engine, shop, order(10, [bought], occurred_at=PAID_AT - timedelta(days=40)))

    assert await breaches(engine, shop) == {}


async def test_orders_of_a_release_that_kept_no_activities_are_counted_once_and_reviewed(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("1500.00")]), order(11, [line("700.00")]), refund(1, 11, "100.00"))
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("DELETE FROM activities"))
        await publish_tiers(connection, shop.program_id, tiers(), BEGINNING_OF_TIME, "tests")
        await review_due(connection)
    assert await tier(engine, shop) == "bronze"

    for counted in (1, 1, 0):
        async with tenant_transaction(engine, shop.program_id) as connection:
            assert await count_past(connection, most=1) == counted
    assert (await tier(engine, shop), await balance(engine, shop)) == ("gold", Balance(2100 + 250))
    assert await breaches(engine, shop) == {}
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await count_past(connection) == 0
        await connection.execute(text("DELETE FROM activities WHERE source_id = '11'"))
    assert (await breaches(engine, shop))["orders-worth"] == 1


async def test_another_zone_of_the_program_is_looked_at_for_everybody(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    await publish(engine, shop, tiers(window={"kind": "rolling", "days": 30}))
    day = PAID_AT.replace(hour=3, minute=0, second=0) - timedelta(days=28)
    await apply(engine, shop, order(10, [line("600.00")], occurred_at=day))
    assert await breaches(engine, shop) == {}

    await publish_rules(engine, shop, purchase(), time_zone="America/Los_Angeles")
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await review_due(connection) == 1
        assert await review_due(connection) == 0
    assert await breaches(engine, shop) == {}


async def test_one_member_who_cannot_be_reviewed_holds_up_nobody_else(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, *(order(10 + one, [line("600.00")], customer=one) for one in (1, 2, 3)))
    await publish(engine, shop, tiers())

    def stumbles(facts: TierFacts, now: datetime) -> TierStanding | None:
        if any(one.source_id == "12" for one in facts.activities):
            raise ValueError("a bug")
        return fold(facts, now)

    monkeypatch.setattr(standings, "fold", stumbles)
    heard: list[str] = []
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await review_due(connection, told=lambda _, error: heard.append(str(error))) == 3
    assert heard == ["a bug"]
    assert [await balance(engine, shop, one) for one in (1, 2, 3)] == [Balance(650), Balance(600), Balance(650)]

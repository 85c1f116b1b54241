"""Definitions tried out before they are published; what is live gives exactly what the ledger holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.events import CustomerTags, Fact, MemberEvent, Order, ProductChanged
from engine.previews import Backtest, Change, Preview, backtest, preview_event, preview_order, preview_stored_order
from engine.rules.definitions import Definition
from engine.rules.facts import DecidedFrom, MemberFacts
from engine.rules.order_state import OrderState
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, created, line, order, refund
from tests.support.programs import apply, publish_rules, purchase
from tests.support.rules import compare, fixed, program, rule

SINCE, UNTIL = PAID_AT - timedelta(days=30), PAID_AT + timedelta(days=30)


async def tried(engine: AsyncEngine, shop: ShopReference, definition: Definition, **more: Any) -> Backtest:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await backtest(connection, shop.program_id, definition, SINCE, UNTIL, **more)


async def posted(engine: AsyncEngine, shop: ShopReference) -> dict[str, int]:
    """What the ledger's awards for orders hold, by rule."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(text("SELECT rule, sum(posted) FROM awards WHERE source = 'order' GROUP BY 1"))
        return {rule: int(points) for rule, points in rows}


async def member_of(engine: AsyncEngine, shop: ShopReference, customer_id: int) -> int:
    async with tenant_transaction(engine, shop.program_id) as connection:
        row = await connection.execute(
            text("SELECT member_id FROM customers WHERE customer_id = :customer_id"), {"customer_id": customer_id}
        )
        return int(row.scalar_one())


DAILY = {"handle": "daily", "period": "day", "points": 90}
SHARED = {"handle": "shared", "per": "program", "period": "ever", "points": 700}
LIVE = (
    rule("purchase", caps=[DAILY], multipliers=[{"factor": 2, "condition": compare("member.tags", "contains", "vip")}]),
    rule("tea", scope="line", condition=compare("product.tags", "contains", "tea"), caps=[SHARED], rounding="down"),
    fixed("big", 25, condition=compare("order.base", "ge", 60), caps=[SHARED]),
    fixed("first", 11, condition=compare("member.order_number", "eq", 1)),
    fixed("review", 40, trigger="review", caps=[SHARED]),
)


def story(random: Random) -> list[Fact]:
    """A shop's weeks: orders of four customers, edits up and down, refunds, reviews, in any order of telling."""
    facts: list[Fact] = []
    for number in range(100, 125):
        customer = random.randint(1, 4)
        placed = PAID_AT + timedelta(minutes=random.randint(0, 4_000))
        lines = [
            replace(line(f"{random.randint(1, 60)}.50", random.randint(1, 3), line_id=place), product_id=place)
            for place in range(1, random.randint(1, 3) + 1)
        ]
        one = order(number, lines, customer=customer, occurred_at=placed, updated_at=placed)
        facts.append(one)
        if random.random() < 0.5:
            facts.append(edited(random, one))
        if random.random() < 0.4:
            amount = f"{random.randint(1, 40)}.00"
            facts.append(refund(number, number, amount, created_at=placed + timedelta(hours=random.randint(1, 9))))
        if random.random() < 0.2:
            facts.append(MemberEvent(customer, "review", f"r-{number}", placed))
    random.shuffle(facts)
    return facts


def edited(random: Random, one: Order) -> Order:
    quantity = random.randint(1, 5)
    lines = (replace(one.lines[0], quantity=quantity, current_quantity=quantity), *one.lines[1:])
    return replace(one, lines=lines, updated_at=one.updated_at + timedelta(hours=random.randint(1, 9)))


@pytest.mark.parametrize("seed", range(6))
async def test_the_live_version_tried_again_is_the_ledger_exactly(
    engine: AsyncEngine, shop: ShopReference, seed: int
) -> None:
    """With caps of members and of the program, factors, refunds, edits, shared caps and events in between."""
    version = await publish_rules(engine, shop, *LIVE)
    await apply(engine, shop, ProductChanged(1, PAID_AT, tags=("tea",)), *(created(number) for number in range(1, 5)))
    await apply(engine, shop, CustomerTags(2, ("vip",), PAID_AT), CustomerTags(3, ("VIP",), PAID_AT))
    facts = story(Random(seed))
    for batch in _batches(facts, 3):
        await apply(engine, shop, *batch)
    found = await tried(engine, shop, version.definition)
    held = await posted(engine, shop)

    assert found.changed_examples == ()
    assert (found.orders, found.really_decided, found.changed_orders, found.as_of_today) == (25, 25, 0, ())
    assert {handle: points for handle, points in found.by_rule.items() if points} == {
        handle: points for handle, points in held.items() if points
    }
    assert found.points_before == found.points_after == sum(held.values())


@pytest.mark.parametrize("seed", range(3))
async def test_caps_taken_again_are_the_ledgers_where_nothing_was_edited(
    engine: AsyncEngine, shop: ShopReference, seed: int
) -> None:
    """Under another name no stored grant counts: every cap is asked again, in the order of decisions."""
    version = await publish_rules(engine, shop, *LIVE)
    await apply(engine, shop, ProductChanged(1, PAID_AT, tags=("tea",)), *(created(number) for number in range(1, 5)))
    told: dict[object, Fact] = {}
    for fact in story(Random(seed)):
        told.setdefault(fact.order_id if isinstance(fact, Order) else id(fact), fact)
    for batch in _batches(list(told.values()), 3):
        await apply(engine, shop, *batch)
    found = await tried(engine, shop, version.definition.model_copy(update={"name": "The same by another name"}))
    held = await posted(engine, shop)

    assert (found.really_decided, found.changed_examples, found.points_after) == (0, (), sum(held.values()))


def _batches(facts: list[Fact], size: int) -> list[list[Fact]]:
    return [facts[start : start + size] for start in range(0, len(facts), size)]


async def test_a_draft_is_compared_with_what_was_given(engine: AsyncEngine, shop: ShopReference) -> None:
    """Two points from 50 dollars on: the first customer gains 60 points, the second loses 30, the third keeps none."""
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("60.00")]), order(11, [line("30.00")], customer=2))
    await apply(engine, shop, order(12, [line("40.00")], customer=3), refund(1, 12, "40.00"))
    draft = program(rule(formula={"kind": "per_money", "rates": {"USD": 2}}, condition=compare("order.base", "ge", 50)))
    found = await tried(engine, shop, draft, value_per_point=Decimal("0.01"), currency="USD")
    first, second = await member_of(engine, shop, 1), await member_of(engine, shop, 2)

    assert (found.points_before, found.points_after, dict(found.by_rule)) == (90, 120, {"purchase": 120})
    assert (found.gaining, found.losing, found.unchanged, found.changed_orders) == (1, 1, 1, 2)
    assert found.top_gains == (Change(60, 120, first),)
    assert found.top_losses == (Change(30, 0, second),)
    assert (found.cost_before, found.cost_after) == (Decimal("0.90"), Decimal("1.20"))
    assert dict(found.net_sales_minor) == {"USD": 9000}
    assert found.margin_share(found.cost_after, 2) == Decimal("0.013333")
    assert (found.orders, found.really_decided, found.truncated) == (3, 0, False)


async def test_caps_of_a_draft_are_taken_in_the_order_in_which_orders_were_decided(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(12, [line("40.00")]))
    await apply(engine, shop, order(10, [line("40.00")]))
    await apply(engine, shop, order(11, [line("40.00")], customer=2))
    member = await member_of(engine, shop, 1)
    found = await tried(engine, shop, program(rule(caps=[{"handle": "week", "period": "week", "points": 50}])))

    assert (found.points_before, found.points_after) == (120, 90)
    assert found.changed_examples == (Change(40, 10, member, shop.shop_id, 10),)


async def test_more_orders_than_are_tried_at_once_are_said_to_be_left_out(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    for number in range(10, 14):
        placed = PAID_AT + timedelta(minutes=number)
        await apply(engine, shop, order(number, [line("10.00")], occurred_at=placed))
    found = await tried(engine, shop, program(rule()), most_orders=2)

    assert (found.orders, found.truncated, found.points_before) == (2, True, 20)
    assert found.covered_since == PAID_AT + timedelta(minutes=12)
    with pytest.raises(ValueError, match="50,000"):
        await tried(engine, shop, program(rule()), most_orders=50_001)


async def test_facts_that_nobody_stored_are_those_of_today_and_named(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    for number in (10, 11):
        placed = PAID_AT + timedelta(minutes=number)
        await apply(engine, shop, order(number, [replace(line("10.00"), product_id=7)], occurred_at=placed))
    await apply(engine, shop, CustomerTags(1, ("vip",), PAID_AT), ProductChanged(7, PAID_AT, tags=("tea",)))
    draft = program(
        fixed("second", 5, condition=compare("member.order_number", "eq", 2)),
        fixed("vip", 7, audience=compare("member.tags", "contains", "vip")),
        rule("tea", scope="line", condition=compare("product.tags", "contains", "tea")),
    )
    found = await tried(engine, shop, draft)
    async with tenant_transaction(engine, shop.program_id) as connection:
        second = await preview_stored_order(connection, shop.program_id, draft, shop.shop_id, 11)
        unknown = await preview_stored_order(connection, shop.program_id, draft, shop.shop_id, 404)

    assert dict(found.by_rule) == {"second": 5, "vip": 14, "tea": 20}
    assert found.as_of_today == ("order_number", "products", "tags")
    assert second is not None
    assert (second.points, second.points_now, unknown) == (22, 10, None)


def test_a_draft_is_tried_on_an_order_that_nobody_placed() -> None:
    one = order(1, [line("45.00")])
    draft = program(
        rule(condition=compare("order.base", "ge", 50)), rule("big", condition=compare("order.base", "ge", 99))
    )
    found: Preview = preview_order(draft, OrderState(one, ()), DecidedFrom(PAID_AT))

    assert (found.reason, found.points, [one.reason for one in found.rules]) == ("condition", 0, ["condition"] * 2)
    assert found.nearest is not None
    assert (found.nearest.handle, found.nearest.missed[0]["seen"], found.nearest.missed[0]["value"]) == (
        "purchase", "45", "50",
    )  # fmt: skip


def test_a_draft_is_tried_on_an_event_of_somebody() -> None:
    draft = program(fixed("review", 10, trigger="review", multipliers=[{"factor": 3, "condition": IS_GOLD}]))
    event = MemberEvent(1, "review", "1", PAID_AT)

    assert preview_event(draft, event, DecidedFrom(PAID_AT, MemberFacts(tier="gold"))).points == 30
    assert preview_event(draft, event, DecidedFrom(PAID_AT)).points == 10
    assert preview_event(draft, replace(event, source="visit"), DecidedFrom(PAID_AT)).reason == "no_rule"


IS_GOLD = compare("member.tier", "eq", "gold")

"""What an order is decided from is read once: later tags, products and versions change nothing about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.events import AmountPair, CustomerTags, ProductChanged, Tender
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.programs import Balance, apply, balance, breaches, fixed, publish_rules, purchase

FIRST_ORDER = {"kind": "compare", "field": "member.order_number", "operator": "eq", "value": "1"}
IS_VIP = {"kind": "compare", "field": "member.tags", "operator": "contains", "value": "vip"}
IS_TEA = {"kind": "compare", "field": "product.tags", "operator": "contains", "value": "tea"}


async def test_only_the_first_order_is_the_first(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, fixed("first", 300, "order_paid", condition=FIRST_ORDER))
    later = PAID_AT + timedelta(hours=1)
    await apply(engine, shop, order(11, [line("5.00")], occurred_at=later), order(10, [line("5.00")]))
    await apply(engine, shop, order(12, [line("5.00")]))

    assert await balance(engine, shop) == Balance(300)
    await apply(engine, shop, refund(1, 10, "2.50"))
    assert await balance(engine, shop) == Balance(150)
    assert await breaches(engine, shop) == {}


async def test_tags_count_as_they_were(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(multipliers=[{"factor": "2", "condition": IS_VIP}]))
    await apply(engine, shop, order(10, [line("10.00")]))
    await apply(engine, shop, CustomerTags(1, ("vip",), PAID_AT))
    await apply(engine, shop, order(11, [line("10.00")]))
    await apply(engine, shop, CustomerTags(1, (), PAID_AT + timedelta(hours=1)))
    await apply(engine, shop, refund(1, 11, "5.00"))

    assert await balance(engine, shop) == Balance(10 + 20 - 10)
    assert await breaches(engine, shop) == {}


async def test_products_count_as_they_were_and_those_that_an_edit_adds_as_they_are_then(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(multipliers=[{"factor": "3", "condition": IS_TEA}]))
    await apply(engine, shop, ProductChanged(7, PAID_AT, tags=("tea",)))
    tea, mug = replace(line("10.00"), product_id=7), replace(line("4.00", line_id=2), product_id=8)
    await apply(engine, shop, order(10, [tea]))
    assert await balance(engine, shop) == Balance(30)
    await apply(engine, shop, ProductChanged(7, PAID_AT + timedelta(hours=1)))
    await apply(engine, shop, ProductChanged(8, PAID_AT + timedelta(hours=1), tags=("tea",)))
    await apply(engine, shop, order(10, [tea, mug], updated_at=PAID_AT + timedelta(hours=2)))

    assert await balance(engine, shop) == Balance(42)
    assert await breaches(engine, shop) == {}


async def test_an_order_waits_until_it_is_known_how_it_was_paid(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(exclude={"gift_card_paid": True}))
    paid = order(10, [line("40.00")])
    tenders = (
        Tender("gift_card", AmountPair(1_000, 1_000)),
        Tender("other", AmountPair(3_000, 3_000)),
    )
    await apply(engine, shop, paid)
    assert await balance(engine, shop) == Balance(0)
    await apply(engine, shop, replace(paid, tenders=tenders))
    await apply(engine, shop, paid)

    assert await balance(engine, shop) == Balance(30)
    assert await breaches(engine, shop) == {}


async def test_silence_ends_points_and_every_purchase_moves_the_end(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(expiry={"kind": "inactivity", "days": 30}))
    long_ago = PAID_AT - timedelta(days=40)
    await apply(engine, shop, order(10, [line("10.00")], occurred_at=long_ago))
    assert await balance(engine, shop) == Balance(0)  # forty days of silence
    recent = PAID_AT - timedelta(days=20)
    await apply(engine, shop, order(11, [line("20.00")], occurred_at=recent))
    await apply(engine, shop, order(12, [line("30.00")]))
    assert await balance(engine, shop) == Balance(60)  # each purchase came within thirty days of the one before
    assert await breaches(engine, shop) == {}


async def test_that_nothing_was_known_of_a_product_is_decided_once_too(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(multipliers=[{"factor": "3", "condition": IS_TEA}]))
    paid = order(10, [replace(line("10.00"), product_id=7)])
    await apply(engine, shop, paid)
    await apply(engine, shop, ProductChanged(7, PAID_AT + timedelta(hours=1), tags=("tea",)))
    await apply(engine, shop, paid, refund(1, 10, "5.00"))

    assert await balance(engine, shop) == Balance(5)
    assert await breaches(engine, shop) == {}

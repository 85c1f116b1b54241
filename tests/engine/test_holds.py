"""Points that wait: seen at once, spendable later, taken back first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.events import Fulfillment
from engine.releases import release_due
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.programs import Balance, apply, balance, breaches, publish_rules, purchase, spend

UNTIL_SENT = {"kind": "until", "event": "fulfilled", "at_most_days": 30}
UNTIL_DELIVERED = {"kind": "until", "event": "delivered", "at_most_days": 30}


async def release(engine: AsyncEngine, shop: ShopReference) -> int:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await release_due(connection)


async def let_time_pass(engine: AsyncEngine, shop: ShopReference, by: timedelta) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE awards SET release_at = release_at - :by"), {"by": by})


async def test_points_held_for_days_are_pending_until_their_day(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(hold={"kind": "days", "days": 14}))
    await apply(engine, shop, order(10, [line("45.00")]))

    assert await balance(engine, shop) == Balance(0, pending=45)
    assert await release(engine, shop) == 0
    await let_time_pass(engine, shop, timedelta(days=14))
    assert (await release(engine, shop), await release(engine, shop)) == (1, 0)
    assert await balance(engine, shop) == Balance(45)
    assert await breaches(engine, shop) == {}


async def test_a_refund_takes_the_awards_own_held_points_first(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(hold=UNTIL_SENT), purchase("again", "2"))
    await apply(engine, shop, order(10, [line("45.00")]), refund(1, 10, "15.00"))

    assert await balance(engine, shop) == Balance(60, pending=30)
    await apply(engine, shop, refund(2, 10, "30.00"))
    assert await balance(engine, shop) == Balance(0)
    assert await breaches(engine, shop) == {}


async def test_sending_the_order_releases_its_points_in_any_order_of_arrival(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(hold=UNTIL_DELIVERED))
    paid = order(10, [line("45.00")])
    sent = PAID_AT + timedelta(hours=1)
    whole = replace(order(10, [line("45.00")], updated_at=sent), fulfilled_at=sent)
    parcel = Fulfillment(10, 1, sent, sent, delivered_at=sent + timedelta(hours=2))

    await apply(engine, shop, parcel)
    await apply(engine, shop, paid)
    assert await balance(engine, shop) == Balance(0, pending=45)
    await apply(engine, shop, whole)
    assert await balance(engine, shop) == Balance(45)
    await apply(engine, shop, parcel, paid, whole)
    assert await balance(engine, shop) == Balance(45)
    assert await breaches(engine, shop) == {}


async def test_later_news_of_a_parcel_does_not_hold_its_points_longer(engine: AsyncEngine, shop: ShopReference) -> None:
    window = {"kind": "until", "event": "return_window", "days": 14, "at_most_days": 60}
    sent = PAID_AT + timedelta(hours=1)
    parcel = Fulfillment(10, 1, sent, sent, delivered_at=sent)
    news = replace(parcel, updated_at=sent + timedelta(days=3), delivered_at=sent + timedelta(days=3))
    await publish_rules(engine, shop, purchase(hold=window))
    await apply(engine, shop, replace(order(10, [line("45.00")], updated_at=sent), fulfilled_at=sent), news)
    await apply(engine, shop, parcel)
    await apply(engine, shop, news)
    async with tenant_transaction(engine, shop.program_id) as connection:
        release_at = (await connection.execute(text("SELECT release_at FROM awards"))).scalar_one()

    assert release_at == sent + timedelta(days=14)


async def test_what_never_arrives_is_released_at_the_deadline(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(hold=UNTIL_SENT))
    await apply(engine, shop, order(10, [line("45.00")]))
    await let_time_pass(engine, shop, timedelta(days=29))

    assert await release(engine, shop) == 1
    assert await balance(engine, shop) == Balance(45)


async def test_released_points_live_from_when_they_were_due_whenever_that_is_noticed(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(
        engine, shop, purchase(hold={"kind": "days", "days": 14}, expiry={"kind": "after", "days": 100})
    )
    await apply(engine, shop, order(10, [line("45.00")]))
    await let_time_pass(engine, shop, timedelta(days=14))
    await release(engine, shop)
    async with tenant_transaction(engine, shop.program_id) as connection:
        ends_at = (await connection.execute(text("SELECT expires_at FROM lots"))).scalar_one()

    assert ends_at == PAID_AT + timedelta(days=100)
    assert await breaches(engine, shop) == {}


async def test_debt_is_paid_when_points_are_released_and_not_before(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(), purchase("later", "1", hold={"kind": "days", "days": 14}))
    await apply(engine, shop, order(10, [line("100.00")]))
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("SET LOCAL ROLE postgres"))
        await connection.execute(text("UPDATE awards SET release_at = now() WHERE rule = 'later'"))
    assert await balance(engine, shop) == Balance(100, pending=100)
    await release(engine, shop)

    assert await balance(engine, shop) == Balance(200)
    await apply(engine, shop, refund(1, 10, "100.00"))
    assert await balance(engine, shop) == Balance(0)
    assert await breaches(engine, shop) == {}


async def test_points_that_ended_while_held_pay_for_no_refund(engine: AsyncEngine, shop: ShopReference) -> None:
    """Found by the state machine: an edit released what had ended long ago and took another rule's refund from it."""
    until_sent = {"kind": "until", "event": "fulfilled", "at_most_days": 90}
    five_days = {"kind": "after", "days": 5}
    await publish_rules(engine, shop, purchase("late", hold=until_sent, expiry=five_days), purchase("now"))
    paid_at = datetime.now(UTC) - timedelta(days=60)
    sent_at = paid_at + timedelta(hours=1)
    unsent = order(10, [line("45.00")], occurred_at=paid_at, updated_at=paid_at)
    await apply(engine, shop, unsent)
    await spend(engine, shop, 45)
    assert await balance(engine, shop) == Balance(0, pending=45)

    sent = replace(unsent, updated_at=sent_at, fulfilled_at=sent_at)
    await apply(engine, shop, sent, refund(1, 10, "15.00"))
    assert await balance(engine, shop) == Balance(0, debt=15)
    assert await breaches(engine, shop) == {}

"""A delivery that fails is tried again and parked in the end; trouble that is not its own costs it nothing."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.applying import apply_events
from engine.database import create_engine, tenant_transaction
from engine.events import Event, Order
from engine.inbox import replay_delivery
from engine.members import member_of_customer
from engine.shops import ShopReference
from plugin.background import draining
from plugin.background.draining import Inbox
from plugin.settings import Settings
from tests.support.deliveries import store_delivery
from tests.support.payloads import body_of, customer_payload, order_payload

BAD_ORDER = 666


async def deliver(engine: AsyncEngine, shop: ShopReference, order_id: int) -> None:
    body = body_of(order_payload(order_id, customer=customer_payload(order_id)))
    await store_delivery(engine, shop, "orders/paid", body, str(order_id))


async def states(engine: AsyncEngine, shop: ShopReference) -> dict[str, tuple[str, int]]:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE deliveries SET next_attempt_at = now()"))
        rows = await connection.execute(text("SELECT webhook_id, state, attempts FROM deliveries"))
        return {webhook_id: (state, attempts) for webhook_id, state, attempts in rows}


async def seconds_to_wait(engine: AsyncEngine, shop: ShopReference) -> float:
    async with tenant_transaction(engine, shop.program_id) as connection:
        waits = await connection.execute(text("SELECT EXTRACT(EPOCH FROM next_attempt_at - now()) FROM deliveries"))
        return float(waits.scalar_one())


@pytest.fixture
def inbox(settings: Settings, engine: AsyncEngine, redis_url: str) -> Inbox:
    return Inbox(settings, engine, Redis.from_url(redis_url))


def fail_for_the_bad_order(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def apply(connection: AsyncConnection, events: list[Event]) -> object:
        if any(isinstance(event.fact, Order) and event.fact.order_id == BAD_ORDER for event in events):
            raise error
        return await apply_events(connection, events)

    monkeypatch.setattr(draining, "apply_events", apply)


async def test_a_delivery_that_keeps_failing_is_parked_and_the_others_go_on(
    inbox: Inbox, engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_for_the_bad_order(monkeypatch, ValueError("a bug"))
    for order_id in (1, BAD_ORDER, 2):
        await deliver(engine, shop, order_id)
    for _ in range(5):
        await inbox.drain()
        found = await states(engine, shop)

    assert found == {"1": ("applied", 1), "2": ("applied", 1), str(BAD_ORDER): ("parked", 5)}


async def test_trouble_of_the_database_parks_nothing_however_long_it_lasts(
    inbox: Inbox, engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_for_the_bad_order(monkeypatch, OperationalError("", {}, Exception("lock timeout")))
    await deliver(engine, shop, BAD_ORDER)
    for _ in range(8):
        await inbox.drain()
        waits_seconds = await seconds_to_wait(engine, shop)
        found = await states(engine, shop)

    assert found == {str(BAD_ORDER): ("pending", 0)}
    assert 4 < waits_seconds <= 30


async def test_a_delivery_that_takes_too_long_is_parked_in_the_end(
    inbox: Inbox, engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_for_the_bad_order(monkeypatch, OperationalError("", {}, psycopg.errors.QueryCanceled()))
    await deliver(engine, shop, BAD_ORDER)
    for _ in range(5):
        await inbox.drain()
        found = await states(engine, shop)

    assert found == {str(BAD_ORDER): ("parked", 5)}


async def test_a_database_that_is_away_is_no_empty_inbox(settings: Settings, redis_url: str) -> None:
    inbox = Inbox(settings, create_engine("postgresql://nobody@127.0.0.1:1/none"), Redis.from_url(redis_url))

    with pytest.raises(OperationalError):
        await inbox.drain()


async def test_a_locked_member_holds_nobody_else_up(
    inbox: Inbox, engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "BATCH_LOCK_MILLISECONDS", 50)
    monkeypatch.setattr(draining, "SINGLE_LOCK_MILLISECONDS", 50)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await member_of_customer(connection, shop.program_id, shop.shop_id, BAD_ORDER)
    for order_id in (BAD_ORDER, 1):
        await deliver(engine, shop, order_id)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("SELECT 1 FROM members FOR UPDATE"))
        async with asyncio.timeout(9):  # less than the connection's own lock_timeout
            await inbox.drain()
    found = await states(engine, shop)

    assert found == {str(BAD_ORDER): ("pending", 0), "1": ("applied", 1)}


async def test_a_parked_delivery_is_applied_when_it_is_replayed_after_the_cause_is_gone(
    inbox: Inbox, engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        fail_for_the_bad_order(broken, ValueError("a bug"))
        await deliver(engine, shop, BAD_ORDER)
        for _ in range(5):
            await inbox.drain()
            await states(engine, shop)
    async with tenant_transaction(engine, shop.program_id) as connection:
        row = await connection.execute(text("SELECT delivery_id FROM deliveries"))
        assert await replay_delivery(connection, shop.program_id, row.scalar_one())
    await inbox.drain()

    assert await states(engine, shop) == {str(BAD_ORDER): ("applied", 1)}

"""What was erased is gone and stays gone, whatever came before, at the same time or late, readable or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction
from engine.events import Event
from engine.inbox import replay_delivery
from engine.shops import ShopReference, install_shop, uninstall_shop
from plugin.background import draining
from plugin.background.draining import Inbox
from plugin.settings import Settings
from tests.support.deliveries import store_delivery
from tests.support.payloads import body_of, customer_payload, order_payload

ADA = 501
ADDRESS = "ada-canary@example.com"


@pytest.fixture
def inbox(settings: Settings, engine: AsyncEngine, redis_url: str) -> Inbox:
    return Inbox(settings, engine, Redis.from_url(redis_url))


async def rows(engine: AsyncEngine, shop: ShopReference, sql: str) -> list[tuple[Any, ...]]:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


async def bodies_left(engine: AsyncEngine, shop: ShopReference) -> list[tuple[Any, ...]]:
    """(topic, state) of each delivery that still holds the address or names the customer."""
    found = await rows(engine, shop, "SELECT topic, state, body, customer_id FROM deliveries")
    return [
        (topic, state)
        for topic, state, body, customer_id in found
        if ADDRESS in bytes(body or b"").decode() or customer_id == ADA
    ]


def adas_order(order_id: int, **changes: Any) -> dict[str, Any]:
    return order_payload(order_id, customer=customer_payload(ADA, ADDRESS)) | changes


def unreadable(payload: dict[str, Any]) -> dict[str, Any]:
    payload["line_items"][0]["quantity"] = -1
    return payload


def guest_order(order_id: int) -> dict[str, Any]:
    return order_payload(order_id, customer=None) | {"email": ADDRESS, "contact_email": ADDRESS}


class Shop:
    """What the shop tells, delivered and drained."""

    def __init__(self, inbox: Inbox, engine: AsyncEngine, shop: ShopReference) -> None:
        self._inbox, self._engine, self._shop = inbox, engine, shop

    async def store(self, topic: str, payload: Mapping[str, Any]) -> None:
        await store_delivery(self._engine, self._shop, topic, body_of(payload))

    async def tell(self, topic: str, payload: Mapping[str, Any]) -> None:
        await self.store(topic, payload)
        await self._inbox.drain()

    def redaction(self, customer_id: int | None = ADA, *orders: int) -> dict[str, Any]:
        customer = {"id": customer_id, "email": ADDRESS, "phone": None}
        return {"shop_domain": self._shop.domain, "customer": customer, "orders_to_redact": list(orders)}


@pytest.fixture
def told(inbox: Inbox, engine: AsyncEngine, shop: ShopReference) -> Shop:
    return Shop(inbox, engine, shop)


async def test_a_parked_body_is_found(told: Shop, engine: AsyncEngine, shop: ShopReference) -> None:
    await told.tell("orders/paid", unreadable(adas_order(1)))
    assert await bodies_left(engine, shop) == [("orders/paid", "parked")]

    await told.tell("customers/redact", told.redaction())

    assert await bodies_left(engine, shop) == []
    states = await rows(engine, shop, "SELECT state, reason FROM deliveries WHERE topic = 'orders/paid'")
    assert states == [("ignored", "erased")]


async def test_a_body_that_nobody_handles_is_never_kept(told: Shop, engine: AsyncEngine, shop: ShopReference) -> None:
    await told.tell("customers_marketing_consent/update", customer_payload(ADA, ADDRESS))

    assert await rows(engine, shop, "SELECT state, body FROM deliveries") == [("ignored", None)]


@pytest.mark.parametrize("order", [adas_order(1), unreadable(adas_order(1))])
async def test_a_late_order_is_kept_as_nobodys(
    told: Shop, engine: AsyncEngine, shop: ShopReference, order: dict[str, Any]
) -> None:
    await told.tell("customers/create", customer_payload(ADA, ADDRESS))
    await told.tell("customers/redact", told.redaction())
    await told.tell("orders/paid", order)
    await told.tell("customers/update", customer_payload(ADA, ADDRESS))

    assert await bodies_left(engine, shop) == []
    assert await rows(engine, shop, "SELECT customer_id FROM customers") == []
    assert await rows(engine, shop, "SELECT 1 FROM orders WHERE customer_id IS NOT NULL") == []
    assert await rows(engine, shop, "SELECT count(*) FROM members") == [(1,)]


@pytest.mark.parametrize("order_first", [True, False])
async def test_an_order_in_the_same_batch_is_nobodys(
    told: Shop, inbox: Inbox, engine: AsyncEngine, shop: ShopReference, order_first: bool
) -> None:
    both = [("orders/paid", adas_order(1)), ("customers/redact", told.redaction(ADA, 1))]
    for topic, payload in both if order_first else reversed(both):
        await told.store(topic, payload)
    assert await inbox.drain() == 2

    assert await bodies_left(engine, shop) == []
    assert await rows(engine, shop, "SELECT customer_id FROM customers") == []
    assert await rows(engine, shop, "SELECT order_id, customer_id FROM orders") == [(1, None)]


async def test_orders_that_were_claimed_by_address_are_the_customers_too(
    told: Shop, engine: AsyncEngine, shop: ShopReference
) -> None:
    await told.tell("orders/paid", guest_order(7))
    await told.tell("customers/create", customer_payload(ADA, ADDRESS))
    assert (await rows(engine, shop, "SELECT member_id IS NOT NULL FROM orders")) == [(True,)]

    await told.tell("customers/redact", told.redaction())

    assert await bodies_left(engine, shop) == []


async def test_an_erased_guests_order_gets_no_address_back(
    told: Shop, engine: AsyncEngine, shop: ShopReference
) -> None:
    await told.tell("orders/paid", guest_order(7))
    await told.tell("customers/redact", told.redaction(None, 7))
    await told.tell("orders/updated", guest_order(7))

    assert await bodies_left(engine, shop) == []
    assert await rows(engine, shop, "SELECT guest_email_key FROM orders") == [(None,)]


async def test_who_comes_back_later_starts_anew(told: Shop, engine: AsyncEngine, shop: ShopReference) -> None:
    await told.tell("orders/paid", adas_order(1))
    await told.tell("customers/redact", told.redaction())
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE redactions SET redacted_at = '2020-01-01'"))
    await told.tell("orders/paid", adas_order(2))

    found = await rows(engine, shop, "SELECT order_id, customer_id FROM orders ORDER BY order_id")
    assert found == [(1, None), (2, ADA)]
    assert await rows(engine, shop, "SELECT available FROM members ORDER BY member_id") == [(145,), (145,)]


async def test_what_keeps_failing_is_found_or_forgotten(
    told: Shop, inbox: Inbox, engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_connection: AsyncConnection, _events: list[Event]) -> object:
        raise ValueError("a bug")

    monkeypatch.setattr(draining, "apply_events", fail)
    await told.tell("orders/paid", adas_order(1))  # waits for its second attempt, with its body
    assert await bodies_left(engine, shop) == [("orders/paid", "pending")]

    await told.tell("customers/redact", told.redaction())
    await told.tell("orders/paid", adas_order(2))  # fails only afterwards

    assert await bodies_left(engine, shop) == []
    states = await rows(engine, shop, "SELECT state FROM deliveries WHERE topic = 'orders/paid'")
    assert states == [("ignored",), ("ignored",)]


async def test_an_erased_shop_keeps_nothing_that_comes_late(
    told: Shop, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await uninstall_shop(connection, shop, triggered_at=datetime.now(UTC))
    await told.tell("orders/paid", adas_order(1))
    await told.tell("shop/redact", {"shop_domain": shop.domain})
    await told.tell("orders/paid", adas_order(2))
    await told.tell("orders/paid", unreadable(adas_order(3)))
    await told.tell("shop/update", {"name": "Back?", "currency": "USD", "myshopify_domain": shop.domain})

    assert await bodies_left(engine, shop) == []
    assert await rows(engine, shop, "SELECT customer_id FROM customers") == []
    assert await rows(engine, shop, "SELECT order_id FROM orders") == [(1,)]
    assert await rows(engine, shop, "SELECT name FROM shops") == [("",)]
    assert await rows(engine, shop, "SELECT state FROM deliveries ORDER BY delivery_id") == [
        ("applied",), ("applied",), ("ignored",), ("ignored",), ("ignored",),
    ]  # fmt: skip


async def test_a_shop_that_comes_back_after_its_erasure_is_served_again(
    told: Shop, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await uninstall_shop(connection, shop, triggered_at=datetime.now(UTC))
    await told.tell("shop/redact", {"shop_domain": shop.domain})
    at = datetime.now(UTC) + timedelta(seconds=1)
    await install_shop(
        engine, domain=shop.domain, external_id=1, name="Back", currency="USD", time_zone="UTC", scopes=[], at=at
    )
    await told.tell("orders/paid", adas_order(2))

    assert await rows(engine, shop, "SELECT customer_id FROM customers") == [(ADA,)]


async def test_no_request_names_an_erased_customer(told: Shop, engine: AsyncEngine, shop: ShopReference) -> None:
    for request, customer_id in ((9001, ADA), (9002, 502)):
        asked = {"shop_domain": shop.domain, "customer": {"id": customer_id}, "data_request": {"id": request}}
        await told.tell("customers/data_request", asked)
    await told.tell("customers/redact", told.redaction())

    found = await rows(engine, shop, "SELECT kind, request_key, completed_at IS NULL FROM privacy_requests ORDER BY 2")
    ((_, hashed, _), other, (_, redaction, _)) = found
    assert other == ("export", "9002/502", True)
    assert (hashed[:5], len(hashed)) == ("9001/", 5 + 64)
    assert redaction.startswith("delivery/")
    assert str(ADA) not in redaction.split("/")


async def test_a_replayed_body_of_an_erased_customer_does_not_come_back(
    told: Shop, inbox: Inbox, engine: AsyncEngine, shop: ShopReference
) -> None:
    await told.tell("orders/paid", unreadable(adas_order(1)))
    ((delivery_id,),) = await rows(engine, shop, "SELECT delivery_id FROM deliveries")
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await replay_delivery(connection, shop.program_id, delivery_id)
    await told.store("customers/redact", told.redaction())
    await inbox.drain()

    assert await bodies_left(engine, shop) == []


async def test_the_hash_of_an_erased_customer_is_keyed(told: Shop, engine: AsyncEngine, shop: ShopReference) -> None:
    await told.tell("customers/redact", told.redaction())
    made = f"subject_hash = subject_hash(redaction_key, 'customer', {shop.shop_id}, {ADA}), octet_length(redaction_key)"

    assert await rows(engine, shop, f"SELECT {made} FROM redactions, programs") == [(True, 32)]

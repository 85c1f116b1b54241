"""What only the Admin API tells is read after the news that asks for it, applied once, and never for the erased."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from procrastinate import App
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.privacy import redact_customer
from engine.shops import ShopReference, uninstall_shop
from plugin.background.draining import Inbox
from plugin.background.jobs import create_jobs
from plugin.background.rereading import read_products, reread_customer, reread_order
from plugin.settings import Settings
from plugin.shopify.token_endpoint import TokenPair
from plugin.web.app import LaurelApp
from tests.support.admin_nodes import ADA, WHOLE, order_node, product_node
from tests.support.deliveries import store_delivery
from tests.support.payloads import body_of, line_payload, order_payload
from tests.support.shopify import FakeShopify

Answers = dict[str, Callable[[dict[str, Any]], Any]]


@pytest.fixture
def answers(shopify: FakeShopify) -> Answers:
    """What the Admin API answers, by the first field that is asked for."""
    nothing = {"pageInfo": WHOLE, "nodes": []}
    found: Answers = {"orders": lambda _: nothing, "products": lambda _: nothing}

    def script(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        field = next(name for name in ("orders(", "customer(", "products(") if f"  {name}" in asked["query"])[:-1]
        return httpx.Response(200, json={"data": {field: found[field](asked["variables"])}})

    shopify.script = script
    return found


@pytest.fixture
async def granted(app: LaurelApp, shop: ShopReference, shopify: FakeShopify) -> ShopReference:
    """A shop whose token works."""
    shopify.valid, shopify.refresh = "shpat_good", "shprt_good"
    soon = datetime.now(UTC) + timedelta(days=1)
    await app.services.tokens.store(shop, TokenPair("shpat_good", None, "shprt_good", soon, "read_orders"))
    return shop


@pytest.fixture
async def queue(app: LaurelApp) -> AsyncIterator[App]:
    queue = create_jobs(app.services)
    async with queue.open_async():
        yield queue


@pytest.fixture
def inbox(settings: Settings, engine: AsyncEngine, app: LaurelApp) -> Inbox:
    return Inbox(settings, engine, app.services.redis)


async def _rows(engine: AsyncEngine, shop: ShopReference, query: str) -> list[Any]:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def _waiting(engine: AsyncEngine) -> list[tuple[str, dict[str, Any]]]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo'"))
        return [(name, arguments) for name, arguments in rows]


def _mixed(order_id: int = 77) -> dict[str, Any]:
    return order_payload(
        order_id, [line_payload(price="45.00")], payment_gateway_names=["gift_card", "shopify_payments"]
    )


async def test_given_a_mixed_payment_when_its_webhooks_come_then_the_order_is_read_once_with_its_tenders(
    engine: AsyncEngine, granted: ShopReference, inbox: Inbox, queue: App, answers: Answers
) -> None:
    asked: list[dict[str, Any]] = []

    def orders(variables: dict[str, Any]) -> dict[str, Any]:
        asked.append(variables)
        return {"pageInfo": WHOLE, "nodes": [order_node(77)]}

    answers["orders"] = orders
    for topic in ("orders/create", "orders/paid", "orders/updated"):
        await store_delivery(engine, granted, topic, body_of(_mixed()))
    await inbox.drain()
    expected = {"program_id": granted.program_id, "shop_id": granted.shop_id, "object_id": 77}
    assert await _waiting(engine) == [("reread-order", expected)]

    await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    assert [variables["query"] for variables in asked].count("id:77") == 1
    ((snapshot,),) = await _rows(engine, granted, "SELECT snapshot FROM orders")
    assert snapshot["tenders"] == [["gift_card", 2000, 2000], ["other", 2500, 2500]]


async def test_given_an_erased_customer_when_their_order_comes_late_then_nothing_is_read(
    engine: AsyncEngine, granted: ShopReference, inbox: Inbox, answers: Answers
) -> None:
    async with tenant_transaction(engine, granted.program_id) as connection:
        await redact_customer(connection, granted.program_id, granted.shop_id, ADA, [], datetime.now(UTC))
    await store_delivery(engine, granted, "orders/paid", body_of(_mixed()))
    await store_delivery(engine, granted, "customer.tags_added", body_of(_tags("2026-11-20T10:00:00Z", "vip")))

    await inbox.drain()

    assert await _waiting(engine) == []
    assert await _rows(engine, granted, "SELECT customer_id FROM customers") == []


async def test_given_an_order_that_the_shop_does_not_find_when_read_then_nothing_happens(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, answers: Answers
) -> None:
    answers["orders"] = lambda _: {"pageInfo": WHOLE, "nodes": []}

    await reread_order(app.services, granted.program_id, granted.shop_id, 77)

    assert await _rows(engine, granted, "SELECT order_id FROM orders") == []


def _tags(at: str, *tags: str) -> dict[str, Any]:
    return {"customerId": f"gid://shopify/Customer/{ADA}", "tags": list(tags), "occurredAt": at}


async def test_given_news_of_tags_when_it_comes_then_they_change_at_once_and_all_are_read(
    engine: AsyncEngine, granted: ShopReference, inbox: Inbox, queue: App, answers: Answers
) -> None:
    answers["customer"] = lambda variables: {
        "id": variables["id"], "updatedAt": "2026-11-20T12:00:00Z", "tags": ["gold", "heard of nowhere else"],
        "defaultEmailAddress": {"marketingState": "SUBSCRIBED", "marketingUpdatedAt": "2026-11-20T09:00:00Z"},
    }  # fmt: skip
    await store_delivery(engine, granted, "customer.tags_added", body_of(_tags("2026-11-20T10:00:00Z", "vip", "gold")))
    await store_delivery(engine, granted, "customer.tags_removed", body_of(_tags("2026-11-20T11:00:00Z", "VIP")))
    await inbox.drain()

    assert await _rows(engine, granted, "SELECT tags FROM customers") == [(["gold"],)]
    assert [name for name, _ in await _waiting(engine)] == ["reread-customer"]

    await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    assert await _rows(engine, granted, "SELECT tags, subscribed FROM customers") == [
        (["gold", "heard of nowhere else"], True)
    ]
    states = await _rows(engine, granted, "SELECT DISTINCT state, customer_id FROM deliveries")
    assert states == [("applied", ADA)]


async def test_given_a_customer_whose_shop_knows_nothing_newer_when_read_then_the_news_stays(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, inbox: Inbox, answers: Answers
) -> None:
    answers["customer"] = lambda variables: {
        "id": variables["id"], "updatedAt": "2026-01-01T00:00:00Z", "tags": [], "defaultEmailAddress": None,
    }  # fmt: skip
    await store_delivery(engine, granted, "customer.tags_added", body_of(_tags("2026-11-20T10:00:00Z", "vip")))
    await inbox.drain()

    await reread_customer(app.services, granted.program_id, granted.shop_id, ADA)

    assert await _rows(engine, granted, "SELECT tags FROM customers") == [(["vip"],)]


async def test_given_a_changed_collection_when_told_then_all_products_are_read_page_by_page(
    engine: AsyncEngine, granted: ShopReference, inbox: Inbox, queue: App, answers: Answers
) -> None:
    pages: dict[str | None, Any] = {
        None: {"pageInfo": {"hasNextPage": True, "endCursor": "2"}, "nodes": [product_node(1, 5), {"id": "x"}]},
        "2": {"pageInfo": WHOLE, "nodes": [product_node(2, 5, 6, more=True)]},
    }

    def products(variables: dict[str, Any]) -> Any:
        if variables["query"] is not None:
            assert variables["query"] == "id:2"
            return {"pageInfo": WHOLE, "nodes": [product_node(2, 5, 6, 7)]}
        return pages[variables["after"]]

    answers["products"] = products
    await store_delivery(engine, granted, "collections/update", body_of({"id": 5, "handle": "gifts"}))
    await store_delivery(engine, granted, "collections/update", body_of({"id": 6, "handle": "mugs"}))
    await inbox.drain()
    assert [name for name, _ in await _waiting(engine)] == ["read-products"]

    await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    query = "SELECT product_id, tags, collection_ids, vendor FROM products ORDER BY product_id"
    assert await _rows(engine, granted, query) == [
        (1, ["gift"], [5], "Laurel"),
        (2, ["gift"], [5, 6, 7], "Laurel"),
    ]


async def test_given_a_shop_that_left_when_something_is_to_be_read_then_it_is_left_alone(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, shopify: FakeShopify
) -> None:
    async with tenant_transaction(engine, granted.program_id) as connection:
        await uninstall_shop(connection, granted, triggered_at=datetime.now(UTC))

    await read_products(app.services, granted.program_id, granted.shop_id)
    await reread_order(app.services, granted.program_id, granted.shop_id, 77)

    assert shopify.admin_requests == []


async def test_given_a_merge_that_failed_when_told_then_its_body_is_found_by_the_customer(
    engine: AsyncEngine, granted: ShopReference, inbox: Inbox
) -> None:
    failed = {
        "admin_graphql_api_customer_kept_id": f"gid://shopify/Customer/{ADA}",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
        "status": "failed",
        "errors": [{"customer_ids": [ADA], "field": "merge_in_progress", "message": "Ada is being merged."}],
    }
    await store_delivery(engine, granted, "customers/merge", body_of(failed))
    await inbox.drain()

    assert await _rows(engine, granted, "SELECT state, customer_id FROM deliveries") == [("applied", ADA)]

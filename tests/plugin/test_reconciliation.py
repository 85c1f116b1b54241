"""Orders that webhooks lost are found, once, and reading goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.members import member_of_customer
from engine.privacy import export_customer, redact_customer
from engine.shops import ShopReference, shop_facts, uninstall_shop
from plugin.background.reconciliation import OVERLAP, Reconciled, reconcile_shop, refresh_shop_token
from plugin.shopify.admin_client import AdminUnreachableError
from plugin.shopify.token_endpoint import TokenPair
from plugin.web.app import LaurelApp
from tests.support.shopify import FakeShopify

FIRST_CHANGE = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WHOLE = {"hasNextPage": False, "endCursor": None}


def money(amount: str) -> dict[str, Any]:
    """An amount in both currencies, which are the same."""
    return {name: {"amount": amount, "currencyCode": "USD"} for name in ("shopMoney", "presentmentMoney")}


def order_node(number: int, price: str, *, minutes: int = 0, lines_go_on: bool = False) -> dict[str, Any]:
    """A paid order of one line, changed so many minutes after the first."""
    at = (FIRST_CHANGE + timedelta(minutes=minutes)).isoformat()
    line = {
        "id": f"gid://shopify/LineItem/{number}0", "quantity": 1, "currentQuantity": 1, "isGiftCard": False,
        "product": None, "originalUnitPriceSet": money(price), "discountAllocations": [], "taxLines": [],
    }  # fmt: skip
    return {
        "id": f"gid://shopify/Order/{number}", "name": f"#{number}", "createdAt": at, "processedAt": at,
        "updatedAt": at, "cancelledAt": None, "displayFinancialStatus": "PAID", "test": False,
        "taxesIncluded": False, "currencyCode": "USD", "presentmentCurrencyCode": "USD", "email": None,
        "customer": {"id": "gid://shopify/Customer/7001", "verifiedEmail": True, "defaultEmailAddress": None},
        "totalPriceSet": money(price),
        "lineItems": {"pageInfo": {"hasNextPage": lines_go_on}, "nodes": [line]}, "refunds": [],
    }  # fmt: skip


Asked = list[dict[str, Any]]


def pages(
    shopify: FakeShopify, *pages: list[dict[str, Any]], asked: Asked
) -> Callable[[httpx.Request], httpx.Response]:
    """An API that has these pages of orders, by cursor, and single orders by id."""

    def script(request: httpx.Request) -> httpx.Response:
        variables = json.loads(request.content)["variables"]
        asked.append(variables)
        number = int(variables["after"] or 0)
        nodes, more = pages[number], number + 1 < len(pages)
        if variables["query"].startswith("id:"):
            nodes = [node for page in pages for node in page if node["id"].endswith("/" + variables["query"][3:])]
            nodes = [{**node, "lineItems": {**node["lineItems"], "pageInfo": WHOLE}} for node in nodes]
            more = False
        page = {"hasNextPage": more, "endCursor": str(number + 1)}
        return httpx.Response(200, json={"data": {"orders": {"pageInfo": page, "nodes": nodes}}})

    shopify.script = script
    return script


@pytest.fixture
async def granted(app: LaurelApp, shop: ShopReference, shopify: FakeShopify) -> ShopReference:
    """A shop whose token works."""
    shopify.valid, shopify.refresh = "shpat_good", "shprt_good"
    soon = datetime.now(UTC) + timedelta(days=1)
    await app.services.tokens.store(shop, TokenPair("shpat_good", None, "shprt_good", soon, "read_orders"))
    return shop


async def available(engine: AsyncEngine, shop: ShopReference) -> int:
    """The customer's balance."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return (await member_of_customer(connection, shop.program_id, shop.shop_id, 7001)).available


async def test_lost_orders_are_found_and_counted_once(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, shopify: FakeShopify
) -> None:
    asked: Asked = []
    pages(
        shopify,
        [order_node(1, "45.00"), order_node(2, "5.00", minutes=1)],
        [order_node(3, "0.50", minutes=2)],
        asked=asked,
    )

    first = await reconcile_shop(app.services, granted.program_id, granted.shop_id)
    again = await reconcile_shop(app.services, granted.program_id, granted.shop_id)

    assert (first.read, first.unusable) == (3, 0)
    assert first.posted > 0
    assert again == Reconciled(read=3, unusable=0, posted=0)
    assert await available(engine, granted) == 100 + 45 + 5 + 0  # joining, and half-even of 0.5
    assert [variables["after"] for variables in asked] == [None, "1", None, "1"]


async def test_reading_an_order_again_brings_no_erased_customer_back(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, shopify: FakeShopify
) -> None:
    pages(shopify, [order_node(1, "45.00")], asked=[])
    async with tenant_transaction(engine, granted.program_id) as connection:
        await redact_customer(connection, granted.program_id, granted.shop_id, 7001, [], datetime.now(UTC))

    done = await reconcile_shop(app.services, granted.program_id, granted.shop_id)

    assert done == Reconciled(read=1, unusable=0, posted=0)
    async with tenant_transaction(engine, granted.program_id) as connection:
        assert await export_customer(connection, granted.program_id, granted.shop_id, 7001) == {}


async def test_reading_goes_on_a_little_before_where_it_stopped(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, shopify: FakeShopify
) -> None:
    asked: Asked = []
    pages(shopify, [order_node(1, "45.00", minutes=30)], asked=asked)
    await reconcile_shop(app.services, granted.program_id, granted.shop_id)
    await reconcile_shop(app.services, granted.program_id, granted.shop_id)

    async with tenant_transaction(engine, granted.program_id) as connection:
        facts = await shop_facts(connection, granted.program_id, granted.shop_id)
    newest = FIRST_CHANGE + timedelta(minutes=30)
    assert facts.reconciled_through == newest
    assert [variables["query"] for variables in asked] == [
        f"updated_at:>='{facts.installed_at - OVERLAP:%Y-%m-%dT%H:%M:%SZ}'",
        f"updated_at:>='{newest - OVERLAP:%Y-%m-%dT%H:%M:%SZ}'",
    ]


async def test_an_order_that_did_not_fit_is_asked_for_alone(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, shopify: FakeShopify
) -> None:
    asked: Asked = []
    pages(shopify, [order_node(1, "45.00", lines_go_on=True)], asked=asked)

    await reconcile_shop(app.services, granted.program_id, granted.shop_id)

    assert [variables["query"] for variables in asked][1:] == ["id:1"]
    assert await available(engine, granted) == 145


async def test_an_order_that_cannot_be_read_does_not_stop_the_others(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, shopify: FakeShopify
) -> None:
    pages(shopify, [{"id": "nonsense"}, order_node(2, "5.00")], asked=[])

    done = await reconcile_shop(app.services, granted.program_id, granted.shop_id)

    assert (done.read, done.unusable) == (2, 1)
    assert await available(engine, granted) == 105


async def test_an_outage_is_tried_again_later_and_keeps_what_was_read(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, shopify: FakeShopify, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_: float) -> None:
        return None

    monkeypatch.setattr("plugin.shopify.admin_client.asyncio.sleep", at_once)
    inner = pages(shopify, [order_node(1, "45.00")], [order_node(2, "5.00", minutes=1)], asked=[])
    shopify.script = lambda request: (
        httpx.Response(503) if json.loads(request.content)["variables"]["after"] else inner(request)
    )

    with pytest.raises(AdminUnreachableError):
        await reconcile_shop(app.services, granted.program_id, granted.shop_id)

    assert await available(engine, granted) == 145


async def test_a_shop_that_left_or_is_paused_is_left_alone(
    app: LaurelApp, engine: AsyncEngine, granted: ShopReference, shopify: FakeShopify
) -> None:
    shopify.uninstall()
    assert await reconcile_shop(app.services, granted.program_id, granted.shop_id) == Reconciled()
    await refresh_shop_token(app.services, granted.program_id, granted.shop_id)
    async with tenant_transaction(engine, granted.program_id) as connection:
        await uninstall_shop(connection, granted, triggered_at=datetime.now(UTC))
    asked_before = len(shopify.admin_requests)

    assert await reconcile_shop(app.services, granted.program_id, granted.shop_id) == Reconciled()
    await refresh_shop_token(app.services, granted.program_id, granted.shop_id)
    assert await reconcile_shop(app.services, granted.program_id, granted.shop_id + 99) == Reconciled()
    assert len(shopify.admin_requests) == asked_before


async def test_a_grant_is_kept_alive(app: LaurelApp, granted: ShopReference, shopify: FakeShopify) -> None:
    await refresh_shop_token(app.services, granted.program_id, granted.shop_id)

    assert [asked["grant_type"] for asked in shopify.token_requests] == ["refresh_token"]

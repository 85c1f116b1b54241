"""Closes what webhooks lost: re-reads a shop's orders by when they last changed, and applies them like any other news.

Webhooks may be late, doubled, reordered or lost for good. The engine posts only differences, so reading an order again
costs nothing. How far a shop was read is kept by Shopify's own clock, and each run begins a little before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.events import Event, Fact
from engine.redactions import without_erased
from engine.shops import ShopReference, all_shops, set_reconciled_through, shop_facts
from plugin.payloads import EmailKeys, Unreadable
from plugin.payloads.order_nodes import MANY_ORDERS, ONE_ORDER, OrderNode, PageSizes, translate_order_node
from plugin.services import Services
from plugin.shopify.admin_client import AdminRefusedError, ShopUnavailableError
from plugin.shopify.tokens import ShopPausedError

OVERLAP = timedelta(minutes=10)
"""How much is read again each time: Shopify's search lags behind its webhooks."""
PAGES_AT_MOST = 500
"""How far one run goes; the next one goes on from there."""
_OPERATION = "orders_reconcile"

log = structlog.get_logger("laurel.reconciliation")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run did: orders read, orders that could not be used, and transactions that were missing."""

    read: int = 0
    unusable: int = 0
    posted: int = 0


async def reconcile_shop(services: Services, program_id: int, shop_id: int) -> Reconciled:
    """Read what changed in a shop since the last run. A shop that left or is paused is left alone.

    Raises AdminUnreachableError and TokenRefusedError when it should be tried again later.
    """
    shop = await shop_of(services, program_id, shop_id)
    if shop is None or not shop.installed:
        return Reconciled()
    try:
        done = await _read_since(services, shop)
    except (ShopPausedError, ShopUnavailableError, AdminRefusedError) as error:
        log.warning("not reconciled", shop=shop.domain, program=program_id, error=type(error).__name__, why=str(error))
        return Reconciled()
    if done.posted or done.unusable:
        log.info(
            "reconciled",
            shop=shop.domain,
            program=program_id,
            read=done.read,
            posted=done.posted,
            unusable=done.unusable,
        )
    return done


async def refresh_shop_token(services: Services, program_id: int, shop_id: int) -> None:
    """Keep the grant of a shop alive that nobody opens. Raises TokenRefusedError: try again later."""
    shop = await shop_of(services, program_id, shop_id)
    if shop is None or not shop.installed:
        return
    try:
        await services.tokens.renew_unused(shop)
    except ShopPausedError:
        log.warning("shop is paused until its merchant's next visit", shop=shop.domain, program=program_id)


async def shop_of(services: Services, program_id: int, shop_id: int) -> ShopReference | None:
    """The shop, or None when it is not known any more."""
    async with services.engine.connect() as connection:
        shops = await all_shops(connection)
    return next((shop for shop in shops if (shop.program_id, shop.shop_id) == (program_id, shop_id)), None)


async def _read_since(services: Services, shop: ShopReference) -> Reconciled:
    async with tenant_transaction(services.engine, shop.program_id) as connection:
        facts = await shop_facts(connection, shop.program_id, shop.shop_id)
    since = (facts.reconciled_through or facts.installed_at) - OVERLAP
    query = f"updated_at:>='{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
    done, after = Reconciled(), None
    for _ in range(PAGES_AT_MOST):
        orders = await _page(services, shop, MANY_ORDERS, query, after)
        step = await _apply_page(services, shop, orders["nodes"])
        done = Reconciled(done.read + step.read, done.unusable + step.unusable, done.posted + step.posted)
        if not orders["pageInfo"]["hasNextPage"]:
            break
        after = orders["pageInfo"]["endCursor"]
    return done


async def _page(
    services: Services, shop: ShopReference, sizes: PageSizes, query: str, after: str | None
) -> dict[str, Any]:
    answer = await services.admin.run(shop, _OPERATION, sizes.variables(query, after))
    orders: dict[str, Any] | None = answer.data.get("orders")
    if orders is None:
        raise AdminRefusedError(("NO_ORDERS",))
    return orders


async def _apply_page(services: Services, shop: ShopReference, nodes: list[Mapping[str, Any]]) -> Reconciled:
    """Apply one page, and remember how far it went in the same transaction."""
    received_at = datetime.now(UTC)
    usable = [order for node in nodes if (order := await _translated(services, shop, node, received_at)) is not None]
    newest = max((order.order.updated_at for order in usable), default=None)
    posted = await apply_orders(services, shop, usable, received_at, read_through=newest) if usable else 0
    return Reconciled(len(nodes), len(nodes) - len(usable), posted)


async def apply_orders(
    services: Services,
    shop: ShopReference,
    orders: list[OrderNode],
    received_at: datetime,
    *,
    read_through: datetime | None = None,
) -> int:
    """Apply what was read of orders and their parcels; returns how many transactions were missing.

    `read_through`: everything that changed until then was read.
    """
    facts: list[Fact] = []
    for order in orders:
        facts += [order.order, *order.fulfillments]
    events = [Event(shop.program_id, shop.shop_id, received_at, fact) for fact in facts]
    async with tenant_transaction(services.engine, shop.program_id) as connection:
        left = await without_erased(connection, events)
        posted = (await apply_events(connection, left)).transactions if left else 0
        if read_through is not None:
            await set_reconciled_through(connection, shop.program_id, shop.shop_id, read_through)
    return posted


async def read_order(services: Services, shop: ShopReference, order_id: int) -> OrderNode | None:
    """One order, asked for by itself; None when the shop does not find it or it cannot be used."""
    found = await _page(services, shop, ONE_ORDER, f"id:{order_id}", None)
    keys = EmailKeys(services.settings.encryption_key_bytes())
    try:
        order = translate_order_node(found["nodes"][0], keys, datetime.now(UTC), ONE_ORDER)
    except (Unreadable, IndexError) as refusal:
        log.warning("order could not be read", shop=shop.domain, program=shop.program_id, reason=str(refusal))
        return None
    if not order.complete:
        log.warning("order too large to read at once", shop=shop.domain, program=shop.program_id)
        return None
    return order


async def _translated(
    services: Services, shop: ShopReference, node: Mapping[str, Any], received_at: datetime
) -> OrderNode | None:
    """An order's facts, asked for again by itself when it did not fit on its page. None when it cannot be used."""
    keys = EmailKeys(services.settings.encryption_key_bytes())
    try:
        order = translate_order_node(node, keys, received_at, MANY_ORDERS)
    except Unreadable as refusal:
        log.warning("order could not be read", shop=shop.domain, program=shop.program_id, reason=str(refusal))
        return None
    return order if order.complete else await read_order(services, shop, order.order.order_id)

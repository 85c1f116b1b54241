"""Reads by the Admin API what no webhook tells: how much of an order was paid how, all tags of a customer, collections.

Everything read is applied like any other news, and reading again changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.events import Consent, CustomerTags, Event, Fact, ProductChanged
from engine.redactions import without_erased
from engine.shops import ShopReference
from plugin.background.reconciliation import apply_orders, read_order, shop_of
from plugin.payloads import Unreadable
from plugin.payloads.fields import Source, gid_number, mapping, moment, word, words
from plugin.payloads.nodes import is_whole, nodes_of
from plugin.services import Services
from plugin.shopify.admin_client import AdminRefusedError, ShopUnavailableError
from plugin.shopify.tokens import ShopPausedError

PRODUCT_PAGES_AT_MOST = 250
SETTLING = timedelta(minutes=1)
_MANY_PRODUCTS = {"products": 40, "collections": 20, "query": None}
_ONE_PRODUCT = {"products": 1, "collections": 250, "after": None}

log = structlog.get_logger("laurel.rereading")


async def reread_order(services: Services, program_id: int, shop_id: int, order_id: int) -> None:
    """Read one order as it stands. One that the shop does not find, or not yet, is left to reconciliation."""

    async def read(shop: ShopReference) -> None:
        order = await read_order(services, shop, order_id)
        if order is None:
            log.info("order not found", shop=shop.domain, program=program_id)
        else:
            await apply_orders(services, shop, [order], datetime.now(UTC))

    await _for_shop(services, program_id, shop_id, read)


async def reread_customer(services: Services, program_id: int, shop_id: int, customer_id: int) -> None:
    """Read a customer's tags and consent."""

    async def read(shop: ShopReference) -> None:
        answer = await services.admin.run(shop, "customer_facts", {"id": f"gid://shopify/Customer/{customer_id}"})
        if answer.data.get("customer") is not None:
            await _apply(services, shop, _customer_facts(answer.data["customer"], datetime.now(UTC)))

    await _for_shop(services, program_id, shop_id, read)


async def read_products(services: Services, program_id: int, shop_id: int) -> None:
    """Read the tags, type, vendor and collections of every product of the shop, up to 10,000 of them."""

    async def read(shop: ShopReference) -> None:
        after = None
        for _ in range(PRODUCT_PAGES_AT_MOST):
            page = await _products(services, shop, {**_MANY_PRODUCTS, "after": after})
            received_at = datetime.now(UTC)
            facts = [
                fact
                for node in page["nodes"]
                if (fact := await _product(services, shop, node, received_at)) is not None
            ]
            await _apply(services, shop, facts)
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]
        log.warning("more products than are read", shop=shop.domain, program=program_id)

    await _for_shop(services, program_id, shop_id, read)


async def _for_shop(
    services: Services, program_id: int, shop_id: int, read: Callable[[ShopReference], Awaitable[None]]
) -> None:
    shop = await shop_of(services, program_id, shop_id)
    if shop is None or not shop.installed:
        return
    try:
        await read(shop)
    except (ShopPausedError, ShopUnavailableError, AdminRefusedError, Unreadable) as error:
        log.warning("not read", shop=shop.domain, program=program_id, error=type(error).__name__, why=str(error))


async def _apply(services: Services, shop: ShopReference, facts: Sequence[Fact]) -> None:
    events = [Event(shop.program_id, shop.shop_id, datetime.now(UTC), fact) for fact in facts]
    async with tenant_transaction(services.engine, shop.program_id) as connection:
        left = await without_erased(connection, events)
        if left:
            await apply_events(connection, left)


def _customer_facts(node: Source, received_at: datetime) -> list[Fact]:
    """What a customer's node says, as of its own last change: news from after it is newer than what was read.

    A change and the news of it are not of the very same second.
    """
    customer_id = gid_number(node.get("id"), "Customer", "id")
    changed_at = moment(node.get("updatedAt"), "updatedAt", received_at) or received_at
    at = min(changed_at + SETTLING, received_at)
    facts: list[Fact] = [CustomerTags(customer_id, words(node.get("tags"), "tags"), at)]
    if node.get("defaultEmailAddress") is not None:
        address = mapping(node["defaultEmailAddress"], "defaultEmailAddress")
        since = moment(address.get("marketingUpdatedAt"), "marketingUpdatedAt", received_at)
        if since is not None:
            facts.append(Consent(customer_id, address.get("marketingState") == "SUBSCRIBED", since))
    return facts


async def _products(services: Services, shop: ShopReference, variables: Mapping[str, Any]) -> dict[str, Any]:
    answer = await services.admin.run(shop, "products_catalog", variables)
    products: dict[str, Any] | None = answer.data.get("products")
    if products is None:
        raise AdminRefusedError(("NO_PRODUCTS",))
    return products


async def _product(
    services: Services, shop: ShopReference, node: Source, received_at: datetime
) -> ProductChanged | None:
    """A product's facts, asked for again by itself when it is in more collections than fit. None when unreadable."""
    try:
        product_id = gid_number(node.get("id"), "Product", "id")
        if not is_whole(node, "collections"):
            page = await _products(services, shop, {**_ONE_PRODUCT, "query": f"id:{product_id}"})
            node = next(iter(page["nodes"]), node)
        collections = nodes_of(node, "collections")
        return ProductChanged(
            product_id=product_id,
            updated_at=moment(node.get("updatedAt"), "updatedAt", received_at) or received_at,
            tags=words(node.get("tags"), "tags"),
            product_type=word(node.get("productType"), "productType"),
            vendor=word(node.get("vendor"), "vendor"),
            collection_ids=tuple(gid_number(one.get("id"), "Collection", "id") for one in collections),
        )
    except Unreadable as refusal:
        log.warning("product could not be read", shop=shop.domain, program=shop.program_id, reason=str(refusal))
        return None

"""The three privacy duties of an app: hand over what is held of a customer, erase a customer, erase a shop.

Each is done in the transaction that settles its delivery, and doing it twice is doing it once. Nothing is destroyed on
the word of a header: the body, which is signed, has to name the shop. The bodies of these deliveries hold addresses and
are themselves erased as soon as they are understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from engine.inbox import Delivery, forget_body
from engine.privacy import customers_of_address, guest_orders_of_address, redact_customer, redact_shop
from engine.privacy_requests import complete_privacy_request, record_privacy_request
from engine.redactions import Subject, find_erased
from engine.shops import shop_facts
from plugin.background.handling import Handler, HandlerContext, identifier_of, own_shop
from plugin.payloads import EmailKeys, Unreadable

COMPLIANCE_TOPICS = frozenset({"customers/data_request", "customers/redact", "shop/redact"})
DUE_AFTER = timedelta(days=30)
_ORDERS_AT_MOST = 10_000
_HASH_LENGTH = 64

log = structlog.get_logger("laurel.privacy")


async def customers_data_request(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """A customer wants their data: the merchant's page shows the request until the export was handed over.

    The export itself is made when the merchant takes it. Nothing of it lies about meanwhile, to be forgotten when the
    customer is erased.
    """
    await own_shop(context, delivery, payload.get("shop_domain"), required=True)
    request = payload.get("data_request")
    number = identifier_of(request.get("id") if isinstance(request, dict) else None, "data_request.id")
    asked_at = delivery.triggered_at or delivery.received_at
    for customer_id in await _customers_of(context, delivery, payload):
        subject = Subject(delivery.program_id, delivery.shop_id, customer_id, None, asked_at)
        if await find_erased(context.connection, [subject]):
            continue  # they were erased since they asked: a note of it would only name them again
        await record_privacy_request(
            context.connection,
            delivery.program_id,
            delivery.shop_id,
            kind="export",
            key=export_key(number, customer_id),
            due_at=delivery.received_at + DUE_AFTER,
        )
    await forget_body(context.connection, delivery)
    log.info("data request recorded", program=delivery.program_id, request=number)


def export_key(request_number: int, customer_id: int) -> str:
    """The key of a data request: one for each request and customer."""
    return f"{request_number}/{customer_id}"


def customer_of_key(key: str) -> int | None:
    """The customer that a data request is about; None once they were erased."""
    named = key.rpartition("/")[2]
    return int(named) if len(named) < _HASH_LENGTH else None


async def customers_redact(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """A customer is to be erased: their member stays as nobody's, with every amount."""
    await own_shop(context, delivery, payload.get("shop_domain"), required=True)
    orders = payload.get("orders_to_redact") or []
    if not isinstance(orders, list) or len(orders) > _ORDERS_AT_MOST:
        raise Unreadable("orders_to_redact is not a list of orders")
    order_ids = [identifier_of(order, "an order to redact") for order in orders]
    order_ids += await _guest_orders(context, delivery, payload)
    for position, customer_id in enumerate(await _customers_of(context, delivery, payload)):
        request_id = await record_privacy_request(
            context.connection,
            delivery.program_id,
            delivery.shop_id,
            kind="redact-customer",
            key=f"delivery/{delivery.delivery_id}/{position}",
            due_at=delivery.received_at + DUE_AFTER,
        )
        counts = await redact_customer(
            context.connection, delivery.program_id, delivery.shop_id, customer_id, order_ids, delivery.received_at
        )
        await complete_privacy_request(context.connection, delivery.program_id, request_id, dict(counts))
        log.info("customer erased", program=delivery.program_id, rows=sum(counts.values()))
    await forget_body(context.connection, delivery)


async def shop_redact(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """Two days after it left, a shop is to be erased. One that came back, or has not left, is not."""
    shop = await own_shop(context, delivery, payload.get("shop_domain"), required=True)
    result: dict[str, object] = {"ignored": "the shop has installed the app again"}
    if shop.installed:
        facts = await shop_facts(context.connection, shop.program_id, shop.shop_id)
        if (delivery.triggered_at or delivery.received_at) >= facts.installed_at:
            raise Unreadable("the shop has the app installed; it is erased only after it was uninstalled")
    else:
        result = dict(await redact_shop(context.connection, shop.program_id, shop.shop_id))
    request_id = await record_privacy_request(
        context.connection,
        shop.program_id,
        shop.shop_id,
        kind="redact-shop",
        key=f"delivery/{delivery.delivery_id}",
        due_at=delivery.received_at + DUE_AFTER,
    )
    await complete_privacy_request(context.connection, shop.program_id, request_id, result)
    await forget_body(context.connection, delivery)
    log.info("shop redaction settled", program=shop.program_id, erased=not shop.installed)


async def _customers_of(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> list[int]:
    """The customers that a body is about: the one it names, or those with its address; 0 stands for a guest."""
    customer = payload.get("customer")
    if not isinstance(customer, dict):
        raise Unreadable("customer is missing")
    if customer.get("id") is not None:
        return [identifier_of(customer["id"], "customer.id")]
    key = _address_key(context, payload)
    if key is None:
        return [0]
    found = await customers_of_address(context.connection, delivery.program_id, delivery.shop_id, key)
    return found or [0]


async def _guest_orders(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> list[int]:
    key = _address_key(context, payload)
    if key is None:
        return []
    return await guest_orders_of_address(context.connection, delivery.program_id, delivery.shop_id, key)


def _address_key(context: HandlerContext, payload: Mapping[str, Any]) -> bytes | None:
    customer = payload.get("customer")
    email = customer.get("email") if isinstance(customer, dict) else None
    if not isinstance(email, str) or not email:
        return None
    return EmailKeys(context.settings.encryption_key_bytes()).of(email)


COMPLIANCE_HANDLERS: dict[str, Handler] = {
    "customers/data_request": customers_data_request,
    "customers/redact": customers_redact,
    "shop/redact": shop_redact,
}

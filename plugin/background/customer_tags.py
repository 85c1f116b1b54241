"""What the worker does with news of tags, which name only those that were added or taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.applying import apply_events
from engine.customer_tags import known_tags
from engine.events import CustomerTags, Event
from engine.inbox import Delivery
from engine.redactions import without_erased
from plugin.background.deferring import Reading, defer
from plugin.background.handling import Handler, HandlerContext
from plugin.payloads.fields import gid_number, moment, words


async def tags_changed(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """Add or take away tags of a customer, then read all of them: such news may be lost or out of order."""
    customer_id = gid_number(payload.get("customerId"), "Customer", "customerId")
    named = words(payload.get("tags"), "tags")
    at = moment(payload.get("occurredAt"), "occurredAt", delivery.received_at) or delivery.received_at
    program_id, shop_id, connection = delivery.program_id, delivery.shop_id, context.connection
    known, seen_at = await known_tags(connection, program_id, shop_id, customer_id)
    folded = {tag.casefold() for tag in named}
    kept = tuple(tag for tag in known if tag.casefold() not in folded)
    tags = kept + named if delivery.topic == "customer.tags_added" else kept
    # Late news of other tags than the newest is news all the same.
    fact = CustomerTags(customer_id, tags, at if seen_at is None else max(at, seen_at))
    events = await without_erased(connection, [Event(program_id, shop_id, delivery.received_at, fact)])
    if events:
        await apply_events(connection, events)
        await defer(connection, [Reading("reread-customer", program_id, shop_id, customer_id)])


async def collection_changed(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """Products came into a collection or left it; which ones, only reading the products tells."""
    await defer(context.connection, [Reading("read-products", delivery.program_id, delivery.shop_id)])


TAG_HANDLERS: dict[str, Handler] = {
    "customer.tags_added": tags_changed,
    "customer.tags_removed": tags_changed,
    "collections/update": collection_changed,
}

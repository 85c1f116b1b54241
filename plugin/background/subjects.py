"""Deliveries of facts as events, and whom and what a delivery is about, also when it cannot be understood."""

from __future__ import annotations

from typing import Any

from engine.events import Event
from engine.inbox import Delivery
from engine.redactions import Subject, subject_of
from plugin.background.deferring import Reading
from plugin.payloads import FACT_TOPICS, EmailKeys, Unreadable, decode, translate
from plugin.payloads.fields import gid_number
from plugin.payloads.subscriptions import ATTEMPT_OUTCOMES

_TAG_TOPICS = frozenset(["customer.tags_added", "customer.tags_removed"])
_CONTRACT_TOPICS = frozenset(["subscription_contracts/create", "subscription_contracts/update"])
_ATTEMPT_TOPICS = frozenset(ATTEMPT_OUTCOMES)
CUSTOMER_TOPICS = _TAG_TOPICS | _CONTRACT_TOPICS | _ATTEMPT_TOPICS
"""Topics that are no facts by themselves and still name a customer, or an order of theirs."""


def events_of(delivery: Delivery, keys: EmailKeys) -> tuple[list[Event], list[Reading]]:
    """The events of a delivery of a fact topic, perhaps none, and what has to be read as well. Raises Unreadable."""
    translation = translate(delivery.topic, delivery.body, keys, delivery.received_at)
    program_id, shop_id = delivery.program_id, delivery.shop_id
    events = [Event(program_id, shop_id, delivery.received_at, fact) for fact in translation.facts]
    if translation.incomplete and translation.order_id is not None:
        return events, [Reading("reread-order", program_id, shop_id, translation.order_id)]
    return events, []


def subject_of_delivery(delivery: Delivery, keys: EmailKeys) -> Subject:
    """Whom and what a delivery is about, as far as can be told: an erasure has to find its body.

    A delivery that is not about facts or customers names nobody here: a duty that waits may not be forgotten for
    another one.
    """
    customer_id = order_id = None
    if delivery.topic in FACT_TOPICS | CUSTOMER_TOPICS:
        try:
            if delivery.topic in FACT_TOPICS and (events := events_of(delivery, keys)[0]):
                return subject_of(events[0])
        except Unreadable:
            pass  # it is about somebody all the same
        customer_id, order_id = _ids_in(delivery)
    return Subject(delivery.program_id, delivery.shop_id, customer_id, order_id, None)


def _ids_in(delivery: Delivery) -> tuple[int | None, int | None]:
    """The ids of the customer and the order in a body that is refused for something else in it."""
    try:
        body = decode(delivery.body)
    except Unreadable:
        return None, None
    if delivery.topic in _CONTRACT_TOPICS:
        return _id(body.get("customer_id")), _id(body.get("origin_order_id"))
    if delivery.topic in _ATTEMPT_TOPICS:
        return None, _id(body.get("order_id"))
    if delivery.topic in _TAG_TOPICS:
        return _number(body.get("customerId")), None
    if delivery.topic == "customers/merge":
        return _number(body.get("admin_graphql_api_customer_kept_id")), None
    if delivery.topic == "customers_email_marketing_consent/update":
        return _id(body.get("customer_id")), None
    if delivery.topic.startswith("customers/"):
        return _id(body.get("id")), None
    if delivery.topic.startswith("products/"):
        return None, None
    if delivery.topic in ("refunds/create", "fulfillments/update"):
        return None, _id(body.get("order_id"))
    if delivery.topic == "orders/edited":
        return None, _id_in(body.get("order_edit"), "order_id")
    return _id_in(body.get("customer"), "id"), _id(body.get("id"))


def _id_in(value: Any, field: str) -> int | None:
    return _id(value.get(field)) if isinstance(value, dict) else None


def _id(value: object) -> int | None:
    return value if type(value) is int and 0 < value < 2**63 else None


def _number(gid: object) -> int | None:
    try:
        return gid_number(gid, "Customer", "id")
    except Unreadable:
        return None

"""Deliveries of facts as events, and whom and what a delivery is about, also when it cannot be understood."""

from __future__ import annotations

from typing import Any

from engine.events import Event
from engine.inbox import Delivery
from engine.redactions import Subject, subject_of
from plugin.payloads import FACT_TOPICS, EmailKeys, Unreadable, decode, translate


def events_of(delivery: Delivery, keys: EmailKeys) -> list[Event]:
    """The events of a delivery of a fact topic, at least one. Raises Unreadable."""
    translation = translate(delivery.topic, delivery.body, keys, delivery.received_at)
    return [Event(delivery.program_id, delivery.shop_id, delivery.received_at, fact) for fact in translation.facts]


def subject_of_delivery(delivery: Delivery, keys: EmailKeys) -> Subject:
    """Whom and what a delivery is about, as far as can be told: an erasure has to find its body.

    A delivery that is not about facts names nobody here: a duty that waits may not be forgotten for another one.
    """
    customer_id = order_id = None
    if delivery.topic in FACT_TOPICS:
        try:
            return subject_of(events_of(delivery, keys)[0])
        except Unreadable:
            customer_id, order_id = _ids_in(delivery)
    return Subject(delivery.program_id, delivery.shop_id, customer_id, order_id, None)


def _ids_in(delivery: Delivery) -> tuple[int | None, int | None]:
    """The ids of the customer and the order in a body that is refused for something else in it."""
    try:
        body = decode(delivery.body)
    except Unreadable:
        return None, None
    if delivery.topic.startswith("customers/"):
        return _id(body.get("id")), None
    if delivery.topic == "refunds/create":
        return None, _id(body.get("order_id"))
    if delivery.topic == "orders/edited":
        return None, _id_in(body.get("order_edit"), "order_id")
    return _id_in(body.get("customer"), "id"), _id(body.get("id"))


def _id_in(value: Any, field: str) -> int | None:
    return _id(value.get(field)) if isinstance(value, dict) else None


def _id(value: object) -> int | None:
    return value if type(value) is int and 0 < value < 2**63 else None

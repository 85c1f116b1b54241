"""Deliveries of a shop as facts of the engine: bytes in, checked and exact facts out, or one typed refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.events import Fact
from plugin.payloads.customers import customer_deleted, customer_seen
from plugin.payloads.decode import decode
from plugin.payloads.email_keys import EmailKeys
from plugin.payloads.fields import Unreadable
from plugin.payloads.orders import order_edit_of, order_of
from plugin.payloads.refunds import refund_of

__all__ = ["FACT_TOPICS", "EmailKeys", "Translation", "Unreadable", "decode", "translate"]

_SNAPSHOT_TOPICS = frozenset(["orders/create", "orders/paid", "orders/updated", "orders/cancelled"])

FACT_TOPICS = _SNAPSHOT_TOPICS | frozenset(
    ["orders/edited", "refunds/create", "customers/create", "customers/update", "customers/delete"]
)
"""The topics whose bodies `translate` takes."""


@dataclass(frozen=True, slots=True)
class Translation:
    """What one delivery says. The ids name what it is about, as far as its body tells."""

    facts: tuple[Fact, ...]
    customer_id: int | None = None
    order_id: int | None = None


def translate(topic: str, body: bytes, keys: EmailKeys, received_at: datetime) -> Translation:
    """Read the body of one delivery of a fact topic, stored at `received_at` (aware).

    Raises Unreadable for a body that must be parked whole, ValueError for a topic that is none of FACT_TOPICS.
    """
    if topic not in FACT_TOPICS:
        raise ValueError(f"{topic} is not a topic of facts")
    source = decode(body)
    if topic in _SNAPSHOT_TOPICS:
        order = order_of(source, keys, received_at, paid_topic=topic == "orders/paid")
        return Translation((order,), order.customer.customer_id if order.customer else None, order.order_id)
    if topic == "refunds/create":
        refund = refund_of(source, received_at)
        return Translation((refund,), None, refund.order_id)
    if topic == "orders/edited":
        edit = order_edit_of(source, received_at)
        return Translation((edit,), None, edit.order_id)
    if topic == "customers/delete":
        deleted = customer_deleted(source, received_at)
        return Translation((deleted,), deleted.customer_id)
    seen = customer_seen(source, keys, received_at, created=topic == "customers/create")
    return Translation((seen,), seen.customer.customer_id)

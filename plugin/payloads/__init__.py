"""Deliveries of a shop as facts of the engine: bytes in, checked and exact facts out, or one typed refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.events import Fact
from plugin.payloads.customers import (
    consent_in,
    consent_of,
    customer_deleted,
    customer_seen,
    customers_merged,
    tags_in,
)
from plugin.payloads.decode import decode
from plugin.payloads.email_keys import EmailKeys
from plugin.payloads.fields import Source, Unreadable
from plugin.payloads.orders import order_edit_of, order_of
from plugin.payloads.parcels import fulfillment_of, fulfillments_in
from plugin.payloads.products import product_changed, product_deleted
from plugin.payloads.refunds import refund_of
from plugin.payloads.tenders import gateways_of

__all__ = ["FACT_TOPICS", "EmailKeys", "Translation", "Unreadable", "decode", "translate"]

_SNAPSHOT_TOPICS = frozenset(["orders/create", "orders/paid", "orders/updated", "orders/cancelled", "orders/fulfilled"])


@dataclass(frozen=True, slots=True)
class Translation:
    """What one delivery says, perhaps nothing. The ids name what it is about, as far as its body tells."""

    facts: tuple[Fact, ...]
    customer_id: int | None = None
    order_id: int | None = None
    incomplete: bool = False
    """The order was paid in several ways, and only the Admin API knows how much by each."""


def translate(topic: str, body: bytes, keys: EmailKeys, received_at: datetime) -> Translation:
    """Read the body of one delivery of a fact topic, stored at `received_at` (aware).

    Raises Unreadable for a body that must be parked whole, ValueError for a topic that is none of FACT_TOPICS.
    """
    if topic not in FACT_TOPICS:
        raise ValueError(f"{topic} is not a topic of facts")
    source = decode(body)
    if topic in _SNAPSHOT_TOPICS:
        return _order(topic, source, keys, received_at)
    if topic in ("customers/create", "customers/update"):
        return _customer(source, keys, received_at, created=topic == "customers/create")
    return _READERS[topic](source, received_at)


def _order(topic: str, source: Source, keys: EmailKeys, received_at: datetime) -> Translation:
    order = order_of(source, keys, received_at, topic=topic)
    parcels = fulfillments_in(source, order.order_id, received_at)
    return Translation(
        (order, *parcels),
        order.customer.customer_id if order.customer else None,
        order.order_id,
        incomplete=order.paid and order.tenders is None and gateways_of(source) is not None,
    )


def _customer(source: Source, keys: EmailKeys, received_at: datetime, *, created: bool) -> Translation:
    seen = customer_seen(source, keys, received_at, created=created)
    customer_id = seen.customer.customer_id
    more = (tags_in(source, seen), consent_in(source, customer_id, seen.occurred_at, received_at))
    return Translation((seen, *(fact for fact in more if fact is not None)), customer_id)


def _deleted(source: Source, received_at: datetime) -> Translation:
    deleted = customer_deleted(source, received_at)
    return Translation((deleted,), deleted.customer_id)


def _merged(source: Source, received_at: datetime) -> Translation:
    merged = customers_merged(source, received_at)
    return Translation((), None) if merged is None else Translation((merged,), merged.kept_customer_id)


def _consent(source: Source, received_at: datetime) -> Translation:
    consent = consent_of(source, received_at)
    return Translation((consent,), consent.customer_id)


def _refund(source: Source, received_at: datetime) -> Translation:
    refund = refund_of(source, received_at)
    return Translation((refund,), None, refund.order_id)


def _edit(source: Source, received_at: datetime) -> Translation:
    edit = order_edit_of(source, received_at)
    return Translation((edit,), None, edit.order_id)


def _parcel(source: Source, received_at: datetime) -> Translation:
    parcel = fulfillment_of(source, received_at)
    return Translation((parcel,), None, parcel.order_id)


_READERS: dict[str, Callable[[Source, datetime], Translation]] = {
    "orders/edited": _edit,
    "refunds/create": _refund,
    "fulfillments/update": _parcel,
    "customers/delete": _deleted,
    "customers/merge": _merged,
    "customers_email_marketing_consent/update": _consent,
    "products/update": lambda source, received_at: Translation((product_changed(source, received_at),)),
    "products/delete": lambda source, received_at: Translation((product_deleted(source, received_at),)),
}

FACT_TOPICS = _SNAPSHOT_TOPICS | _READERS.keys() | {"customers/create", "customers/update"}
"""The topics whose bodies `translate` takes."""

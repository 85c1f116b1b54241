"""What was sent of an order: its parcels as facts, and when the last of them left."""

from __future__ import annotations

from datetime import datetime

from engine.events import Fulfillment
from plugin.payloads.fields import Source, Unreadable, moment, objects, refuse_other_kind, whole_id

_PARCELS_MAXIMUM = 250
_NOT_SENT = frozenset(["cancelled", "error", "failure"])


def fulfillment_of(body: Source, received_at: datetime) -> Fulfillment:
    """The parcel in a fulfillments/* body."""
    refuse_other_kind(body, "Fulfillment")
    if "line_items" in body and "order_id" not in body:
        raise Unreadable("order_id: is missing")
    return _fulfillment(body, whole_id(body.get("order_id"), "order_id"), received_at)


def fulfillments_in(body: Source, order_id: int, received_at: datetime) -> tuple[Fulfillment, ...]:
    """The parcels in an order's body, each once."""
    parcels: dict[int, Fulfillment] = {}
    items = objects(body, "fulfillments")
    if len(items) > _PARCELS_MAXIMUM:
        raise Unreadable(f"fulfillments: has more than {_PARCELS_MAXIMUM} entries")
    for index, item in enumerate(items):
        try:
            parcel = _fulfillment(item, order_id, received_at)
        except Unreadable as error:
            raise error.inside(f"fulfillments[{index}]") from None
        parcels[parcel.fulfillment_id] = parcel
    return tuple(parcels.values())


def sent_at(parcels: tuple[Fulfillment, ...], otherwise: datetime) -> datetime:
    """When a wholly sent order was sent: with the last of its parcels, else at a moment when it was known to be."""
    return max((parcel.fulfilled_at for parcel in parcels if not parcel.cancelled), default=otherwise)


def _fulfillment(body: Source, order_id: int, received_at: datetime) -> Fulfillment:
    status, shipment = body.get("status"), body.get("shipment_status")
    for field, value in (("status", status), ("shipment_status", shipment)):
        if value is not None and type(value) is not str:
            raise Unreadable(f"{field}: is not a text")
    created_at = moment(body.get("created_at"), "created_at", received_at)
    updated_at = moment(body.get("updated_at"), "updated_at", received_at) or created_at or received_at
    return Fulfillment(
        order_id=order_id,
        fulfillment_id=whole_id(body.get("id"), "id"),
        updated_at=updated_at,
        fulfilled_at=created_at or updated_at,
        # No body says when; the news of it comes with it.
        delivered_at=updated_at if shipment == "delivered" else None,
        cancelled=status in _NOT_SENT,
    )

"""What is sent of an order: its parcels as Shopify's webhooks carry them, and what that changes about the order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugin.devstore.customer_payloads import Payload, gid
from plugin.devstore.errors import NotThereError, StoreError
from plugin.devstore.order_line_payloads import NextId
from plugin.devstore.order_records import OrderRecord
from plugin.devstore.seed import SHOP

_LOCATION = 71_118_504_705


def send(record: OrderRecord, quantities: Mapping[int, int] | None, at: str, next_id: NextId) -> Payload:
    """Send units by line id, or everything that is left; returns the parcel. Raises StoreError, NotThereError."""
    body = record.body
    if body["cancelled_at"] is not None:
        raise StoreError("That order is cancelled.")
    sent = _units(record, quantities)
    for line in body["line_items"]:
        count = sent.get(line["id"], 0)
        if count:
            record.fulfilled[str(line["id"])] = record.fulfilled.get(str(line["id"]), 0) + count
            line["fulfillable_quantity"] = max(line["fulfillable_quantity"] - count, 0)
            line["fulfillment_status"] = "partial" if record.sendable(line) else "fulfilled"
    left = sum(record.sendable(line) for line in body["line_items"])
    body["fulfillment_status"] = "partial" if left else "fulfilled"
    body["updated_at"] = at
    parcel = _parcel(record, sent, at, next_id)
    body["fulfillments"].append(parcel)
    return parcel


def deliver(record: OrderRecord, at: str) -> list[Payload]:
    """Everything that was sent has arrived; returns the parcels that did only now. Raises StoreError."""
    waiting = [
        parcel
        for parcel in record.body["fulfillments"]
        if parcel["status"] == "success" and parcel["shipment_status"] != "delivered"
    ]
    if not waiting:
        raise StoreError("Nothing of that order is on its way.")
    for parcel in waiting:
        parcel |= {"shipment_status": "delivered", "updated_at": at}
    record.body["updated_at"] = at
    return waiting


def recall(record: OrderRecord, at: str) -> list[Payload]:
    """Cancel the parcels of an order that was cancelled before they arrived."""
    waiting = [
        parcel
        for parcel in record.body["fulfillments"]
        if parcel["status"] == "success" and parcel["shipment_status"] != "delivered"
    ]
    for parcel in waiting:
        parcel |= {"status": "cancelled", "updated_at": at}
    return waiting


def _units(record: OrderRecord, quantities: Mapping[int, int] | None) -> dict[int, int]:
    if quantities is None:
        found = {line["id"]: record.sendable(line) for line in record.body["line_items"]}
        found = {line_id: count for line_id, count in found.items() if count}
        if not found:
            raise StoreError("There is nothing left to send.")
        return found
    for line_id, count in quantities.items():
        line = record.line(line_id)
        if line is None:
            raise NotThereError(f"The order has no line {line_id}.")
        if not 1 <= count <= record.sendable(line):
            raise StoreError(f"Line {line_id} has {record.sendable(line)} units left to send.")
    if not quantities:
        raise StoreError("There is nothing to send.")
    return dict(quantities)


def _parcel(record: OrderRecord, sent: Mapping[int, int], at: str, next_id: NextId) -> Payload:
    body, number = record.body, next_id("fulfillment")
    lines: list[dict[str, Any]] = [
        dict(line) | {"quantity": sent[line["id"]]} for line in body["line_items"] if line["id"] in sent
    ]
    return {
        "id": number,
        "admin_graphql_api_id": gid("Fulfillment", number),
        "created_at": at,
        "line_items": lines,
        "location_id": _LOCATION,
        "name": f"{body['name']}.{len(body['fulfillments']) + 1}",
        "order_id": body["id"],
        "origin_address": None,
        "receipt": {},
        "service": "manual",
        "shipment_status": None,
        "status": "success",
        "tracking_company": "Harbor Post",
        "tracking_number": f"HP{number}",
        "tracking_numbers": [f"HP{number}"],
        "tracking_url": f"https://{SHOP.domain}/tracking/HP{number}",
        "tracking_urls": [f"https://{SHOP.domain}/tracking/HP{number}"],
        "updated_at": at,
    }


def as_webhook(parcel: Payload, order: Payload) -> Payload:
    """The body of fulfillments/update: the parcel with where it goes."""
    return parcel | {"email": order["email"], "destination": order["shipping_address"]}

"""What a condition may ask about, and of which kind each answer is."""

from __future__ import annotations

import re
from typing import Final, Literal

Kind = Literal["number", "money", "text", "texts", "boolean", "date", "any"]
"""`money` is a number of whole units of the order's own currency; `any` is whatever kind an event's own field has."""

FIELDS: Final[dict[str, Kind]] = {
    "event.source": "text",
    "event.date": "date",
    "event.weekday": "number",
    "event.hour": "number",
    "order.base": "money",
    "order.total": "money",
    "order.currency": "text",
    "order.shop_currency": "text",
    "order.source": "text",
    "order.tags": "texts",
    "order.discount_codes": "texts",
    "order.units": "number",
    "order.skus": "texts",
    "order.vendors": "texts",
    "order.product_ids": "texts",
    "order.product_tags": "texts",
    "order.collection_ids": "texts",
    "line.price": "money",
    "line.units": "number",
    "line.sku": "text",
    "line.vendor": "text",
    "line.product_id": "text",
    "line.variant_id": "text",
    "line.discounted": "boolean",
    "product.tags": "texts",
    "product.collection_ids": "texts",
    "product.type": "text",
    "product.vendor": "text",
    "member.tags": "texts",
    "member.tier": "text",
    "member.plans": "texts",
    "member.order_number": "number",
    "member.joined_on": "date",
    "member.days_since_joining": "number",
    "member.subscribed": "boolean",
}

OPERATORS: Final[dict[Kind, frozenset[str]]] = {
    "number": frozenset({"eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "exists"}),
    "money": frozenset({"eq", "ne", "lt", "le", "gt", "ge", "exists"}),
    "date": frozenset({"eq", "ne", "lt", "le", "gt", "ge", "exists"}),
    "text": frozenset({"eq", "ne", "in", "not_in", "contains", "starts_with", "exists"}),
    "texts": frozenset({"contains", "in", "not_in", "starts_with", "exists"}),
    "boolean": frozenset({"eq", "ne", "exists"}),
    "any": frozenset({"eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "contains", "starts_with", "exists"}),
}

_EVENT_FIELD = re.compile(r"event\.fields\.[A-Za-z_][A-Za-z0-9_]{0,39}")


def kind_of(field: str) -> Kind:
    """The kind of a field's answer. Raises ValueError for a field that does not exist."""
    if field in FIELDS:
        return FIELDS[field]
    if _EVENT_FIELD.fullmatch(field):
        return "any"
    raise ValueError(f"unknown field {field[:64]!r}")


def prefix_of(field: str) -> str:
    """The part of a field's name that says whose it is: event, order, line, product or member."""
    return field.partition(".")[0]

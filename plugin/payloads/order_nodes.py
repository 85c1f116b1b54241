"""The same facts about an order from the Admin GraphQL API, for reconciliation (operations/orders_reconcile.graphql).

An order that did not fit into the pages asked for is marked incomplete: its lines or refunds are never cut silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.events import AmountPair, Customer, Fulfillment, Order, OrderLine, Tender
from plugin.payloads.amounts import ZERO, Codes, codes_of, total
from plugin.payloads.customers import customer_of
from plugin.payloads.discounts import CodesUsed, DiscountKind
from plugin.payloads.email_keys import EmailKeys
from plugin.payloads.fields import (
    Source,
    Unreadable,
    flag,
    gid_number,
    label,
    mapping,
    moment,
    objects,
    whole_number,
    word,
    words,
)
from plugin.payloads.nodes import amount_of, is_whole, nodes_of, sum_of
from plugin.payloads.orders import checked_lines
from plugin.payloads.parcels import sent_at
from plugin.payloads.partner_notes import notes_to_partners
from plugin.payloads.refund_nodes import refund_is_whole, refund_of_node
from plugin.payloads.tenders import kind_of_gateway, summed

_PAID_STATUSES = ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")
_NOT_SENT = ("CANCELLED", "ERROR", "FAILURE")


@dataclass(frozen=True, slots=True)
class PageSizes:
    """How many of each the operation asks for; their product is what Shopify counts as the cost of the query."""

    orders: int
    lines: int
    refunds: int
    refund_lines: int
    parts: int
    """Of transactions, parcels."""

    def variables(self, query: str, after: str | None = None) -> dict[str, Any]:
        """The operation's variables for one page of the orders that `query` finds."""
        return {
            "query": query,
            "after": after,
            "orders": self.orders,
            "lines": self.lines,
            "refunds": self.refunds,
            "refundLines": self.refund_lines,
            "parts": self.parts,
        }


MANY_ORDERS = PageSizes(orders=3, lines=8, refunds=2, refund_lines=3, parts=4)
"""For walking through a window of time: about 900 cost points asked for."""

ONE_ORDER = PageSizes(orders=1, lines=32, refunds=5, refund_lines=6, parts=8)
"""For an order that did not fit: about 950 cost points asked for."""


@dataclass(frozen=True, slots=True)
class OrderNode:
    """An order's facts; where `complete` is false, lines or refunds are missing and nothing may be decided by them."""

    order: Order
    complete: bool
    fulfillments: tuple[Fulfillment, ...] = ()


def translate_order_node(node: Source, keys: EmailKeys, received_at: datetime, sizes: PageSizes) -> OrderNode:
    """Read one node of `orders`, asked for with `sizes` and answered at `received_at`. Raises Unreadable."""
    codes = codes_of(node.get("currencyCode"), node.get("presentmentCurrencyCode"))
    updated_at = moment(node.get("updatedAt"), "updatedAt", received_at)
    if updated_at is None:
        raise Unreadable("updatedAt: is missing")
    processed_at = moment(node.get("processedAt"), "processedAt", received_at)
    order_id = gid_number(node.get("id"), "Order", "id")
    customer, email = _customer(node, keys), node.get("email")
    refunds, parcels = objects(node, "refunds"), _parcels(node, order_id, received_at)
    used = _codes(node)
    lines = checked_lines(_line(line, codes, used) for line in nodes_of(node, "lineItems"))
    order = Order(
        order_id=order_id,
        name=label(node.get("name"), "name", f"#{order_id}"),
        updated_at=updated_at,
        occurred_at=processed_at or moment(node.get("createdAt"), "createdAt", received_at) or updated_at,
        currency=codes.shop,
        presentment_currency=codes.presentment,
        taxes_included=flag(node, "taxesIncluded"),
        test=flag(node, "test"),
        paid=node.get("displayFinancialStatus") in _PAID_STATUSES,
        cancelled=moment(node.get("cancelledAt"), "cancelledAt", received_at) is not None,
        total=amount_of(node, "totalPriceSet", codes),
        lines=lines,
        refunds=tuple(refund_of_node(refund, order_id, codes, received_at) for refund in refunds),
        customer=customer,
        guest_email_key=keys.of(email) if customer is None and type(email) is str and "@" in email else None,
        tags=words(node.get("tags"), "tags"),
        source_name=label(node.get("sourceName"), "sourceName", ""),
        shipping=_shipping(node, codes, used),
        discounts=used.discounts(),
        tenders=_tenders(node, codes, sizes),
        fulfilled_at=sent_at(parcels, updated_at) if node.get("displayFulfillmentStatus") == "FULFILLED" else None,
        partner_notes=notes_to_partners(node.get("customAttributes"), name_field="key"),
    )
    return OrderNode(order=order, complete=_is_complete(node, sizes), fulfillments=parcels)


def _is_complete(node: Source, sizes: PageSizes) -> bool:
    # A list without a page: one that is as long as what was asked for may go on.
    refunds = objects(node, "refunds")
    if not is_whole(node, "lineItems") or len(refunds) >= sizes.refunds:
        return False
    if not all(refund_is_whole(refund) for refund in refunds):
        return False
    # Asked for alone, an order with many payments or parcels is taken without knowing all of them.
    return sizes.orders == 1 or not any(_is_cut(node, field, sizes) for field in ("transactions", "fulfillments"))


def _is_cut(node: Source, field: str, sizes: PageSizes) -> bool:
    return len(objects(node, field)) >= sizes.parts


def _line(line: Source, codes: Codes, used: CodesUsed) -> OrderLine:
    quantity = whole_number(line.get("quantity"), "quantity", 1)
    parts = _allocated(line, codes)
    return OrderLine(
        line_id=gid_number(line.get("id"), "LineItem", "lineItems.id"),
        quantity=quantity,
        current_quantity=whole_number(line.get("currentQuantity"), "currentQuantity", 0, quantity),
        unit_price=amount_of(line, "originalUnitPriceSet", codes),
        discount=total([amount for _, amount in parts], "discountAllocations"),
        tax=sum_of(objects(line, "taxLines"), "priceSet", codes),
        gift_card=flag(line, "isGiftCard"),
        product_id=_optional(line, "product", "Product"),
        variant_id=_optional(line, "variant", "ProductVariant"),
        sku=word(line.get("sku"), "sku"),
        vendor=word(line.get("vendor"), "vendor"),
        code_discounts=used.took(parts),
    )


def _codes(node: Source) -> CodesUsed:
    """The codes of the order, in the order in which they were applied; then those that took nothing off."""
    used, entries = CodesUsed(), {}
    for line in [*nodes_of(node, "lineItems"), *_shipping_lines(node)]:
        for allocation in objects(line, "discountAllocations"):
            application = mapping(allocation.get("discountApplication"), "discountApplication")
            entries[whole_number(application.get("index"), "discountApplication.index", 0)] = application
    for index, application in sorted(entries.items()):
        if code := word(application.get("code"), "discountApplication.code"):
            used.entry(index, code, _kind(application))
    for code in words(node.get("discountCodes"), "discountCodes"):
        used.amount(code, "amount", ZERO)
    return used


def _shipping_lines(node: Source) -> list[dict[str, Any]]:
    return [] if node.get("shippingLines") is None else nodes_of(node, "shippingLines")


def _allocated(source: Source, codes: Codes) -> list[tuple[int | None, AmountPair]]:
    """The discounts that fell on a line or on shipping, with the index of the entry of each."""
    parts = objects(source, "discountAllocations")
    return [(part["discountApplication"]["index"], amount_of(part, "allocatedAmountSet", codes)) for part in parts]


def _kind(application: Source) -> DiscountKind:
    if application.get("targetType") == "SHIPPING_LINE":
        return "shipping"
    value = application.get("value")
    return "percent" if type(value) is dict and value.get("__typename") == "PricingPercentageValue" else "amount"


def _shipping(node: Source, codes: Codes, used: CodesUsed) -> AmountPair:
    for line in _shipping_lines(node):
        used.took(_allocated(line, codes))
    return ZERO if node.get("totalShippingPriceSet") is None else amount_of(node, "totalShippingPriceSet", codes)


def _tenders(node: Source, codes: Codes, sizes: PageSizes) -> tuple[Tender, ...] | None:
    """What was paid, by its means: sales and captures, not what was only authorized, less change in cash."""
    if node.get("transactions") is None or _is_cut(node, "transactions", sizes):
        return None
    settled = [one for one in objects(node, "transactions") if one.get("status") == "SUCCESS"]
    return summed(
        [
            (kind_of_gateway(one.get("gateway"), "transactions.gateway"), amount_of(one, "amountSet", codes))
            for one in settled
            if one.get("kind") in ("SALE", "CAPTURE")
        ],
        sum_of([one for one in settled if one.get("kind") == "CHANGE"], "amountSet", codes),
    )


def _parcels(node: Source, order_id: int, received_at: datetime) -> tuple[Fulfillment, ...]:
    return tuple(_parcel(parcel, order_id, received_at) for parcel in objects(node, "fulfillments"))


def _parcel(parcel: Source, order_id: int, received_at: datetime) -> Fulfillment:
    created_at = moment(parcel.get("createdAt"), "fulfillments.createdAt", received_at) or received_at
    return Fulfillment(
        order_id=order_id,
        fulfillment_id=gid_number(parcel.get("id"), "Fulfillment", "fulfillments.id"),
        updated_at=moment(parcel.get("updatedAt"), "fulfillments.updatedAt", received_at) or created_at,
        fulfilled_at=created_at,
        delivered_at=moment(parcel.get("deliveredAt"), "fulfillments.deliveredAt", received_at),
        cancelled=parcel.get("status") in _NOT_SENT,
    )


def _customer(node: Source, keys: EmailKeys) -> Customer | None:
    if node.get("customer") is None:
        return None
    customer = mapping(node["customer"], "customer")
    address = customer.get("defaultEmailAddress")
    return customer_of(
        {
            "id": gid_number(customer.get("id"), "Customer", "customer.id"),
            "verified_email": customer.get("verifiedEmail"),
            "email": None if address is None else mapping(address, "defaultEmailAddress").get("emailAddress"),
        },
        keys,
    )


def _optional(line: Source, field: str, kind: str) -> int | None:
    value = line.get(field)
    return None if value is None else gid_number(mapping(value, field).get("id"), kind, f"{field}.id")

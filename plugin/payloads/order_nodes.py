"""The same facts about an order from the Admin GraphQL API, for reconciliation (operations/orders_reconcile.graphql).

An order that did not fit into the pages asked for is marked incomplete: its lines or refunds are never cut silently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.events import AmountPair, Customer, Order, OrderLine, Refund, RefundLine
from plugin.payloads.amounts import NODE_NAMES, ZERO, Codes, codes_of, pair_of_set, total
from plugin.payloads.customers import customer_of
from plugin.payloads.email_keys import EmailKeys
from plugin.payloads.fields import (
    Source,
    Unreadable,
    flag,
    label,
    mapping,
    moment,
    objects,
    whole_id,
    whole_number,
)
from plugin.payloads.orders import checked_lines

_PAID_STATUSES = ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")


@dataclass(frozen=True, slots=True)
class PageSizes:
    """How many of each the operation asks for; their product is what Shopify counts as the cost of the query."""

    orders: int
    lines: int
    refunds: int
    refund_lines: int

    def variables(self, query: str, after: str | None = None) -> dict[str, Any]:
        """The operation's variables for one page of the orders that `query` finds."""
        return {
            "query": query,
            "after": after,
            "orders": self.orders,
            "lines": self.lines,
            "refunds": self.refunds,
            "refundLines": self.refund_lines,
        }


MANY_ORDERS = PageSizes(orders=4, lines=8, refunds=2, refund_lines=3)
"""For walking through a window of time: about 900 cost points asked for."""

ONE_ORDER = PageSizes(orders=1, lines=40, refunds=5, refund_lines=6)
"""For an order that did not fit: about 950 cost points asked for."""


@dataclass(frozen=True, slots=True)
class OrderNode:
    """An order's facts; where `complete` is false, lines or refunds are missing and nothing may be decided by them."""

    order: Order
    complete: bool


def translate_order_node(node: Source, keys: EmailKeys, received_at: datetime, sizes: PageSizes) -> OrderNode:
    """Read one node of `orders`, asked for with `sizes` and answered at `received_at`. Raises Unreadable."""
    codes = codes_of(node.get("currencyCode"), node.get("presentmentCurrencyCode"))
    updated_at = moment(node.get("updatedAt"), "updatedAt", received_at)
    if updated_at is None:
        raise Unreadable("updatedAt: is missing")
    processed_at = moment(node.get("processedAt"), "processedAt", received_at)
    order_id = _id_of(node.get("id"), "Order", "id")
    customer = _customer(node, keys)
    email = node.get("email")
    refunds = objects(node, "refunds")
    lines = _nodes(node, "lineItems")
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
        total=_pair(node, "totalPriceSet", codes),
        lines=checked_lines(_line(line, codes) for line in lines),
        refunds=tuple(_refund(refund, order_id, codes, received_at) for refund in refunds),
        customer=customer,
        guest_email_key=keys.of(email) if customer is None and type(email) is str and "@" in email else None,
    )
    # A list without a page: one that is as long as what was asked for may go on.
    complete = _is_whole(node, "lineItems") and len(refunds) < sizes.refunds
    return OrderNode(order=order, complete=complete and all(_refund_is_whole(refund) for refund in refunds))


def _line(line: Source, codes: Codes) -> OrderLine:
    quantity = whole_number(line.get("quantity"), "quantity", 1)
    product = line.get("product")
    return OrderLine(
        line_id=_id_of(line.get("id"), "LineItem", "lineItems.id"),
        quantity=quantity,
        current_quantity=whole_number(line.get("currentQuantity"), "currentQuantity", 0, quantity),
        unit_price=_pair(line, "originalUnitPriceSet", codes),
        discount=_sum(objects(line, "discountAllocations"), "allocatedAmountSet", codes),
        tax=_sum(objects(line, "taxLines"), "priceSet", codes),
        gift_card=flag(line, "isGiftCard"),
        product_id=None if product is None else _id_of(mapping(product, "product").get("id"), "Product", "product.id"),
    )


def _refund(refund: Source, order_id: int, codes: Codes, received_at: datetime) -> Refund:
    created_at = moment(refund.get("createdAt"), "createdAt", received_at)
    lines = tuple(_refund_line(line, codes) for line in _nodes(refund, "refundLineItems"))
    return Refund(
        refund_id=_id_of(refund.get("id"), "Refund", "refunds.id"),
        order_id=order_id,
        created_at=created_at or moment(refund.get("processedAt"), "processedAt", received_at) or received_at,
        lines=lines,
        moved=() if lines else tuple(_moved(refund, codes)),
        shipping=ZERO if lines else _shipping(refund, codes),
        currency=codes.shop,
        presentment_currency=codes.presentment,
    )


def _refund_line(line: Source, codes: Codes) -> RefundLine:
    order_line = mapping(line.get("lineItem"), "lineItem")
    return RefundLine(
        line_id=_id_of(order_line.get("id"), "LineItem", "lineItem.id"),
        quantity=whole_number(line.get("quantity"), "quantity", 0),
        subtotal=_pair(line, "subtotalSet", codes),
        tax=_pair(line, "totalTaxSet", codes),
        gift_card=flag(order_line, "isGiftCard"),
    )


def _moved(refund: Source, codes: Codes) -> Iterable[tuple[int, str]]:
    for transaction in _nodes(refund, "transactions"):
        if transaction.get("kind") == "REFUND" and transaction.get("status") in ("SUCCESS", "PENDING"):
            yield _pair(transaction, "amountSet", codes).presentment, codes.presentment


def _shipping(refund: Source, codes: Codes) -> AmountPair:
    lines = _nodes(refund, "refundShippingLines")
    return total(
        [_pair(line, field, codes) for line in lines for field in ("subtotalAmountSet", "taxAmountSet")],
        "refundShippingLines",
    )


def _customer(node: Source, keys: EmailKeys) -> Customer | None:
    if node.get("customer") is None:
        return None
    customer = mapping(node["customer"], "customer")
    address = customer.get("defaultEmailAddress")
    return customer_of(
        {
            "id": _id_of(customer.get("id"), "Customer", "customer.id"),
            "verified_email": customer.get("verifiedEmail"),
            "email": None if address is None else mapping(address, "defaultEmailAddress").get("emailAddress"),
        },
        keys,
    )


def _pair(source: Source, field: str, codes: Codes) -> AmountPair:
    return pair_of_set(source.get(field), codes, field, NODE_NAMES)


def _sum(items: list[dict[str, Any]], field: str, codes: Codes) -> AmountPair:
    return total([_pair(item, field, codes) for item in items], field)


def _nodes(source: Source, connection: str) -> list[dict[str, Any]]:
    return objects(mapping(source.get(connection), connection), "nodes")


def _is_whole(source: Source, connection: str) -> bool:
    page = mapping(source.get(connection), connection).get("pageInfo")
    return mapping(page, "pageInfo").get("hasNextPage") is False


def _refund_is_whole(refund: Source) -> bool:
    if not _is_whole(refund, "refundLineItems"):
        return False
    # What moved, and shipping, count only for a refund without lines.
    by_lines = bool(_nodes(refund, "refundLineItems"))
    return by_lines or (_is_whole(refund, "transactions") and _is_whole(refund, "refundShippingLines"))


def _id_of(gid: object, kind: str, field: str) -> int:
    prefix = f"gid://shopify/{kind}/"
    digits = gid.removeprefix(prefix).partition("?")[0] if type(gid) is str and gid.startswith(prefix) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        raise Unreadable(f"{field}: is no id of an object of kind {kind}")
    return whole_id(int(digits), field)

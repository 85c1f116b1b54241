"""A refund as a fact from the Admin GraphQL API: the same as from its webhook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.events import AmountPair, Refund, RefundLine
from plugin.payloads.amounts import ZERO, Codes, total
from plugin.payloads.fields import Source, flag, gid_number, mapping, moment, whole_number
from plugin.payloads.nodes import amount_of, is_whole, nodes_of


def refund_of_node(refund: Source, order_id: int, codes: Codes, received_at: datetime) -> Refund:
    """One refund of an order whose currencies are `codes`."""
    created_at = moment(refund.get("createdAt"), "createdAt", received_at)
    lines = tuple(_refund_line(line, codes) for line in nodes_of(refund, "refundLineItems"))
    return Refund(
        refund_id=gid_number(refund.get("id"), "Refund", "refunds.id"),
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
        line_id=gid_number(order_line.get("id"), "LineItem", "lineItem.id"),
        quantity=whole_number(line.get("quantity"), "quantity", 0),
        subtotal=amount_of(line, "subtotalSet", codes),
        tax=amount_of(line, "totalTaxSet", codes),
        gift_card=flag(order_line, "isGiftCard"),
    )


def _moved(refund: Source, codes: Codes) -> Iterable[tuple[int, str]]:
    for transaction in nodes_of(refund, "transactions"):
        if transaction.get("kind") == "REFUND" and transaction.get("status") in ("SUCCESS", "PENDING"):
            yield amount_of(transaction, "amountSet", codes).presentment, codes.presentment


def _shipping(refund: Source, codes: Codes) -> AmountPair:
    lines = nodes_of(refund, "refundShippingLines")
    return total(
        [amount_of(line, field, codes) for line in lines for field in ("subtotalAmountSet", "taxAmountSet")],
        "refundShippingLines",
    )


def refund_is_whole(refund: Source) -> bool:
    """Whether all that counts of a refund was on its pages."""
    if not is_whole(refund, "refundLineItems"):
        return False
    # What moved, and shipping, count only for a refund without lines.
    by_lines = bool(nodes_of(refund, "refundLineItems"))
    return by_lines or (is_whole(refund, "transactions") and is_whole(refund, "refundShippingLines"))

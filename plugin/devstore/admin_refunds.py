"""Refunds and transactions as the Admin API answers them, made from the bodies that webhooks carry."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from plugin.devstore.admin_values import Node, money_bag
from plugin.devstore.amounts import Pair, total
from plugin.devstore.customer_payloads import Payload, gid
from plugin.devstore.order_records import OrderRecord, in_shop_money
from plugin.devstore.payments import payments_of
from plugin.devstore.times import graphql_time


def refund_node(record: OrderRecord, refund: Payload, lines: Mapping[int, Node]) -> Node:
    """One refund; `lines` are the order's lines by id. `__moved` is what was paid back, as a pair."""
    moved = total([_moved(record, transaction) for transaction in refund["transactions"]])
    return {
        "__typename": "Refund",
        "__moved": moved,
        "id": gid("Refund", refund["id"]),
        "legacyResourceId": str(refund["id"]),
        "createdAt": graphql_time(refund["created_at"]),
        "processedAt": graphql_time(refund["processed_at"]),
        "updatedAt": graphql_time(refund["processed_at"]),
        "note": refund["note"] or None,
        "totalRefundedSet": money_bag(record.currencies.money_set(moved)),
        "refundLineItems": [_refund_line_node(line, lines) for line in refund["refund_line_items"]],
        "orderAdjustments": [_adjustment_node(adjustment) for adjustment in refund["order_adjustments"]],
        "refundShippingLines": [_shipping_node(line) for line in refund["refund_shipping_lines"]],
        "transactions": [_refund_transaction_node(record, transaction) for transaction in refund["transactions"]],
    }


def payment_nodes(record: OrderRecord) -> list[Node]:
    """The sales that paid the order; none when there was nothing to pay or nothing was paid so far."""
    body = record.body
    if body["financial_status"] in ("pending", "voided") or not Decimal(body["total_price"]):
        return []
    return [
        _transaction_node(
            f"{body['id']}{position}",
            kind="SALE",
            gateway=payment["gateway"],
            test=body["test"],
            at=body["processed_at"],
            amount=money_bag(payment["amount_set"]),
        )
        for position, payment in enumerate(payments_of(record), start=1)
    ]


def _refund_line_node(line: Payload, lines: Mapping[int, Node]) -> Node:
    return {
        "id": gid("RefundLineItem", line["id"]),
        "quantity": line["quantity"],
        "restockType": line["restock_type"].upper(),
        "restocked": line["restock_type"] != "no_restock",
        "lineItem": lines[line["line_item_id"]],
        "priceSet": money_bag(line["line_item"]["price_set"]),
        "subtotalSet": money_bag(line["subtotal_set"]),
        "totalTaxSet": money_bag(line["total_tax_set"]),
    }


def _adjustment_node(adjustment: Payload) -> Node:
    return {
        "id": gid("OrderAdjustment", adjustment["id"]),
        "reason": "REFUND_DISCREPANCY",
        "amountSet": money_bag(adjustment["amount_set"]),
        "taxAmountSet": money_bag(adjustment["tax_amount_set"]),
    }


def _shipping_node(line: Payload) -> Node:
    return {
        "id": gid("RefundShippingLine", line["id"]),
        "subtotalAmountSet": money_bag(line["subtotal_amount_set"]),
        "taxAmountSet": money_bag(line["tax_amount_set"]),
    }


def _refund_transaction_node(record: OrderRecord, transaction: Payload) -> Node:
    return _transaction_node(
        str(transaction["id"]),
        kind="REFUND",
        gateway=transaction["gateway"],
        test=transaction["test"],
        at=transaction["created_at"],
        amount=money_bag(record.currencies.money_set(_moved(record, transaction))),
    )


def _transaction_node(number: str, *, kind: str, gateway: str, test: bool, at: str, amount: Node) -> Node:
    return {
        "__typename": "OrderTransaction",
        "id": gid("OrderTransaction", number),
        "kind": kind,
        "status": "SUCCESS",
        "gateway": gateway,
        "test": test,
        "createdAt": graphql_time(at),
        "processedAt": graphql_time(at),
        "amountSet": amount,
    }


def _moved(record: OrderRecord, transaction: Payload) -> Pair:
    """A transaction says one amount, in presentment money; in shop money it is its part of the order's total."""
    presentment = Decimal(transaction["amount"])
    return Pair(in_shop_money(record, presentment), presentment)

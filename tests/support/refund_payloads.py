"""Refunds in Shopify's webhook shape, made for tests; amounts as in tests.support.payloads."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.support.payloads import USD, Amount, Codes, Payload, line_payload, money_set


def refund_line_payload(
    line_id: int = 11,
    subtotal: Amount = "45.00",
    tax: Amount = "0.00",
    quantity: int = 1,
    *,
    codes: Codes = USD,
    line: Payload | None = None,
    **changes: Any,
) -> Payload:
    plain = [amount if isinstance(amount, str) else amount[0] for amount in (subtotal, tax)]
    return {
        "id": 7000 + line_id,
        "line_item": line or line_payload(line_id, subtotal, quantity, codes=codes),
        "line_item_id": line_id,
        "location_id": None,
        "quantity": quantity,
        "restock_type": "no_restock",
        "subtotal": Decimal(plain[0]),
        "subtotal_set": money_set(subtotal, codes),
        "total_tax": Decimal(plain[1]),
        "total_tax_set": money_set(tax, codes),
        **changes,
    }


def transaction_payload(amount: str = "45.00", currency: str | None = "USD", **changes: Any) -> Payload:
    return {
        "id": 245135271310201194,
        "kind": "refund",
        "status": "success",
        "gateway": "bogus",
        "amount": amount,
        "currency": currency,
        "admin_graphql_api_id": "gid://shopify/OrderTransaction/245135271310201194",
        "created_at": "2026-11-21T10:00:00-05:00",
        "order_id": 6200360403244,
        "payment_id": "#1001.1",
        "source_name": "web",
        "test": False,
        "manual_payment_gateway": False,
        **dict.fromkeys(["amount_rounding", "authorization", "device_id", "error_code", "location_id", "message"]),
        **dict.fromkeys(["parent_id", "processed_at", "user_id"]),
        "receipt": {},
        "total_unsettled_set": {
            "shop_money": {"amount": "0.0", "currency": "XXX"},
            "presentment_money": {"amount": "0.0", "currency": "XXX"},
        },
        **changes,
    }


def refund_payload(
    refund_id: int = 890088186047,
    order_id: int = 6200360403244,
    lines: Sequence[Payload] = (),
    *,
    transactions: Sequence[Payload] = (),
    codes: Codes = USD,
    **changes: Any,
) -> Payload:
    return {
        "id": refund_id,
        "admin_graphql_api_id": f"gid://shopify/Refund/{refund_id}",
        "created_at": "2026-11-21T10:00:00-05:00",
        "duties": [],
        "note": "",
        "order_adjustments": [],
        "order_id": order_id,
        "processed_at": "2026-11-21T10:00:00-05:00",
        "refund_line_items": list(lines),
        "refund_shipping_lines": [],
        "restock": False,
        "return": None,
        "total_duties_set": money_set("0.00", codes),
        "transactions": list(transactions),
        "user_id": 1,
        **changes,
    }

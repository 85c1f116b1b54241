"""What the Admin API answers to the app's readings, as tests make it."""

from __future__ import annotations

from typing import Any

ADA = 501
PAID_AT = "2026-11-20T15:00:00Z"
WHOLE = {"hasNextPage": False, "endCursor": None}


def _bag(amount: str) -> dict[str, Any]:
    return {name: {"amount": amount, "currencyCode": "USD"} for name in ("shopMoney", "presentmentMoney")}


def order_node(order_id: int) -> dict[str, Any]:
    """An order of 45.00, of which a gift card paid 20.00."""
    line = {
        "id": "gid://shopify/LineItem/11", "quantity": 1, "currentQuantity": 1, "isGiftCard": False,
        "product": None, "variant": None, "sku": "", "vendor": "", "originalUnitPriceSet": _bag("45.00"),
        "discountAllocations": [], "taxLines": [],
    }  # fmt: skip
    paid = [("gift_card", "20.00"), ("shopify_payments", "25.00")]
    return {
        "id": f"gid://shopify/Order/{order_id}", "name": "#1", "createdAt": PAID_AT, "processedAt": PAID_AT,
        "updatedAt": PAID_AT, "cancelledAt": None, "displayFinancialStatus": "PAID", "test": False,
        "displayFulfillmentStatus": "UNFULFILLED", "tags": [], "sourceName": "web", "discountCodes": [],
        "taxesIncluded": False, "currencyCode": "USD", "presentmentCurrencyCode": "USD", "email": None,
        "customer": {"id": f"gid://shopify/Customer/{ADA}", "verifiedEmail": True, "defaultEmailAddress": None},
        "totalPriceSet": _bag("45.00"), "totalShippingPriceSet": _bag("0.0"), "shippingLines": {"nodes": []},
        "transactions": [
            {"kind": "SALE", "status": "SUCCESS", "gateway": gateway, "amountSet": _bag(amount)}
            for gateway, amount in paid
        ],
        "fulfillments": [], "lineItems": {"pageInfo": WHOLE, "nodes": [line]}, "refunds": [],
    }  # fmt: skip


def product_node(number: int, *collections: int, more: bool = False) -> dict[str, Any]:
    """A product and the collections that it is in, of which there may be more than those."""
    return {
        "id": f"gid://shopify/Product/{number}", "updatedAt": PAID_AT, "tags": ["gift"], "productType": "Mug",
        "vendor": "Laurel", "collections": {
            "pageInfo": {"hasNextPage": more},
            "nodes": [{"id": f"gid://shopify/Collection/{one}"} for one in collections],
        },
    }  # fmt: skip

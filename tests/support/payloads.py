"""Webhook bodies in Shopify's shapes, made for tests: every key that a real delivery has, values of our own.

An amount is a text in both currencies ("45.00"), or a pair of them, shop first: ("60.33", "45.85").
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Payload = dict[str, Any]
Amount = str | tuple[str, str]
Codes = tuple[str, str]

USD: Codes = ("USD", "USD")
AT = "2026-11-20T10:00:00-05:00"


def body_of(payload: object) -> bytes:
    """The bytes of a delivery. A Decimal in it becomes a JSON number with just these digits."""
    # Decimals leave json as marked texts, and lose the marks and quotes afterwards.
    text = json.dumps(payload, default=lambda value: f"\x01{value}\x01")
    return text.replace('"\\u0001', "").replace('\\u0001"', "").encode()


def money_set(amount: Amount, codes: Codes = USD) -> Payload:
    shop, presentment = (amount, amount) if isinstance(amount, str) else amount
    return {
        "shop_money": {"amount": shop, "currency_code": codes[0]},
        "presentment_money": {"amount": presentment, "currency_code": codes[1]},
    }


def both(field: str, amount: Amount, codes: Codes = USD) -> Payload:
    """`field` in shop currency and its set."""
    plain = amount if isinstance(amount, str) else amount[0]
    return {field: plain, f"{field}_set": money_set(amount, codes)}


def line_payload(
    line_id: int = 11,
    price: Amount = "45.00",
    quantity: int = 1,
    *,
    discounts: Sequence[Amount] = (),
    taxes: Sequence[Amount] = (),
    gift_card: bool = False,
    codes: Codes = USD,
    **changes: Any,
) -> Payload:
    return {
        "id": line_id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line_id}",
        "attributed_staffs": [],
        "current_quantity": quantity,
        "discount_allocations": [
            {**both("amount", amount, codes), "discount_application_index": index}
            for index, amount in enumerate(discounts)
        ],
        "duties": [],
        "fulfillable_quantity": quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": gift_card,
        "grams": 100,
        "name": "Laurel wreath",
        **both("price", price, codes),
        "product_exists": True,
        "product_id": 9000 + line_id,
        "properties": [],
        "quantity": quantity,
        "requires_shipping": True,
        "sales_line_item_group_id": None,
        "sku": f"WREATH-{line_id}",
        "tax_lines": [
            {"channel_liable": False, **both("price", amount, codes), "rate": Decimal("0.1"), "title": "Tax"}
            for amount in taxes
        ],
        "taxable": bool(taxes),
        "title": "Laurel wreath",
        **both("total_discount", "0.00", codes),
        "variant_id": 8000 + line_id,
        "variant_inventory_management": None,
        "variant_title": None,
        "vendor": "Laurel",
        **changes,
    }


def address_payload() -> Payload:
    return {
        "address1": "1 Example St", "address2": None, "city": "Exampleville", "company": None, "country": "Australia",
        "country_code": "AU", "first_name": "Ada", "last_name": "Example", "latitude": None, "longitude": None,
        "name": "Ada Example", "phone": None, "province": "Victoria", "province_code": "VIC", "zip": "0000",
        "id": 12321, "customer_id": 501, "country_name": "Australia", "default": True,
    }  # fmt: skip


def customer_payload(customer_id: int = 501, email: str = "ada@example.com", **changes: Any) -> Payload:
    return {
        "id": customer_id,
        "admin_graphql_api_id": f"gid://shopify/Customer/{customer_id}",
        "addresses": [],
        "created_at": "2026-11-01T09:00:00+01:00",
        "currency": "USD",
        "default_address": address_payload(),
        "email": email,
        "first_name": "Ada",
        "last_name": "Example",
        "multipass_identifier": None,
        "note": None,
        "phone": None,
        "state": "disabled",
        "tax_exempt": False,
        "tax_exemptions": [],
        "updated_at": "2026-11-02T09:00:00+01:00",
        "verified_email": True,
        **changes,
    }


def order_payload(
    order_id: int = 6200360403244,
    lines: Sequence[Payload] | None = None,
    *,
    codes: Codes = USD,
    total: Amount = "45.00",
    customer: Payload | None = None,
    guest: bool = False,
    **changes: Any,
) -> Payload:
    """An order, paid in full by customer 501 unless told otherwise."""
    buyer = None if guest else (customer or customer_payload())
    sets = ("current_subtotal_price", "current_total_price", "subtotal_price", "total_line_items_price", "total_price")
    zeros = ("current_total_discounts", "current_total_tax", "total_discounts", "total_tax")
    only_sets = (
        "current_shipping_price", "total_cash_rounding_payment_adjustment", "total_cash_rounding_refund_adjustment",
        "total_shipping_price",
    )  # fmt: skip
    nulls = (
        "cancel_reason", "cancelled_at", "cart_token", "closed_at", "company", "current_total_additional_fees_set",
        "current_total_duties_set", "fulfillment_status", "landing_site_ref", "location_id",
        "merchant_of_record_app_id", "note", "original_total_additional_fees_set", "original_total_duties_set",
        "payment_terms", "phone", "po_number", "reference", "source_identifier", "source_url", "user_id", "device_id",
    )  # fmt: skip
    empty_lists = ("discount_applications", "discount_codes", "fulfillments", "line_item_groups", "note_attributes")
    payload: Payload = {
        "id": order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
        "app_id": 580111,
        "billing_address": address_payload(),
        "shipping_address": address_payload(),
        "client_details": dict.fromkeys(
            ["accept_language", "browser_height", "browser_ip", "browser_width", "session_hash", "user_agent"]
        ),
        "browser_ip": "192.0.2.1",
        "buyer_accepts_marketing": False,
        "checkout_token": "c0ffee",
        "confirmation_number": "LAUREL001",
        "confirmed": True,
        "contact_email": buyer["email"] if buyer else "guest@example.com",
        "created_at": AT,
        "currency": codes[0],
        "customer": buyer,
        "customer_locale": "en",
        "duties_included": False,
        "email": buyer["email"] if buyer else "guest@example.com",
        "estimated_taxes": False,
        "financial_status": "paid",
        "landing_site": "/",
        "line_items": list(lines) if lines is not None else [line_payload(price=total, codes=codes)],
        "merchant_business_entity_id": "MTIz",
        "name": "#1001",
        "number": 1,
        "order_number": 1001,
        "order_status_url": "https://laurel-demo.myshopify.com/orders/c0ffee",
        "payment_gateway_names": ["bogus"],
        "presentment_currency": codes[1],
        "processed_at": AT,
        "referring_site": "",
        "refunds": [],
        "returns": [],
        "shipping_lines": [],
        "source_name": "web",
        "tags": "",
        "tax_exempt": False,
        "tax_lines": [],
        "taxes_included": False,
        "test": False,
        "token": "c0ffee",
        "total_outstanding": "0.00",
        "total_tip_received": "0.00",
        "total_weight": 100,
        "updated_at": AT,
        **dict.fromkeys(nulls),
        **{field: [] for field in empty_lists},
    }
    for field in sets:
        payload |= both(field, total, codes)
    for field in zeros:
        payload |= both(field, "0.00", codes)
    for field in only_sets:
        payload[f"{field}_set"] = money_set("0.00", codes)
    return payload | changes


def application_payload(kind: str, **changes: Any) -> Payload:
    """An entry of discount_applications; codes have a `code`, others a `title`."""
    return {
        "allocation_method": "across",
        "target_selection": "all",
        "target_type": "line_item",
        "type": kind,
        "value": "5.0",
        "value_type": "fixed_amount",
        **changes,
    }


def parcel_payload(parcel_id: int = 91, **changes: Any) -> Payload:
    """A parcel, as it stands inside of an order."""
    return {
        "id": parcel_id,
        "admin_graphql_api_id": f"gid://shopify/Fulfillment/{parcel_id}",
        "created_at": AT,
        "line_items": [],
        "location_id": 1,
        "name": "#1001.1",
        "order_id": 6200360403244,
        "origin_address": None,
        "receipt": {},
        "service": "manual",
        "shipment_status": None,
        "status": "success",
        "tracking_company": None,
        "tracking_number": None,
        "tracking_numbers": [],
        "tracking_url": None,
        "tracking_urls": [],
        "updated_at": AT,
        **changes,
    }


MERGE: Payload = {
    "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
    "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
    "admin_graphql_api_job_id": None,
    "status": "completed",
    "errors": [],
}
CONSENT: Payload = {
    "customer_id": 501,
    "email_address": "ada@example.com",
    "email_marketing_consent": {
        "state": "subscribed",
        "opt_in_level": "single_opt_in",
        "consent_updated_at": "2026-11-20T10:00:00-05:00",
    },
}
PRODUCT: Payload = {
    "id": 9001,
    "admin_graphql_api_id": "gid://shopify/Product/9001",
    "handle": "wreath",
    "product_type": "Wreaths",
    "status": "active",
    "tags": "green, gift",
    "title": "Laurel wreath",
    "updated_at": "2026-11-20T10:00:00-05:00",
    "variants": [],
    "vendor": "Laurel",
}

"""Order bodies as Shopify's webhooks carry them (orders/create, paid, updated, cancelled), key by key."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from plugin.devstore.admin_values import decimal_text
from plugin.devstore.amounts import NOTHING, total
from plugin.devstore.customer_payloads import Payload, customer_in_order, gid, shipping_address
from plugin.devstore.order_line_payloads import NextId, line_item, shipping_lines, tax_lines
from plugin.devstore.pricing import AppliedDiscount, PricedOrder
from plugin.devstore.seed import SHOP


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order is besides its money."""

    order_id: int
    number: int
    at: str
    """Payload time of the checkout."""
    customer: Payload | None
    email: str | None
    locale: str
    gateways: tuple[str, ...]
    paid: bool
    test: bool
    token: str
    confirmation_number: str
    source_name: str = "web"
    tags: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def order_payload(facts: OrderFacts, priced: PricedOrder, next_id: NextId) -> Payload:
    """The whole body of a new order."""
    return {
        **_identity(facts),
        **_money(priced, paid=facts.paid),
        "billing_address": shipping_address(facts.customer),
        "customer": customer_in_order(facts.customer) if facts.customer else None,
        "discount_applications": [_application(discount) for discount in priced.discounts],
        "discount_codes": [
            {
                "code": discount.code,
                "amount": priced.currencies.plain(priced.discount_total(index)),
                "type": "shipping" if discount.kind == "free_shipping" else discount.kind,
            }
            for index, discount in enumerate(priced.discounts)
        ],
        "fulfillments": [],
        "line_items": [line_item(line, priced, next_id("line_item")) for line in priced.lines],
        "payment_terms": None,
        "refunds": [],
        "shipping_address": shipping_address(facts.customer),
        "shipping_lines": shipping_lines(priced, next_id),
        "returns": [],
        "line_item_groups": [],
    }


def _identity(facts: OrderFacts) -> Payload:
    number = facts.number
    return {
        "id": facts.order_id,
        "admin_graphql_api_id": gid("Order", facts.order_id),
        "app_id": 580111,
        "browser_ip": "192.0.2.1",
        "buyer_accepts_marketing": False,
        "cancel_reason": None,
        "cancelled_at": None,
        "cart_token": facts.token[:24],
        "checkout_id": None,
        "checkout_token": facts.token,
        "client_details": {
            "accept_language": facts.locale,
            "browser_height": None,
            "browser_ip": "192.0.2.1",
            "browser_width": None,
            "session_hash": None,
            "user_agent": "Mozilla/5.0",
        },
        "closed_at": None,
        "company": None,
        "confirmation_number": facts.confirmation_number,
        "confirmed": True,
        "contact_email": facts.email,
        "created_at": facts.at,
        "customer_locale": facts.locale,
        "device_id": None,
        "duties_included": False,
        "email": facts.email,
        "estimated_taxes": False,
        "financial_status": "paid" if facts.paid else "pending",
        "fulfillment_status": None,
        "landing_site": "/",
        "landing_site_ref": None,
        "location_id": None,
        "merchant_business_entity_id": "MTkxNzQwODY0ODEy",
        "merchant_of_record_app_id": None,
        "name": f"#{number}",
        "note": None,
        "note_attributes": [{"name": name, "value": value} for name, value in facts.notes],
        "number": number - 1000,
        "order_number": number,
        "order_status_url": f"https://{SHOP.domain}/{SHOP.id}/orders/{facts.token}/authenticate",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "payment_gateway_names": list(facts.gateways),
        "phone": None,
        "po_number": None,
        "processed_at": facts.at,
        "reference": None,
        "referring_site": "",
        "source_identifier": None,
        "source_name": facts.source_name,
        "source_url": None,
        "tags": ", ".join(facts.tags),
        "tax_exempt": False,
        "test": facts.test,
        "token": facts.token,
        "updated_at": facts.at,
        "user_id": None,
    }


def _money(priced: PricedOrder, *, paid: bool) -> Payload:
    currencies = priced.currencies
    off = total([priced.discount_total(index) for index in range(len(priced.discounts))])
    both = {
        "current_subtotal_price": priced.subtotal,
        "current_total_discounts": off,
        "current_total_price": priced.total,
        "current_total_tax": priced.tax,
        "subtotal_price": priced.subtotal,
        "total_discounts": off,
        "total_line_items_price": total([line.full for line in priced.lines]),
        "total_price": priced.total,
        "total_tax": priced.tax,
    }
    only_sets = {
        "current_shipping_price_set": priced.shipping - priced.shipping_discount,
        "total_cash_rounding_payment_adjustment_set": NOTHING,
        "total_cash_rounding_refund_adjustment_set": NOTHING,
        "total_shipping_price_set": priced.shipping,
    }
    return {
        "currency": currencies.shop,
        "presentment_currency": currencies.presentment,
        "current_total_additional_fees_set": None,
        "current_total_duties_set": None,
        "tax_lines": tax_lines(priced, priced.tax),
        "taxes_included": priced.taxes_included,
        "total_outstanding": currencies.plain(NOTHING if paid else priced.total),
        "total_tip_received": currencies.plain(NOTHING),
        "total_weight": sum(line.product.grams * line.quantity for line in priced.lines),
        **{name: currencies.plain(pair) for name, pair in both.items()},
        **{f"{name}_set": currencies.money_set(pair) for name, pair in both.items()},
        **{name: currencies.money_set(pair) for name, pair in only_sets.items()},
    }


def _application(discount: AppliedDiscount) -> Payload:
    free_shipping = discount.kind == "free_shipping"
    value = Decimal(100) if free_shipping else discount.value * (100 if discount.kind == "percentage" else 1)
    return {
        "target_type": "shipping_line" if free_shipping else "line_item",
        "type": "discount_code",
        "value": decimal_text(value),
        "value_type": "fixed_amount" if discount.kind == "fixed_amount" else "percentage",
        "allocation_method": "each" if free_shipping or discount.variant_ids is not None else "across",
        "target_selection": "all" if discount.variant_ids is None else "entitled",
        "code": discount.code,
    }

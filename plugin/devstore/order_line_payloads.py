"""The lines of an order body, its shipping and its taxes, as Shopify's webhooks carry them."""

from __future__ import annotations

from collections.abc import Callable

from plugin.devstore.amounts import NOTHING, Currencies, Pair, json_number, text
from plugin.devstore.customer_payloads import Payload, gid
from plugin.devstore.pricing import PricedLine, PricedOrder
from plugin.devstore.seed import SHIPPING_TITLE, VENDOR

NextId = Callable[[str], int]


def tax_lines(priced: PricedOrder, tax: Pair) -> list[Payload]:
    """The taxes of a line or of the whole order; none when there are none."""
    if not tax:
        return []
    return [
        {
            "price": priced.currencies.plain(tax),
            "rate": json_number(priced.tax_rate),
            "title": "VAT" if priced.taxes_included else "Sales tax",
            "price_set": priced.currencies.money_set(tax),
            "channel_liable": False,
        }
    ]


def line_item(line: PricedLine, priced: PricedOrder, line_id: int) -> Payload:
    """One line of an order."""
    product, currencies = line.product, priced.currencies
    return {
        "id": line_id,
        "admin_graphql_api_id": gid("LineItem", line_id),
        "attributed_staffs": [],
        "current_quantity": line.quantity,
        "fulfillable_quantity": line.quantity if product.requires_shipping else 0,
        "fulfillment_service": "gift_card" if product.gift_card else "manual",
        "fulfillment_status": None,
        "gift_card": product.gift_card,
        "grams": product.grams,
        "name": product.title,
        "price": currencies.plain(line.unit),
        "price_set": currencies.money_set(line.unit),
        "product_exists": True,
        "product_id": product.id,
        "properties": [{"name": name, "value": value} for name, value in line.properties],
        "quantity": line.quantity,
        "requires_shipping": product.requires_shipping,
        "sales_line_item_group_id": None,
        "sku": product.sku,
        "taxable": not product.gift_card,
        "title": product.title,
        # Zero although discounts apply: Shopify says them in discount_allocations alone.
        "total_discount": currencies.plain(NOTHING),
        "total_discount_set": currencies.money_set(NOTHING),
        "variant_id": product.variant_id,
        "variant_inventory_management": None if product.gift_card else "shopify",
        "variant_title": None,
        "vendor": VENDOR,
        "tax_lines": tax_lines(priced, line.tax),
        "duties": [],
        "discount_allocations": [_allocation(index, amount, currencies) for index, amount in line.allocations],
    }


def _allocation(index: int, amount: Pair, currencies: Currencies) -> Payload:
    return {
        "amount": currencies.plain(amount),
        "amount_set": currencies.money_set(amount),
        "discount_application_index": index,
    }


def shipping_lines(priced: PricedOrder, next_id: NextId) -> list[Payload]:
    """How an order is shipped; nothing when nothing in it has to be."""
    if not any(line.product.requires_shipping for line in priced.lines):
        return []
    currencies, index = priced.currencies, priced.shipping_discount_index
    discounted = priced.shipping - priced.shipping_discount
    return [
        {
            "id": next_id("shipping_line"),
            "carrier_identifier": None,
            "code": SHIPPING_TITLE,
            "current_discounted_price_set": currencies.money_set(discounted),
            "discounted_price": currencies.plain(discounted),
            "discounted_price_set": currencies.money_set(discounted),
            "is_removed": False,
            "phone": None,
            "price": text(priced.shipping.shop, currencies.shop),
            "price_set": currencies.money_set(priced.shipping),
            "requested_fulfillment_service_id": None,
            "source": "shopify",
            "title": SHIPPING_TITLE,
            "tax_lines": [],
            "discount_allocations": (
                [] if index is None else [_allocation(index, priced.shipping_discount, currencies)]
            ),
        }
    ]

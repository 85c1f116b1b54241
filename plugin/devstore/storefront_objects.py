"""What Liquid sees: shop, products, cart, customer and order in the names and units of Shopify's Liquid objects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from plugin.devstore.carts import QuotedCart
from plugin.devstore.seed import COLLECTIONS, Product, SellingPlan, Shop, selling_plan_of
from plugin.devstore.sessions import Cart

Liquid = dict[str, Any]

LANGUAGES = {"en": ("English", ""), "zh-CN": ("简体中文", "/zh")}
"""Code → its own name, and the path under which its pages live."""


def hundredths(amount: Decimal | str) -> int:
    """Liquid's unit of money."""
    return int(Decimal(amount).scaleb(2).to_integral_exact())


def shop_object(shop: Shop) -> Liquid:
    """`shop`."""
    return {
        "id": shop.id,
        "name": shop.name,
        "domain": shop.domain,
        "permanent_domain": shop.domain,
        "email": shop.email,
        "currency": shop.currency,
        "metaobjects": {},
    }


def routes_object(prefix: str) -> Liquid:
    """`routes`: every address of the storefront in the page's language."""
    paths = {
        "root_url": "/",
        "all_products_collection_url": "/collections/all",
        "cart_url": "/cart",
        "cart_add_url": "/cart/add",
        "cart_change_url": "/cart/change",
        "checkout_url": "/checkout",
        "account_url": "/account",
        "account_login_url": "/account/login",
        "account_logout_url": "/account/logout",
        "account_register_url": "/account/register",
    }
    return {name: (prefix + path).rstrip("/") or "/" for name, path in paths.items()}


def product_object(product: Product, prefix: str, metafields: Liquid, translation: Liquid) -> Liquid:
    """`product`, with its only variant. `translation` may give `title` and `description`."""
    price = hundredths(product.amount)
    variant: Liquid = {
        "id": product.variant_id,
        "title": "Default Title",
        "price": price,
        "sku": product.sku,
        "available": True,
        "requires_shipping": product.requires_shipping,
    }
    return {
        "id": product.id,
        "handle": product.handle,
        "title": translation.get("title", product.title),
        "description": translation.get("description", product.description),
        "url": f"{prefix}/products/{product.handle}",
        "image": f"products/{product.handle}.svg",
        "type": COLLECTIONS[product.collection],
        "collection": product.collection,
        "price": price,
        "available": True,
        "gift_card?": product.gift_card,
        "variants": [variant],
        "selling_plan_groups": _selling_plan_groups(product),
        "selected_or_first_available_variant": variant,
        "metafields": metafields,
    }


def _selling_plan_groups(product: Product) -> list[Liquid]:
    plan = selling_plan_of(product)
    if plan is None:
        return []
    return [{"id": plan.group_id, "name": plan.name, "selling_plans": [{"id": plan.id, "name": plan.name}]}]


def _allocation(plan: SellingPlan | None) -> Liquid | None:
    """How a line is bought by subscription, or None."""
    return None if plan is None else {"selling_plan": {"id": plan.id, "name": plan.name}}


def cart_object(cart: Cart, currency: str, products: dict[int, Liquid]) -> Liquid:
    """`cart`. `products` are the product objects by id."""
    items = [
        {
            "product": products[line.product.id],
            "variant_id": line.product.variant_id,
            "title": products[line.product.id]["title"],
            "url": products[line.product.id]["url"],
            "quantity": line.quantity,
            "price": hundredths(line.product.amount),
            "final_line_price": hundredths(line.amount),
            "selling_plan_allocation": _allocation(line.selling_plan),
        }
        for line in cart.lines
    ]
    return {
        "items": items,
        "item_count": cart.item_count,
        "total_price": hundredths(cart.subtotal),
        "currency": {"iso_code": currency},
        "discount_codes": [{"code": code} for code in cart.discount_codes],
    }


def cart_json(quote: QuotedCart, currency: str, prefix: str) -> Liquid:
    """The cart as /cart.js and its relatives answer it; `applicable` says whether the checkout would take a code."""
    cart, priced = quote.cart, quote.quoted.priced if quote.quoted else None
    full = hundredths(cart.subtotal)
    net = full if priced is None else hundredths(priced.subtotal.shop)
    refused = {one.code.upper() for one in quote.refused}
    nets = {} if priced is None else {line.product.variant_id: hundredths(line.net.shop) for line in priced.lines}
    items = [
        {
            "id": line.product.variant_id,
            "product_id": line.product.id,
            "title": line.product.title,
            "url": f"{prefix}/products/{line.product.handle}",
            "quantity": line.quantity,
            "price": hundredths(line.product.amount),
            "original_line_price": hundredths(line.amount),
            "final_line_price": nets.get(line.product.variant_id, hundredths(line.amount)),
            "requires_shipping": line.product.requires_shipping,
            "gift_card": line.product.gift_card,
            "selling_plan_allocation": _allocation(line.selling_plan),
        }
        for line in cart.lines
    ]
    return {
        "items": items,
        "item_count": cart.item_count,
        "currency": currency,
        "original_total_price": full,
        "total_price": net,
        "total_discount": full - net,
        "requires_shipping": any(line.product.requires_shipping for line in cart.lines),
        "discount_codes": [
            {"code": code, "applicable": priced is not None and code.upper() not in refused}
            for code in cart.discount_codes
        ],
    }


def customer_object(customer: Liquid, orders: list[Liquid], metafields: Liquid) -> Liquid:
    """`customer`, from the body that webhooks carry."""
    first, last = customer["first_name"] or "", customer["last_name"] or ""
    return {
        "id": customer["id"],
        "email": customer["email"],
        "first_name": first,
        "last_name": last,
        "name": full_name(customer),
        "orders": orders,
        "orders_count": len(orders),
        "metafields": metafields,
    }


def full_name(customer: Liquid) -> str:
    """First and last name; Chinese names the other way round and without a space."""
    first, last = customer["first_name"] or "", customer["last_name"] or ""
    east_asian = any("\u4e00" <= letter <= "\u9fff" for letter in first + last)
    return f"{last}{first}" if east_asian else f"{first} {last}".strip()


def order_object(order: Liquid, prefix: str, products: dict[int, Liquid]) -> Liquid:
    """`order`, from the body that webhooks carry."""
    lines = [
        {
            "title": products[line["product_id"]]["title"] if line["product_id"] in products else line["title"],
            "product": products.get(line["product_id"]),
            "quantity": line["quantity"],
            "final_line_price": hundredths(line["price"]) * line["quantity"],
        }
        for line in order["line_items"]
    ]
    return {
        "id": order["id"],
        "name": order["name"],
        "created_at": order["created_at"],
        "customer_url": f"{prefix}/account/orders/{order['token']}",
        "email": order["email"],
        "line_items": lines,
        "line_items_subtotal_price": hundredths(order["total_line_items_price"]),
        "total_discounts": hundredths(order["total_discounts"]),
        "discounts": [{"code": one["code"], "amount": hundredths(one["amount"])} for one in order["discount_codes"]],
        "refunded": sum(hundredths(moved["amount"]) for refund in order["refunds"] for moved in refund["transactions"]),
        "fulfillment_status": order["fulfillment_status"] or "unfulfilled",
        "shipping_price": hundredths(order["total_shipping_price_set"]["shop_money"]["amount"]),
        "tax_price": hundredths(order["total_tax"]),
        "total_price": hundredths(order["total_price"]),
        "financial_status": order["financial_status"],
        "cancelled": order["cancelled_at"] is not None,
        "confirmation_number": order["confirmation_number"],
    }

"""Order nodes of the Admin API: the same facts as a webhook's, and never a cut page taken for a whole order."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from engine.events import AmountPair, Customer, Fulfillment, Order, OrderDiscount, Tender
from plugin.payloads import EmailKeys, Unreadable
from plugin.payloads.order_nodes import MANY_ORDERS, ONE_ORDER, PageSizes, translate_order_node
from tests.support.payloads import (
    AT,
    Amount,
    application_payload,
    both,
    customer_payload,
    line_payload,
    money_set,
    order_payload,
    parcel_payload,
)
from tests.support.refund_payloads import refund_line_payload, refund_payload, transaction_payload

AUD_IN_USD = ("AUD", "USD")


def _bag(amount: Amount) -> dict[str, Any]:
    money = money_set(amount, AUD_IN_USD)
    return {
        camel: {"amount": money[snake]["amount"], "currencyCode": money[snake]["currency_code"]}
        for camel, snake in (("shopMoney", "shop_money"), ("presentmentMoney", "presentment_money"))
    }


def _page(*nodes: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": more}, "nodes": list(nodes)}


def _allocation(index: int, amount: Amount, *, code: str | None = None, target: str = "LINE_ITEM") -> dict[str, Any]:
    application = {"index": index, "targetType": target, "value": {"__typename": "MoneyV2"}}
    return {
        "allocatedAmountSet": _bag(amount),
        "discountApplication": application if code is None else application | {"code": code},
    }


def _transaction(kind: str, gateway: str, amount: Amount, status: str = "SUCCESS") -> dict[str, Any]:
    return {"kind": kind, "status": status, "gateway": gateway, "amountSet": _bag(amount)}


def _node() -> dict[str, Any]:
    """An order that the shopper paid in USD in a shop of AUD, a line of it refunded, and a little money besides."""
    return {
        "id": "gid://shopify/Order/6200360403244",
        "name": "#1001",
        "createdAt": "2026-11-20T15:00:00Z",
        "processedAt": "2026-11-20T15:00:00Z",
        "updatedAt": "2026-11-20T15:00:00Z",
        "cancelledAt": None,
        "displayFinancialStatus": "PARTIALLY_REFUNDED",
        "test": False,
        "taxesIncluded": True,
        "currencyCode": "AUD",
        "presentmentCurrencyCode": "USD",
        "email": "ada@example.com",
        "tags": ["gift", "phone order"],
        "sourceName": "web",
        "discountCodes": ["LRL-FIVE", "LRL-SHIP", "NOTHING"],
        "displayFulfillmentStatus": "FULFILLED",
        "totalShippingPriceSet": _bag(("10.15", "7.71")),
        "shippingLines": _page(
            {"discountAllocations": [_allocation(2, ("10.15", "7.71"), code="LRL-SHIP", target="SHIPPING_LINE")]}
        ),
        "transactions": [
            _transaction("SALE", "gift_card", ("20.00", "15.20")),
            _transaction("SALE", "gift_card", ("20.00", "15.20"), status="FAILURE"),
            _transaction("AUTHORIZATION", "shopify_payments", ("40.33", "30.65")),
            _transaction("CAPTURE", "shopify_payments", ("40.33", "30.65")),
        ],
        "fulfillments": [
            {
                "id": "gid://shopify/Fulfillment/91",
                "status": "SUCCESS",
                "createdAt": "2026-11-20T15:00:00Z",
                "updatedAt": "2026-11-20T15:00:00Z",
                "deliveredAt": None,
            }
        ],
        "customer": {
            "id": "gid://shopify/Customer/501",
            "verifiedEmail": True,
            "defaultEmailAddress": {"emailAddress": "ada@example.com"},
        },
        "totalPriceSet": _bag(("60.33", "45.85")),
        "lineItems": _page(
            {
                "id": "gid://shopify/LineItem/11",
                "quantity": 2,
                "currentQuantity": 1,
                "isGiftCard": False,
                "sku": "WREATH-11",
                "vendor": "Laurel",
                "product": {"id": "gid://shopify/Product/9011"},
                "variant": {"id": "gid://shopify/ProductVariant/8011"},
                "originalUnitPriceSet": _bag(("45.62", "34.67")),
                "discountAllocations": [
                    _allocation(0, ("3.20", "2.43")),
                    _allocation(1, ("5.0", "3.8"), code="LRL-FIVE"),
                ],
                "taxLines": [{"priceSet": _bag(("4.56", "3.47"))}],
            }
        ),
        "refunds": [
            {
                "id": "gid://shopify/Refund/71",
                "createdAt": "2026-11-21T15:00:00Z",
                "processedAt": "2026-11-21T15:00:00Z",
                "refundLineItems": _page(
                    {
                        "quantity": 1,
                        "lineItem": {"id": "gid://shopify/LineItem/11", "isGiftCard": False},
                        "subtotalSet": _bag(("41.52", "31.56")),
                        "totalTaxSet": _bag(("2.28", "1.74")),
                    }
                ),
                "refundShippingLines": _page(),
                "transactions": _page(),
            }
        ],
    }


def _money_only() -> dict[str, Any]:
    return {
        "id": "gid://shopify/Refund/72",
        "createdAt": None,
        "processedAt": "2026-11-21T15:00:00Z",
        "refundLineItems": _page(),
        "refundShippingLines": _page(
            {"subtotalAmountSet": _bag(("4.00", "3.04")), "taxAmountSet": _bag(("0.40", "0.30"))}
        ),
        "transactions": _page(
            {"kind": "REFUND", "status": "SUCCESS", "amountSet": _bag(("10.00", "7.60"))},
            {"kind": "REFUND", "status": "FAILURE", "amountSet": _bag(("10.00", "7.60"))},
            {"kind": "SALE", "status": "SUCCESS", "amountSet": _bag(("60.33", "45.85"))},
        ),
    }


def _as_webhook() -> dict[str, Any]:
    """The same order as `_node`, as orders/updated would tell it."""
    line = line_payload(
        11,
        ("45.62", "34.67"),
        2,
        discounts=[("3.20", "2.43"), ("5.00", "3.80")],
        taxes=[("4.56", "3.47")],
        codes=AUD_IN_USD,
        current_quantity=1,
    )
    by_line = refund_payload(
        71,
        lines=[refund_line_payload(11, ("41.52", "31.56"), ("2.28", "1.74"), codes=AUD_IN_USD)],
        codes=AUD_IN_USD,
    )
    shipping = {
        "subtotal_amount_set": money_set(("4.00", "3.04"), AUD_IN_USD),
        "tax_amount_set": money_set(("0.40", "0.30"), AUD_IN_USD),
    }
    by_money = refund_payload(
        72, transactions=[transaction_payload("7.60")], refund_shipping_lines=[shipping], codes=AUD_IN_USD
    )
    return order_payload(
        lines=[line],
        total=("60.33", "45.85"),
        codes=AUD_IN_USD,
        customer=customer_payload(),
        taxes_included=True,
        financial_status="partially_refunded",
        refunds=[by_line, by_money],
        tags="gift, phone order",
        payment_gateway_names=["gift_card", "shopify_payments"],
        fulfillment_status="fulfilled",
        fulfillments=[parcel_payload(91, created_at=AT, updated_at=AT)],
        total_shipping_price_set=money_set(("10.15", "7.71"), AUD_IN_USD),
        shipping_lines=[
            {
                **both("price", ("10.15", "7.71"), AUD_IN_USD),
                "discount_allocations": [
                    {**both("amount", ("10.15", "7.71"), AUD_IN_USD), "discount_application_index": 2}
                ],
            }
        ],
        discount_applications=[
            application_payload("automatic", title="Autumn"),
            application_payload("discount_code", code="LRL-FIVE"),
            application_payload("discount_code", code="LRL-SHIP", target_type="shipping_line", value_type="percentage"),
        ],
        discount_codes=[
            {"code": "LRL-FIVE", "amount": "5.00", "type": "fixed_amount"},
            {"code": "LRL-SHIP", "amount": "10.15", "type": "shipping"},
            {"code": "NOTHING", "amount": "0.00", "type": "fixed_amount"},
        ],
    )


def test_a_node_is_the_same_fact_as_the_webhook_of_its_order(
    keys: EmailKeys, received_at: datetime, read_order: Callable[..., Order]
) -> None:
    node = _node()
    node["refunds"].append(_money_only())

    read = translate_order_node(node, keys, received_at, ONE_ORDER)

    assert read.complete is True
    assert replace(read.order, tenders=None) == read_order(_as_webhook())
    assert read.order.tenders == (
        Tender("gift_card", AmountPair(2000, 1520)),
        Tender("other", AmountPair(4033, 3065)),
    )
    assert read.order.discounts == (
        OrderDiscount("LRL-FIVE", "amount", AmountPair(500, 380)),
        OrderDiscount("LRL-SHIP", "shipping", AmountPair(1015, 771)),
        OrderDiscount("NOTHING", "amount", AmountPair(0, 0)),
    )
    assert read.order.lines[0].code_discounts == ((0, AmountPair(500, 380)),)
    assert read.order.shipping == AmountPair(1015, 771)
    assert read.fulfillments == (Fulfillment(6200360403244, 91, read.order.updated_at, read.order.updated_at),)
    assert read.order.fulfilled_at == read.order.updated_at
    assert read.order.lines[0].discount == AmountPair(shop=820, presentment=623)
    assert read.order.refunds[1].moved == ((760, "USD"),)
    assert read.order.refunds[1].shipping == AmountPair(shop=440, presentment=334)


def test_a_guests_node_has_the_key_of_its_address(keys: EmailKeys, received_at: datetime) -> None:
    node = _node() | {"customer": None, "email": "guest@example.com"}

    order = translate_order_node(node, keys, received_at, MANY_ORDERS).order

    assert (order.customer, order.guest_email_key) == (None, keys.of("guest@example.com"))


@pytest.mark.parametrize(
    "customer",
    [
        {"id": "gid://shopify/Customer/501", "verifiedEmail": False, "defaultEmailAddress": {"emailAddress": "a@b.c"}},
        {"id": "gid://shopify/Customer/501", "verifiedEmail": True, "defaultEmailAddress": None},
    ],
)
def test_a_customer_whose_address_is_unverified_or_withheld_has_no_key(
    keys: EmailKeys, received_at: datetime, customer: dict[str, Any]
) -> None:
    order = translate_order_node(_node() | {"customer": customer}, keys, received_at, MANY_ORDERS).order

    assert order.customer == Customer(501, None)


def test_what_did_not_fit_into_its_page_makes_an_order_incomplete(keys: EmailKeys, received_at: datetime) -> None:
    def complete(change: Callable[[dict[str, Any]], None], sizes: PageSizes = ONE_ORDER) -> bool:
        node = deepcopy(_node())
        node["refunds"].append(_money_only())
        change(node)
        return translate_order_node(node, keys, received_at, sizes).complete

    def cut(*way: str | int) -> Callable[[dict[str, Any]], None]:
        def change(node: Any) -> None:
            for key in way:
                node = node[key]
            node["pageInfo"]["hasNextPage"] = True

        return change

    assert complete(lambda node: None) is True
    assert complete(cut("lineItems")) is False
    assert complete(cut("refunds", 0, "refundLineItems")) is False
    assert complete(cut("refunds", 1, "transactions")) is False
    assert complete(cut("refunds", 1, "refundShippingLines")) is False
    assert complete(cut("refunds", 0, "transactions")) is True
    assert complete(lambda node: None, MANY_ORDERS) is False  # two refunds asked for, two came: there may be more


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "gid://shopify/DraftOrder/5"}, "id: is no id of an object of kind Order"),
        ({"id": "gid://shopify/Order/9223372036854775808"}, "id: is not an integer id"),
        ({"id": 5}, "id: is no id of an object of kind Order"),
        ({"updatedAt": None}, "updatedAt: is missing"),
        ({"currencyCode": "XXX"}, "currency: is not a currency code"),
        ({"totalPriceSet": None}, "totalPriceSet: is not an object"),
        ({"totalPriceSet": _bag("-1.00")}, "totalPriceSet: is negative"),
        ({"lineItems": None}, "lineItems: is not an object"),
        ({"lineItems": {"nodes": []}}, "pageInfo: is not an object"),
    ],
)
def test_a_node_that_cannot_be_taken_is_refused(
    keys: EmailKeys, received_at: datetime, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        translate_order_node(_node() | changes, keys, received_at, MANY_ORDERS)

    assert refusal.value.reason == reason

"""What the demo store tells is what it answers: one order, one set of facts, by webhook and by the Admin API."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from graphql import get_operation_ast, parse

from engine.events import AmountPair, Fulfillment, Order, OrderDiscount, Tender
from plugin.devstore.admin_execution import AdminExecutor
from plugin.devstore.admin_schema import AdminSchema
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.seed import product_by_handle
from plugin.devstore.store import Store
from plugin.payloads import EmailKeys, Translation, translate
from plugin.payloads.order_nodes import ONE_ORDER, OrderNode, translate_order_node
from plugin.shopify.admin_client import operation
from tests.support.devstore import Clock

Buy = Callable[..., Payload]
KEYS = EmailKeys(b"a key of thirty-two bytes in all")
EVERYTHING = {"orderDiscounts": True, "productDiscounts": True, "shippingDiscounts": True}


@pytest.fixture(params=["published schema", "no schema"])
def read(request: pytest.FixtureRequest, store: Store, published_schema: AdminSchema, clock: Clock) -> Any:
    """`read(order id)`: the facts of an order by its newest webhook, and by the Admin API."""
    executor = AdminExecutor(store, published_schema if request.param == "published schema" else None)
    # Two changes by a script are a second apart at least, by the order's own clock.
    received_at = clock() + timedelta(minutes=4)

    def both(order_id: int) -> tuple[Translation, OrderNode]:
        told = [one for one in store.deliveries.all(order_id) if one.topic == "orders/updated"][-1]
        document = parse(operation("orders_reconcile"))
        asked = get_operation_ast(document)
        assert asked is not None
        assert executor.problems(document) == []
        result = executor.execute(document, asked.operation, ONE_ORDER.variables(f"id:{order_id}"), None)
        assert result.errors == []
        (node,) = json.loads(json.dumps(result.data))["orders"]["nodes"]
        by_webhook = translate("orders/updated", told.body, KEYS, received_at)
        return by_webhook, translate_order_node(node, KEYS, received_at, ONE_ORDER)

    return both


def _make(store: Store, code: str, **values: Any) -> None:
    given = {"title": code, "starts_at": "2026-01-01T00:00:00Z", "combines_with": EVERYTHING}
    store.discounts.create(code, **(given | values))


def test_given_codes_of_every_class_when_an_order_is_sent_and_refunded_in_part_then_both_say_the_same(
    buy: Buy, store: Store, read: Any
) -> None:
    mug = product_by_handle("stoneware-mug")
    assert mug is not None
    _make(store, "LRL-SHIP", kind="free_shipping", value="0")
    _make(store, "LRL-TENTH", kind="percentage", value="0.1")
    _make(store, "LRL-MUG", kind="fixed_amount", value="4.00", variant_ids=[mug.variant_id])
    order = buy(
        {"stoneware-mug": 2, "harbor-blend": 1}, currency="EUR", tags=("gift", "phone"), source_name="pos",
        discount_codes=("LRL-SHIP", "LRL-TENTH", "LRL-MUG"), tax_rate=Decimal("0.08875"),
    )  # fmt: skip
    store.order_book.fulfill(order["id"])
    store.refund(order["id"], {order["line_items"][0]["id"]: 1}, shipping=True)
    store.order_book.deliver(order["id"])

    by_webhook, by_node = read(order["id"])

    fact, parcel = by_webhook.facts
    assert isinstance(fact, Order)
    assert by_node.complete
    assert fact == replace(by_node.order, tenders=fact.tenders)
    assert (parcel,) == by_node.fulfillments
    assert isinstance(parcel, Fulfillment)
    assert parcel.delivered_at == parcel.updated_at > parcel.fulfilled_at == fact.fulfilled_at
    # 6.00 of shipping; 44.00 + 18.50 less a tenth; 4.00 off two mugs: each in USD, and in EUR at 0.92.
    assert fact.discounts == (
        OrderDiscount("LRL-SHIP", "shipping", AmountPair(600, 552)),
        OrderDiscount("LRL-TENTH", "percent", AmountPair(625, 575)),
        OrderDiscount("LRL-MUG", "amount", AmountPair(400, 368)),
    )
    assert [index for line in fact.lines for index, _ in line.code_discounts] == [1, 2, 1]
    assert (fact.tags, fact.source_name, fact.shipping) == (("gift", "phone"), "pos", AmountPair(600, 552))


def test_given_a_mixed_payment_when_it_is_told_then_only_the_admin_api_knows_its_parts(
    buy: Buy, store: Store, read: Any
) -> None:
    store.gift_cards.create(Decimal(10), "USD", code="HARBORCARD10")
    order = buy({"stoneware-mug": 1}, gift_cards=("harborcard10",))

    by_webhook, by_node = read(order["id"])

    assert by_webhook.incomplete
    assert by_webhook.facts[0] == replace(by_node.order, tenders=None)
    assert by_node.order.tenders == (
        Tender("gift_card", AmountPair(1000, 1000)),
        Tender("other", AmountPair(2000, 2000)),
    )


def test_given_a_plain_order_when_it_is_told_then_both_know_all(buy: Buy, read: Any) -> None:
    order = buy({"stoneware-mug": 1})

    by_webhook, by_node = read(order["id"])

    assert not by_webhook.incomplete
    assert by_webhook.facts == (by_node.order,)
    assert by_node.order.tenders == (Tender("other", AmountPair(3000, 3000)),)
    assert by_node.order.occurred_at == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "topic", ["fulfillments/update", "customers/merge", "customers_email_marketing_consent/update"]
)
def test_given_any_news_of_the_store_when_it_is_read_then_it_is_understood(
    buy: Buy, store: Store, clock: Clock, topic: str
) -> None:
    order = buy({"stoneware-mug": 1})
    store.order_book.fulfill(order["id"])
    store.order_book.deliver(order["id"])
    store.people.consent(order["customer"]["id"], subscribed=True)
    store.merge_customers(order["customer"]["id"], 4711)

    told = [one for one in store.deliveries.all() if one.topic == topic]

    assert len(told) == 1
    assert translate(topic, told[0].body, KEYS, clock()).facts

"""What else an order tells: tags, source, how it was paid, and what was sent of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.events import AmountPair, Fulfillment, Order, Tender
from plugin.payloads import EmailKeys, Unreadable, translate
from tests.support.payloads import body_of, both, line_payload, order_payload, parcel_payload

ReadOrder = Callable[..., Order]
WHOLE = AmountPair(4500, 4500)


def test_given_tags_source_and_shipping_then_they_are_told(read_order: ReadOrder) -> None:
    order = read_order(
        order_payload(
            tags="wholesale, VIP,, wholesale ",
            source_name="pos",
            total_shipping_price_set=None,
            shipping_lines=[both("price", "6.00"), {**both("price", "4.00"), "is_removed": True}],
        )
    )

    assert order.tags == ("wholesale", "VIP")
    assert order.source_name == "pos"
    assert order.shipping == AmountPair(600, 600)


def test_given_a_line_then_its_variant_sku_and_vendor_are_told(read_order: ReadOrder) -> None:
    order = read_order(order_payload(lines=[line_payload(1), line_payload(2, variant_id=None, sku=None, vendor=None)]))

    assert [(line.variant_id, line.sku, line.vendor) for line in order.lines] == [
        (8001, "WREATH-1", "Laurel"),
        (None, "", ""),
    ]


@pytest.mark.parametrize(
    ("names", "tenders", "incomplete"),
    [
        (["shopify_payments"], (Tender("other", WHOLE),), False),
        (["bogus", "manual"], (Tender("other", WHOLE),), False),
        ([], (Tender("other", WHOLE),), False),
        (["gift_card"], (Tender("gift_card", WHOLE),), False),
        (["shopify_store_credit"], (Tender("store_credit", WHOLE),), False),
        (["gift_card", "shopify_payments"], None, True),
        (["Gift Card", "Store Credit"], None, True),
        (None, None, False),
    ],
)
def test_given_gateways_then_the_payment_is_known_unless_it_was_made_in_two_ways(
    keys: EmailKeys, received_at: datetime, names: list[str] | None, tenders: object, incomplete: bool
) -> None:
    body = body_of(order_payload(payment_gateway_names=names))

    translation = translate("orders/paid", body, keys, received_at)

    (order,) = translation.facts
    assert isinstance(order, Order)
    assert (order.tenders, translation.incomplete) == (tenders, incomplete)


def test_given_an_order_of_nothing_then_nothing_was_paid(read_order: ReadOrder) -> None:
    order = read_order(order_payload(lines=[line_payload(discounts=["45.00"])], total="0.00", payment_gateway_names=[]))

    assert order.tenders == ()


def test_given_an_order_that_waits_for_its_payment_then_it_is_not_read_again(
    keys: EmailKeys, received_at: datetime
) -> None:
    order = order_payload(financial_status="pending", payment_gateway_names=["gift_card", "manual"])

    assert translate("orders/create", body_of(order), keys, received_at).incomplete is False


def test_given_parcels_in_an_order_then_each_is_a_fact_and_the_last_one_says_when_all_was_sent(
    keys: EmailKeys, received_at: datetime
) -> None:
    parcels = [
        parcel_payload(91, created_at="2026-11-20T16:00:00Z", updated_at="2026-11-20T16:00:00Z"),
        parcel_payload(
            92, created_at="2026-11-20T17:00:00Z", updated_at="2026-11-21T09:00:00Z", shipment_status="delivered"
        ),
        parcel_payload(93, created_at="2026-11-20T18:00:00Z", updated_at="2026-11-20T18:30:00Z", status="cancelled"),
    ]
    body = body_of(order_payload(fulfillment_status="fulfilled", fulfillments=parcels))

    order, *facts = translate("orders/updated", body, keys, received_at).facts

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=UTC)

    assert isinstance(order, Order)
    assert order.fulfilled_at == at(20, 17)
    assert facts == [
        Fulfillment(6200360403244, 91, at(20, 16), at(20, 16)),
        Fulfillment(6200360403244, 92, at(21, 9), at(20, 17), delivered_at=at(21, 9)),
        Fulfillment(6200360403244, 93, at(20, 18, 30), at(20, 18), cancelled=True),
    ]


def test_given_an_order_of_which_a_part_was_sent_then_it_is_not_fulfilled(read_order: ReadOrder) -> None:
    parcels = [parcel_payload(91)]

    assert read_order(order_payload(fulfillment_status="partial", fulfillments=parcels)).fulfilled_at is None
    assert read_order(order_payload(fulfillment_status=None)).fulfilled_at is None


def test_given_the_topic_of_a_sent_order_then_it_was_sent_by_its_newest_change(read_order: ReadOrder) -> None:
    order = read_order(order_payload(), topic="orders/fulfilled")

    assert order.fulfilled_at == order.updated_at == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def test_given_a_parcel_by_itself_then_it_is_the_same_fact(keys: EmailKeys, received_at: datetime) -> None:
    body = parcel_payload(91, order_id=77, shipment_status="in_transit", email="ada@example.com")

    translation = translate("fulfillments/update", body_of(body), keys, received_at)

    sent = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert translation.facts == (Fulfillment(77, 91, sent, sent),)
    assert (translation.customer_id, translation.order_id) == (None, 77)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tags": {}}, "tags: is not a text"),
        ({"tags": ["a", 5]}, "tags: is not a text"),
        ({"tags": ",".join(str(n) for n in range(251))}, "tags: has more than 250 entries"),
        ({"source_name": 7}, "source_name: is not a text"),
        ({"payment_gateway_names": "gift_card"}, "payment_gateway_names: is not a short list"),
        ({"payment_gateway_names": [5]}, "payment_gateway_names: is not a text"),
        ({"fulfillment_status": True}, "fulfillment_status: is not a text"),
        ({"fulfillments": 5}, "fulfillments: is not a list"),
        ({"fulfillments": [parcel_payload("91")]}, "fulfillments[0].id: is not an integer id"),  # type: ignore[arg-type]
        ({"fulfillments": [parcel_payload(91, status=[])]}, "fulfillments[0].status: is not a text"),
        ({"fulfillments": [parcel_payload(n) for n in range(1, 252)]}, "fulfillments: has more than 250 entries"),
        ({"line_items": [line_payload(1, sku=5)]}, "line_items[0].sku: is not a text"),
        ({"line_items": [line_payload(1, vendor={})]}, "line_items[0].vendor: is not a text"),
        ({"line_items": [line_payload(1, variant_id="8001")]}, "line_items[0].variant_id: is not an integer id"),
        ({"total_shipping_price_set": {"shop_money": None}}, "total_shipping_price_set.shop_money: is not an object"),
    ],
)
def test_given_a_broken_detail_then_the_order_is_parked_with_the_field(
    read_order: ReadOrder, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_order(order_payload(**changes))

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"order_id": None}, "order_id: is not an integer id"),
        ({"id": 0}, "id: is not an integer id"),
        ({"created_at": "yesterday"}, "created_at: is not a time"),
        ({"shipment_status": 5}, "shipment_status: is not a text"),
        ({"admin_graphql_api_id": "gid://shopify/Order/5"}, "admin_graphql_api_id: is not of kind Fulfillment"),
    ],
)
def test_given_a_broken_parcel_then_it_is_parked_with_the_field(
    keys: EmailKeys, received_at: datetime, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        translate("fulfillments/update", body_of(parcel_payload(91, **changes)), keys, received_at)

    assert refused.value.reason == reason

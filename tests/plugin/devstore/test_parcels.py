"""Orders that are sent in parts, arrive, and are cancelled on their way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plugin.devstore.customer_payloads import Payload
from plugin.devstore.errors import StoreError
from plugin.devstore.store import Store

Buy = Callable[..., Payload]


def _topics(store: Store, order_id: int) -> list[str]:
    return [delivery.topic for delivery in store.deliveries.all(order_id)]


def test_given_an_order_when_it_is_sent_in_two_parcels_then_only_the_second_fulfills_it(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 2, "harbor-blend": 1})
    mug = order["line_items"][0]["id"]
    before = len(_topics(store, order["id"]))

    partly = store.order_book.fulfill(order["id"], {mug: 1})
    assert partly["fulfillment_status"] == "partial"
    assert [line["fulfillment_status"] for line in partly["line_items"]] == ["partial", None]
    whole = store.order_book.fulfill(order["id"])

    assert whole["fulfillment_status"] == "fulfilled"
    assert [line["fulfillable_quantity"] for line in whole["line_items"]] == [0, 0]
    assert [[line["quantity"] for line in parcel["line_items"]] for parcel in whole["fulfillments"]] == [[1], [1, 1]]
    assert [parcel["name"] for parcel in whole["fulfillments"]] == ["#1001.1", "#1001.2"]
    assert _topics(store, order["id"])[before:] == ["orders/updated", "orders/fulfilled", "orders/updated"]


def test_given_parcels_when_they_arrive_then_each_is_told_with_where_it_went(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 1})
    store.order_book.fulfill(order["id"])

    delivered = store.order_book.deliver(order["id"])

    assert [parcel["shipment_status"] for parcel in delivered["fulfillments"]] == ["delivered"]
    (told,) = (one.as_json()["body"] for one in store.deliveries.all(order["id"]) if one.topic == "fulfillments/update")
    assert told["order_id"] == order["id"]
    assert told["shipment_status"] == "delivered"
    assert told["destination"]["city"] == "Brooklyn"
    with pytest.raises(StoreError, match="on its way"):
        store.order_book.deliver(order["id"])


def test_given_refunded_units_when_the_rest_is_sent_then_they_are_not(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 2})
    store.refund(order["id"], {order["line_items"][0]["id"]: 1})

    sent = store.order_book.fulfill(order["id"])

    assert sent["fulfillments"][0]["line_items"][0]["quantity"] == 1
    with pytest.raises(StoreError, match="nothing left to send"):
        store.order_book.fulfill(order["id"])


def test_given_an_order_on_its_way_when_it_is_cancelled_then_its_parcel_is_called_back(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 1})
    store.order_book.fulfill(order["id"])

    cancelled = store.cancel(order["id"])

    assert cancelled["fulfillments"][0]["status"] == "cancelled"
    assert "fulfillments/update" in _topics(store, order["id"])
    with pytest.raises(StoreError, match="cancelled"):
        store.order_book.fulfill(order["id"])


@pytest.mark.parametrize("units", [0, 3])
def test_given_units_that_are_not_there_when_they_are_sent_then_it_is_refused(
    buy: Buy, store: Store, units: int
) -> None:
    order = buy({"stoneware-mug": 2})

    with pytest.raises(StoreError, match="2 units left to send"):
        store.order_book.fulfill(order["id"], {order["line_items"][0]["id"]: units})
    assert store.order(order["id"]) == order

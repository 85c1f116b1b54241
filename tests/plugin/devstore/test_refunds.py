"""Refunds, edits and cancellations: what is left of an order after them, to the cent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from plugin.devstore.amounts import read_pair, total
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.errors import NotThereError, StoreError
from plugin.devstore.store import Store

Buy = Callable[..., Payload]


def _topics(store: Store, order: Payload) -> list[str]:
    return sorted(delivery.topic for delivery in store.deliveries.all(order["id"]))


def test_refunding_unit_by_unit_gives_back_the_whole_line(buy: Buy, store: Store) -> None:
    order = buy({"linen-napkins": 3}, discount_codes=("TENOFF",), tax_rate=Decimal("0.08875"), currency="EUR")
    line = order["line_items"][0]

    refunds = [store.refund(order["id"], {line["id"]: 1}) for _ in range(3)]

    given_back = total([read_pair(one["subtotal_set"]) for refund in refunds for one in refund["refund_line_items"]])
    taxes = total([read_pair(one["total_tax_set"]) for refund in refunds for one in refund["refund_line_items"]])
    assert given_back == read_pair(order["subtotal_price_set"])
    assert taxes == read_pair(order["total_tax_set"])
    after = store.order(order["id"])
    assert after is not None
    assert (after["current_subtotal_price"], after["current_total_tax"]) == ("0.00", "0.00")
    assert after["current_total_price"] == after["total_shipping_price_set"]["shop_money"]["amount"]
    assert after["line_items"][0]["current_quantity"] == 0
    assert after["line_items"][0]["quantity"] == 3


def test_a_refund_has_the_numbers_and_sets_that_shopify_sends(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 2}, currency="JPY")

    refund = store.refund(order["id"], {order["line_items"][0]["id"]: 1}, shipping=True)

    (line,) = refund["refund_line_items"]
    assert (line["subtotal"], line["total_tax"], line["quantity"]) == (24.0, 0.0, 1)
    assert line["subtotal_set"]["presentment_money"] == {"amount": "3636", "currency_code": "JPY"}
    assert refund["refund_shipping_lines"][0]["subtotal_amount_set"]["shop_money"]["amount"] == "6.00"
    assert [(one["kind"], one["status"], one["amount"], one["currency"]) for one in refund["transactions"]] == [
        ("refund", "success", "4545", "JPY")
    ]
    assert refund["order_adjustments"] == []
    assert "customer" not in refund
    assert _topics(store, order) == [
        "orders/create",
        "orders/paid",
        "orders/updated",
        "orders/updated",
        "refunds/create",
    ]


def test_a_sum_alone_is_refunded_without_lines_and_adjusts_the_order(buy: Buy, store: Store) -> None:
    order = buy({"wool-throw": 1})

    refund = store.refund(order["id"], {}, amount_only="9.00")

    assert refund["refund_line_items"] == []
    assert [(one["kind"], one["amount"]) for one in refund["order_adjustments"]] == [("refund_discrepancy", "-9.00")]
    after = store.order(order["id"])
    assert after is not None
    assert (after["current_total_price"], after["financial_status"]) == ("120.00", "partially_refunded")


def test_a_cancellation_refunds_what_is_left_and_tells_three_topics(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 2})
    store.refund(order["id"], {order["line_items"][0]["id"]: 1})

    cancelled = store.cancel(order["id"])

    assert (cancelled["cancel_reason"], cancelled["financial_status"]) == ("customer", "refunded")
    assert cancelled["cancelled_at"] is not None
    assert [len(refund["refund_line_items"]) for refund in cancelled["refunds"]] == [1, 1]
    assert cancelled["current_total_price"] == "0.00"
    assert _topics(store, order)[0] == "orders/cancelled"
    assert _topics(store, order).count("refunds/create") == 2
    with pytest.raises(StoreError, match="cancelled already"):
        store.cancel(order["id"])


def test_a_cancellation_after_a_sum_was_refunded_pays_back_the_rest(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 1})
    store.refund(order["id"], {}, amount_only="5.00")

    cancelled = store.cancel(order["id"])

    assert [refund["transactions"][0]["amount"] for refund in cancelled["refunds"]] == ["5.00", "25.00"]
    assert [refund["order_adjustments"][0]["amount"] for refund in cancelled["refunds"]] == ["-5.00", "5.00"]
    assert (cancelled["current_total_price"], cancelled["financial_status"]) == ("0.00", "refunded")


def test_a_pending_order_is_voided_by_its_cancellation(buy: Buy, store: Store) -> None:
    cancelled = store.cancel(buy({"stoneware-mug": 1}, paid=False)["id"])

    assert cancelled["financial_status"] == "voided"
    assert cancelled["refunds"] == []


def test_an_edit_removes_units_and_their_part_of_the_discount(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 4}, discount_codes=("TENOFF",))
    line_id = order["line_items"][0]["id"]

    edited = store.edit_order(order["id"], {line_id: 1})

    line = edited["line_items"][0]
    assert (line["quantity"], line["current_quantity"]) == (4, 3)
    assert line["discount_allocations"][0]["amount"] == "7.50"
    assert edited["current_subtotal_price"] == "64.50"
    assert edited["subtotal_price"] == "86.00"
    (told,) = [one for one in store.deliveries.all(order["id"]) if one.topic == "orders/edited"]
    assert told.as_json()["body"]["order_edit"]["line_items"]["removals"] == [{"id": line_id, "delta": 1}]


def test_every_change_of_an_order_has_a_later_time_than_the_one_before(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 3})
    line_id = order["line_items"][0]["id"]
    store.refund(order["id"], {line_id: 1})
    store.edit_order(order["id"], {line_id: 1})
    store.cancel(order["id"])

    told = [one.as_json()["body"] for one in store.deliveries.all(order["id"]) if one.topic == "orders/updated"]
    times = [body["updated_at"] for body in told]
    assert times == sorted(set(times))
    assert len(times) == 4


@pytest.mark.parametrize(
    ("quantities", "amount", "error"),
    [({}, None, "nothing to refund"), ({}, "abc", "no amount"), ({}, "-1", "more than nothing"), ({}, "99", "paid")],
)
def test_a_refund_that_cannot_be_changes_nothing(
    buy: Buy, store: Store, quantities: dict[int, int], amount: str | None, error: str
) -> None:
    order = buy({"stoneware-mug": 1})

    with pytest.raises(StoreError, match=error):
        store.refund(order["id"], quantities, amount_only=amount)

    assert store.order(order["id"]) == order
    assert "refunds/create" not in _topics(store, order)


def test_no_more_units_than_there_are_can_be_refunded(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 1})
    line_id = order["line_items"][0]["id"]

    with pytest.raises(StoreError, match="1 units left"):
        store.refund(order["id"], {line_id: 2})
    with pytest.raises(NotThereError):
        store.refund(order["id"], {1: 1})
    with pytest.raises(NotThereError):
        store.refund(1, {})

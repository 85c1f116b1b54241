"""Signed bodies that are wrong: each is parked whole, with a reason that names the field and quotes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from engine.events import Order
from plugin.payloads import EmailKeys, Unreadable, translate
from tests.support.payloads import body_of, customer_payload, line_payload, money_set, order_payload
from tests.support.refund_payloads import refund_line_payload, refund_payload

ReadOrder = Callable[..., Order]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"id": "\xff"}', "body: is not UTF-8"),
        ('{"id": 1}'.encode("utf-16"), "body: is not UTF-8"),
        ("\ufeff{}".encode(), "body: is not JSON"),
        (b"", "body: is not JSON"),
        (b'{"id": 1', "body: is not JSON"),
        (b"\x00" * 10, "body: is not JSON"),
        (b"[]", "body: is not an object"),
        (b"null", "body: is not an object"),
        (b"5", "body: is not an object"),
        (b"[" * 100_000 + b"]" * 100_000, "body: is nested too deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "body: is nested too deep"),
        (b'{"a": NaN}', "body: holds NaN or Infinity"),
        (b'{"a": -Infinity}', "body: holds NaN or Infinity"),
        (b'{"a": 1e400}', "body: holds a number out of range"),
        (b'{"a": -1.5E+309}', "body: holds a number out of range"),
        (b'{"a": 1e99999999999999999999}', "body: holds a number that is too long"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "body: holds a number that is too long"),
    ],
)
def test_bytes_that_are_no_payload_are_parked(keys: EmailKeys, received_at: datetime, body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        translate("orders/paid", body, keys, received_at)

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "order_id", ["6200360403244", "1-fake", 1.0, 1e3, True, None, 0, -5, 2**63, 2**63 + 1, [1], {}]
)
def test_an_order_id_is_an_integer_or_parked(read_order: ReadOrder, order_id: object) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_order(order_payload() | {"id": order_id})

    assert refusal.value.reason == "id: is not an integer id"


def test_the_largest_id_is_read_exactly(read_order: ReadOrder) -> None:
    assert read_order(order_payload(2**63 - 1)).order_id == 9223372036854775807


@pytest.mark.parametrize(
    ("total", "reason"),
    [
        (None, "total_price: is missing"),
        ("", "total_price: is not a decimal number"),
        ("abc", "total_price: is not a decimal number"),
        ("-100.00", "total_price: is negative"),
        (Decimal("-0.01"), "total_price: is negative"),
        ("NaN", "total_price: is not a decimal number"),
        ("Infinity", "total_price: is not a decimal number"),
        ("1e400", "total_price: is not a decimal number"),
        ("1e2", "total_price: is not a decimal number"),
        ("1_000.00", "total_price: is not a decimal number"),
        ("1,000.00", "total_price: is not a decimal number"),
        (" 10.00", "total_price: is not a decimal number"),
        ("10.00\n", "total_price: is not a decimal number"),
        ("１０.00", "total_price: is not a decimal number"),
        ("9" * 10_000, "total_price: is not a decimal number"),
        (10**30, "total_price: is not a decimal number"),
        (Decimal("1E+30"), "total_price: is not a decimal number"),
        (True, "total_price: is not a decimal number"),
        ([], "total_price: is not a decimal number"),
        ({"amount": "1.00"}, "total_price: is not a decimal number"),
    ],
)
@pytest.mark.parametrize("with_set", [True, False])
def test_a_total_that_is_no_amount_is_parked_with_or_without_its_set(
    read_order: ReadOrder, total: object, reason: str, with_set: bool
) -> None:
    payload = order_payload() | {"total_price": total}
    if not with_set:
        payload["total_price_set"] = None

    with pytest.raises(Unreadable) as refusal:
        read_order(payload, "orders/paid")

    assert refusal.value.reason == reason


@pytest.mark.parametrize("quantity", [-1, 0, 2**31, 2**63, "1", 1.0, True, None])
def test_a_quantity_that_nobody_can_buy_is_parked(read_order: ReadOrder, quantity: object) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_order(order_payload(lines=[line_payload() | {"quantity": quantity}]))

    assert refusal.value.reason == "line_items[0].quantity: is not a whole number from 1 to 2147483647"


def _line(**changes: object) -> dict[str, object]:
    return {"line_items": [line_payload(1), line_payload(2, quantity=2) | changes]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"line_items": None}, "line_items: is missing"),
        ({"line_items": {}}, "line_items: is not a list"),
        ({"line_items": [7]}, "line_items[0]: is not an object"),
        ({"line_items": [line_payload(1), line_payload(1)]}, "line_items: has one id twice"),
        (_line(id="2"), "line_items[1].id: is not an integer id"),
        (_line(current_quantity=3), "line_items[1].current_quantity: is not a whole number from 0 to 2"),
        (_line(current_quantity=-1), "line_items[1].current_quantity: is not a whole number from 0 to 2"),
        (_line(price="-1.00"), "line_items[1].price: is negative"),
        (_line(price=""), "line_items[1].price: is not a decimal number"),
        (_line(price=None, price_set=None), "line_items[1].price: is not a decimal number"),
        (_line(price_set=money_set("-1.00")), "line_items[1].price_set: is negative"),
        (_line(price_set=money_set("1.005")),
         "line_items[1].price_set.shop_money.amount: has more decimals than its currency"),
        (_line(price_set=money_set("10000000000000.01")),
         "line_items[1].price_set.shop_money.amount: is too large"),
        (_line(price_set=money_set("1.00", ("USD", "EUR"))),
         "line_items[1].price_set.presentment_money.currency_code: is not the order's"),
        (_line(price_set=money_set("1.00", ("ZZZ", "USD"))),
         "line_items[1].price_set.shop_money.currency_code: is not the order's"),
        (_line(price_set={"shop_money": None}), "line_items[1].price_set.shop_money: is not an object"),
        (_line(price_set="1.00"), "line_items[1].price_set: is not an object"),
        (_line(discount_allocations=[{"amount": "-1.00"}]),
         "line_items[1].discount_allocations.amount: is negative"),
        (_line(discount_allocations=[[]]), "line_items[1].discount_allocations[0]: is not an object"),
        (_line(tax_lines=[{"price": "x"}]), "line_items[1].tax_lines.price: is not a decimal number"),
        (_line(gift_card="no"), "line_items[1].gift_card: is not true or false"),
        (_line(product_id="5"), "line_items[1].product_id: is not an integer id"),
        ({"line_items": [line_payload(price="9999999999999.00", quantity=2**31 - 1)]},
         "line_items: is too large in all"),
        ({"line_items": [line_payload(n, price="9999999999999.00") for n in range(1, 4)]},
         "line_items: is too large in all"),
        ({"currency": None}, "currency: is not a currency code"),
        ({"currency": "ZZZ"}, "currency: is not a currency code"),
        ({"currency": "XXX"}, "currency: is not a currency code"),
        ({"currency": "usd"}, "currency: is not a currency code"),
        ({"currency": ["USD"]}, "currency: is not a currency code"),
        ({"presentment_currency": "BTC"}, "presentment_currency: is not a currency code"),
        ({"presentment_currency": {}}, "presentment_currency: is not a currency code"),
        ({"presentment_currency": "EUR"},
         "total_price_set.presentment_money.currency_code: is not the order's"),
        ({"presentment_currency": "EUR", "total_price_set": None},
         "total_price_set: is missing, and total_price is in shop currency only"),
        ({"updated_at": None, "processed_at": None, "created_at": None},
         "updated_at: is missing, and no other time tells when the order was placed"),
        ({"updated_at": "2026-11-20T10:00:00"}, "updated_at: is a time without an offset"),
        ({"updated_at": "2026-02-30T10:00:00Z"}, "updated_at: is not a time"),
        ({"processed_at": 1700000000}, "processed_at: is not a time"),
        ({"cancelled_at": True}, "cancelled_at: is not a time"),
        ({"taxes_included": "false"}, "taxes_included: is not true or false"),
        ({"test": 1}, "test: is not true or false"),
        ({"financial_status": 1}, "financial_status: is not a text"),
        ({"name": 1001}, "name: is not a text"),
        ({"customer": []}, "customer: is not an object"),
        ({"customer": {}}, "customer.id: is not an integer id"),
        ({"customer": customer_payload() | {"id": "501"}}, "customer.id: is not an integer id"),
        ({"refunds": [refund_payload() | {"id": None}]}, "refunds[0].id: is not an integer id"),
        ({"refunds": 1}, "refunds: is not a list"),
    ],
)  # fmt: skip
def test_an_order_that_fails_its_schema_is_parked(
    read_order: ReadOrder, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_order(order_payload() | changes, "orders/paid")

    assert refusal.value.reason == reason


_KINDS = {
    "order": order_payload(),
    "refund": refund_payload(lines=[refund_line_payload(11)]),
    "customer": customer_payload(),
    "edit": {"order_edit": {"id": 1, "order_id": 2, "committed_at": None, "line_items": {"removals": []}}},
}
_TOPICS = {
    "orders/create": "order", "orders/paid": "order", "orders/updated": "order", "orders/cancelled": "order",
    "orders/edited": "edit", "refunds/create": "refund", "customers/create": "customer",
    "customers/update": "customer", "customers/delete": "customer",
}  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "kind"), [(topic, kind) for topic, own in _TOPICS.items() for kind in _KINDS if kind != own]
)
@pytest.mark.parametrize("with_gid", [True, False])
def test_a_body_of_another_kind_than_its_topic_is_parked(
    keys: EmailKeys, received_at: datetime, topic: str, kind: str, with_gid: bool
) -> None:
    payload = dict(_KINDS[kind])
    if not with_gid:
        payload.pop("admin_graphql_api_id", None)

    with pytest.raises(Unreadable):
        translate(topic, body_of(payload), keys, received_at)


@pytest.mark.parametrize(("topic", "kind"), _TOPICS.items())
def test_a_body_of_its_topics_kind_is_read(keys: EmailKeys, received_at: datetime, topic: str, kind: str) -> None:
    assert len(translate(topic, body_of(_KINDS[kind]), keys, received_at).facts) == 1


def test_what_does_not_count_may_be_anything(read_order: ReadOrder) -> None:
    payload = order_payload(
        total_tip_received="-1", shipping_address="?", note={"a": [None]}, tax_lines=5, total_tax="NaN", gateway=3
    )

    assert read_order(payload) == read_order(order_payload())


def test_amounts_of_nothing_below_zero_are_nothing(read_order: ReadOrder) -> None:
    assert read_order(order_payload(total="-0.00")).total.shop == 0

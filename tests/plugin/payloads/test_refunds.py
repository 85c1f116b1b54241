"""Refunds as facts: by their lines, or by the money that moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.events import AmountPair, Order, Refund, RefundLine
from plugin.payloads import EmailKeys, Translation, Unreadable, translate
from tests.support.payloads import body_of, both, line_payload, money_set, order_payload
from tests.support.refund_payloads import refund_line_payload, refund_payload, transaction_payload

ReadRefund = Callable[..., Refund]
AUD_IN_USD = ("AUD", "USD")


def test_a_refund_by_lines_is_worth_what_its_sets_say(keys: EmailKeys, received_at: datetime) -> None:
    line = refund_line_payload(11, ("45.62", "34.67"), ("4.56", "3.47"), codes=AUD_IN_USD)
    payload = refund_payload(71, lines=[line], transactions=[transaction_payload("38.14")], codes=AUD_IN_USD)

    translation = translate("refunds/create", body_of(payload), keys, received_at)

    assert translation == Translation(
        facts=(
            Refund(
                refund_id=71,
                order_id=6200360403244,
                created_at=datetime(2026, 11, 21, 15, 0, tzinfo=UTC),
                lines=(
                    RefundLine(
                        line_id=11,
                        quantity=1,
                        subtotal=AmountPair(shop=4562, presentment=3467),
                        tax=AmountPair(shop=456, presentment=347),
                        gift_card=False,
                    ),
                ),
                currency="AUD",
                presentment_currency="USD",
            ),
        ),
        customer_id=None,
        order_id=6200360403244,
    )


def test_the_same_refund_is_the_same_fact_from_its_order(read_refund: ReadRefund, keys: EmailKeys) -> None:
    payload = refund_payload(71, lines=[refund_line_payload(11, "20.00")])

    (order,) = translate(
        "orders/updated", body_of(order_payload(refunds=[payload])), keys, datetime(2026, 11, 22, 12, tzinfo=UTC)
    ).facts

    assert isinstance(order, Order)
    assert order.refunds == (read_refund(payload),)


def test_numbers_stand_in_for_missing_sets_when_one_currency_is_known(read_refund: ReadRefund) -> None:
    line = refund_line_payload(11) | {"subtotal": Decimal("195.66"), "total_tax": 3}
    del line["subtotal_set"], line["total_tax_set"], line["line_item"]

    refund = read_refund(refund_payload(lines=[line]))

    assert refund.lines == (
        RefundLine(line_id=11, quantity=1, subtotal=AmountPair(19566, 19566), tax=AmountPair(300, 300), gift_card=None),
    )


def test_a_number_beside_its_set_is_not_read(read_refund: ReadRefund) -> None:
    line = refund_line_payload(11, "0.30") | {"subtotal": Decimal("0.30000000000000004")}

    assert read_refund(refund_payload(lines=[line])).lines[0].subtotal == AmountPair(30, 30)


def test_a_gift_card_that_comes_back_is_marked(read_refund: ReadRefund) -> None:
    line = refund_line_payload(11, line=line_payload(11, gift_card=True))

    assert read_refund(refund_payload(lines=[line])).lines[0].gift_card is True


def test_a_refund_of_money_alone_counts_what_moved_and_its_shipping_once(read_refund: ReadRefund) -> None:
    shipping_line = {"id": 5, "subtotal_amount_set": money_set("5.00"), "tax_amount_set": money_set("0.50")}
    adjustments = [
        {"kind": "refund_discrepancy", **both("amount", "15.00"), **both("tax_amount", "0.00")},
        {"kind": "shipping_refund", **both("amount", "-5.00"), **both("tax_amount", "-0.50")},
    ]
    transactions = [
        transaction_payload("15.00"),
        transaction_payload("5.50", status="pending"),
        transaction_payload("99.00", status="failure"),
        transaction_payload("98.00", kind="void"),
    ]

    refund = read_refund(
        refund_payload(transactions=transactions, refund_shipping_lines=[shipping_line], order_adjustments=adjustments)
    )

    assert refund.lines == ()
    assert refund.moved == ((1500, "USD"), (550, "USD"))
    assert refund.shipping == AmountPair(550, 550)


def test_before_2024_10_refunded_shipping_is_an_adjustment_below_zero(read_refund: ReadRefund) -> None:
    adjustments = [
        {"kind": "shipping_refund", **both("amount", ("-60.93", "-0.90"), AUD_IN_USD)},
        {"kind": "refund_discrepancy", **both("amount", ("10.00", "7.00"), AUD_IN_USD)},
    ]

    refund = read_refund(
        refund_payload(transactions=[transaction_payload("10.90")], order_adjustments=adjustments, codes=AUD_IN_USD)
    )

    assert refund.shipping == AmountPair(shop=6093, presentment=90)
    assert (refund.currency, refund.presentment_currency) == ("AUD", "USD")
    assert refund.moved == ((1090, "USD"),)


def test_money_that_moved_is_told_once_in_the_shoppers_currency(read_refund: ReadRefund) -> None:
    both_known = transaction_payload("11.40") | {"amount_set": money_set(("15.00", "11.40"), AUD_IN_USD)}

    assert read_refund(refund_payload(transactions=[both_known], codes=AUD_IN_USD)).moved == ((1140, "USD"),)


def test_a_payment_without_a_currency_is_in_the_orders_only_one(read_refund: ReadRefund) -> None:
    payment = transaction_payload("7.25", currency=None)

    assert read_refund(refund_payload(transactions=[payment])).moved == ((725, "USD"),)
    with pytest.raises(Unreadable) as refusal:
        read_refund(refund_payload(transactions=[payment], codes=AUD_IN_USD))
    assert refusal.value.reason == "transactions[0].currency: is not a currency code"


def test_a_payment_alone_claims_nothing_about_the_orders_currencies(read_refund: ReadRefund) -> None:
    payload = refund_payload(transactions=[transaction_payload("7.25", "EUR")])
    del payload["total_duties_set"]

    refund = read_refund(payload)

    assert refund.moved == ((725, "EUR"),)
    assert (refund.currency, refund.presentment_currency) == (None, None)


def test_a_refund_that_moved_nothing_counts_nothing(read_refund: ReadRefund) -> None:
    refund = read_refund(refund_payload())

    assert (refund.lines, refund.moved, refund.shipping) == ((), (), AmountPair(0, 0))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"subtotal": -1}, "refund_line_items[0].subtotal: is negative"),
        ({"subtotal_set": money_set("-45.00")}, "refund_line_items[0].subtotal_set: is negative"),
        (
            {"subtotal_set": money_set("45.00", ("USD", "EUR"))},
            "refund_line_items[0].total_tax_set.presentment_money.currency_code: is not the order's",
        ),
        ({"quantity": -1}, "refund_line_items[0].quantity: is not a whole number from 0 to 2147483647"),
        ({"line_item_id": "11"}, "refund_line_items[0].line_item_id: is not an integer id"),
        ({"line_item": []}, "refund_line_items[0].line_item: is not an object"),
    ],
)
def test_a_refund_line_that_cannot_be_taken_parks_the_refund(
    read_refund: ReadRefund, line: dict[str, object], reason: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_refund(refund_payload(lines=[refund_line_payload(11) | line]))

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "71"}, "id: is not an integer id"),
        ({"order_id": None}, "order_id: is not an integer id"),
        ({"transactions": [transaction_payload("-1.00")]}, "transactions[0].amount: is negative"),
        ({"transactions": [transaction_payload("1e400")]}, "transactions[0].amount: is not a decimal number"),
        ({"transactions": [transaction_payload(currency="XXX")]}, "transactions[0].currency: is not a currency code"),
        ({"transactions": {}}, "transactions: is not a list"),
        ({"created_at": "yesterday"}, "created_at: is not a time"),
        ({"refund_line_items": 5}, "refund_line_items: is not a list"),
    ],
)
def test_a_refund_that_fails_its_schema_is_parked(
    read_refund: ReadRefund, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_refund(refund_payload() | changes)

    assert refusal.value.reason == reason


def test_lines_in_no_known_currency_are_parked(read_refund: ReadRefund) -> None:
    line = refund_line_payload(11) | {"subtotal_set": None, "total_tax_set": None}

    with pytest.raises(Unreadable) as refusal:
        read_refund(refund_payload(lines=[line], total_duties_set=None))

    assert refusal.value.reason == "refund_line_items: name no currency"


def test_a_refund_in_other_currencies_than_its_order_parks_the_order(keys: EmailKeys, received_at: datetime) -> None:
    refund = refund_payload(lines=[refund_line_payload(11, codes=AUD_IN_USD)], codes=AUD_IN_USD)

    with pytest.raises(Unreadable) as refusal:
        translate("orders/updated", body_of(order_payload(refunds=[refund])), keys, received_at)

    assert refusal.value.reason == (
        "refunds[0].refund_line_items[0].subtotal_set.shop_money.currency_code: is not the order's"
    )

"""Orders as facts, with every amount worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.events import AmountPair, Customer, Order, OrderLine, Tender
from plugin.payloads import EmailKeys, Translation, translate
from tests.support.payloads import body_of, customer_payload, line_payload, order_payload
from tests.support.refund_payloads import refund_line_payload, refund_payload

ReadOrder = Callable[..., Order]
AUD_IN_USD = ("AUD", "USD")


def test_a_paid_order_becomes_one_fact_with_the_ids_it_is_about(keys: EmailKeys, received_at: datetime) -> None:
    translation = translate("orders/paid", body_of(order_payload()), keys, received_at)

    assert translation == Translation(
        facts=(
            Order(
                order_id=6200360403244,
                name="#1001",
                updated_at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
                occurred_at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
                currency="USD",
                presentment_currency="USD",
                taxes_included=False,
                test=False,
                paid=True,
                cancelled=False,
                total=AmountPair(4500, 4500),
                lines=(
                    OrderLine(
                        line_id=11,
                        quantity=1,
                        current_quantity=1,
                        unit_price=AmountPair(4500, 4500),
                        discount=AmountPair(0, 0),
                        tax=AmountPair(0, 0),
                        gift_card=False,
                        product_id=9011,
                        variant_id=8011,
                        sku="WREATH-11",
                        vendor="Laurel",
                    ),
                ),
                customer=Customer(customer_id=501, email_key=keys.of("ada@example.com")),
                source_name="web",
                tenders=(Tender("other", AmountPair(4500, 4500)),),
            ),
        ),
        customer_id=501,
        order_id=6200360403244,
    )


def test_a_shopper_who_paid_in_another_currency_has_both_amounts(read_order: ReadOrder) -> None:
    line = line_payload(price=("45.62", "34.67"), taxes=[("4.56", "3.47")], codes=AUD_IN_USD)

    order = read_order(order_payload(lines=[line], total=("60.33", "45.85"), codes=AUD_IN_USD))

    assert (order.currency, order.presentment_currency) == ("AUD", "USD")
    assert order.total == AmountPair(shop=6033, presentment=4585)
    assert order.lines[0].unit_price == AmountPair(shop=4562, presentment=3467)
    assert order.lines[0].tax == AmountPair(shop=456, presentment=347)


def test_stacked_uneven_discounts_are_summed_as_sent_and_total_discount_is_not_read(read_order: ReadOrder) -> None:
    lines = [
        line_payload(1, "99.00", discounts=["3.20", "5.00"]),
        line_payload(2, "100.00", discounts=["3.40"]),
        line_payload(3, "100.00", discounts=["3.40"]),
    ]

    order = read_order(order_payload(lines=lines, total="304.00"))

    assert [line.discount.shop for line in order.lines] == [820, 340, 340]
    assert sum(line.unit_price.shop - line.discount.shop for line in order.lines) == 28400


def test_included_taxes_are_given_beside_the_price(read_order: ReadOrder) -> None:
    line = line_payload(price="12.00", quantity=2, taxes=["1.50", "2.50"])

    order = read_order(order_payload(lines=[line], total="24.00", taxes_included=True))

    assert order.taxes_included is True
    assert (order.lines[0].quantity, order.lines[0].unit_price.shop, order.lines[0].tax.shop) == (2, 1200, 400)


def test_a_currency_without_decimals_counts_whole_units(read_order: ReadOrder) -> None:
    lines = [line_payload(number, "5900", codes=("JPY", "JPY")) for number in range(1, 5)]

    order = read_order(order_payload(lines=lines, total="23600", codes=("JPY", "JPY")))

    assert order.total == AmountPair(23600, 23600)
    assert [line.unit_price.shop for line in order.lines] == [5900, 5900, 5900, 5900]


def test_a_currency_with_three_decimals_counts_thousandths(read_order: ReadOrder) -> None:
    order = read_order(order_payload(total="1.250", codes=("KWD", "KWD")))

    assert order.lines[0].unit_price == AmountPair(1250, 1250)


def test_json_numbers_are_read_by_their_digits(read_order: ReadOrder) -> None:
    line = line_payload(price="19.99") | {"price": Decimal("19.99"), "price_set": None}

    order = read_order(order_payload(lines=[line]) | {"total_price": Decimal("19.99"), "total_price_set": None})

    assert order.total == AmountPair(1999, 1999)
    assert order.lines[0].unit_price == AmountPair(1999, 1999)


def test_gift_cards_are_marked(read_order: ReadOrder) -> None:
    order = read_order(order_payload(lines=[line_payload(1, gift_card=True), line_payload(2)]))

    assert [line.gift_card for line in order.lines] == [True, False]


def test_an_old_api_version_has_no_current_quantity(read_order: ReadOrder) -> None:
    line = line_payload(quantity=3)
    del line["current_quantity"]

    order = read_order(order_payload(lines=[line]))

    assert (order.lines[0].quantity, order.lines[0].current_quantity) == (3, None)


def test_an_edited_line_keeps_both_quantities(read_order: ReadOrder) -> None:
    order = read_order(order_payload(lines=[line_payload(quantity=3, current_quantity=0)]))

    assert (order.lines[0].quantity, order.lines[0].current_quantity) == (3, 0)


@pytest.mark.parametrize("absent", [True, False])
def test_a_guest_has_no_customer_but_a_key_of_the_address(read_order: ReadOrder, keys: EmailKeys, absent: bool) -> None:
    payload = order_payload(guest=True)
    if absent:
        del payload["customer"]

    order = read_order(payload)

    assert order.customer is None
    assert order.guest_email_key == keys.of("guest@example.com")


def test_a_draft_order_without_customer_or_address_is_nobodys(keys: EmailKeys, received_at: datetime) -> None:
    payload = order_payload(guest=True, email="", contact_email=None, source_name="shopify_draft_order")

    translation = translate("orders/paid", body_of(payload), keys, received_at)

    assert translation.customer_id is None
    assert isinstance(translation.facts[0], Order)
    assert translation.facts[0].guest_email_key is None


def test_an_unverified_address_of_a_customer_gives_no_key(read_order: ReadOrder) -> None:
    order = read_order(order_payload(customer=customer_payload(verified_email=False)))

    assert order.customer == Customer(customer_id=501, email_key=None)
    assert order.guest_email_key is None


def test_a_test_order_says_so(read_order: ReadOrder) -> None:
    assert read_order(order_payload(test=True)).test is True


@pytest.mark.parametrize(
    ("topic", "status", "paid"),
    [
        ("orders/create", "pending", False),
        ("orders/create", "authorized", False),
        ("orders/updated", "partially_paid", False),
        ("orders/updated", "voided", False),
        ("orders/updated", None, False),
        ("orders/create", "paid", True),
        ("orders/updated", "partially_refunded", True),
        ("orders/cancelled", "refunded", True),
        ("orders/paid", "pending", True),
    ],
)
def test_an_order_is_paid_by_its_topic_or_its_status(
    read_order: ReadOrder, topic: str, status: str | None, paid: bool
) -> None:
    assert read_order(order_payload(financial_status=status), topic).paid is paid


def test_a_cancelled_order_says_so(read_order: ReadOrder) -> None:
    order = read_order(order_payload(cancelled_at="2026-11-21T08:00:00Z"), "orders/cancelled")

    assert order.cancelled is True


def test_it_happened_when_it_was_processed_else_when_it_was_created(read_order: ReadOrder) -> None:
    times = {"created_at": "2026-11-20T08:00:00Z", "updated_at": "2026-11-20T12:00:00Z"}

    processed = read_order(order_payload() | times | {"processed_at": "2026-11-20T09:30:00+01:00"})
    created = read_order(order_payload() | times | {"processed_at": None})

    assert processed.occurred_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert created.occurred_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert created.updated_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("9999-12-31T23:59:59-14:00", datetime(2026, 11, 22, 12, 0, tzinfo=UTC)),
        ("2026-11-23T12:00:00Z", datetime(2026, 11, 22, 12, 0, tzinfo=UTC)),
        ("2026-11-22T12:04:00Z", datetime(2026, 11, 22, 12, 4, tzinfo=UTC)),
        ("1970-01-01T00:00:00+14:00", datetime(1970, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_no_time_of_a_payload_lies_in_the_future_or_before_1970(
    read_order: ReadOrder, sent: str, taken: datetime
) -> None:
    order = read_order(order_payload(processed_at=sent, created_at=sent, updated_at=sent))

    assert (order.occurred_at, order.updated_at) == (taken, taken)


def test_an_order_carries_its_refunds_each_once(read_order: ReadOrder) -> None:
    first = refund_payload(71, order_id=1, lines=[refund_line_payload(11, "20.00")])
    second = refund_payload(72, lines=[refund_line_payload(11, "25.00")])

    order = read_order(order_payload(refunds=[first, first, second]))

    assert [refund.refund_id for refund in order.refunds] == [71, 72]
    assert [refund.order_id for refund in order.refunds] == [6200360403244, 6200360403244]
    assert [refund.lines[0].subtotal.shop for refund in order.refunds] == [2000, 2500]


def test_a_nameless_order_is_named_by_its_id_and_a_strange_name_can_be_stored(read_order: ReadOrder) -> None:
    assert read_order(order_payload(name=None)).name == "#6200360403244"
    assert read_order(order_payload(name="#1\x00\ud800é")).name == "#1\ufffd\ufffdé"
    assert read_order(order_payload(name="x" * 5000)).name == "x" * 100

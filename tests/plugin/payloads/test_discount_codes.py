"""Discount codes of an order: what each took off, exactly as the parts were sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.events import AmountPair, Order, OrderDiscount
from plugin.payloads import Unreadable
from tests.support.payloads import Amount, Codes, application_payload, both, line_payload, money_set, order_payload

ReadOrder = Callable[..., Order]
AUD_IN_USD: Codes = ("AUD", "USD")


def _part(index: int, amount: Amount, codes: Codes = ("USD", "USD")) -> dict[str, Any]:
    return {**both("amount", amount, codes), "discount_application_index": index}


def _code(code: str, **changes: Any) -> dict[str, Any]:
    return application_payload("discount_code", code=code, **changes)


def test_given_a_code_over_uneven_lines_then_its_parts_are_summed_and_each_line_names_its_own(
    read_order: ReadOrder,
) -> None:
    order = read_order(
        order_payload(
            lines=[
                line_payload(1, "99.00", discount_allocations=[_part(0, "3.20"), _part(1, "5.00")]),
                line_payload(2, "100.00", discount_allocations=[_part(0, "3.40")]),
                line_payload(3, "100.00", discount_allocations=[_part(0, "3.40")]),
            ],
            total="284.00",
            discount_applications=[_code("LRL-TEN"), application_payload("automatic", title="Autumn")],
            discount_codes=[{"code": "LRL-TEN", "amount": "10.00", "type": "fixed_amount"}],
        )
    )

    assert order.discounts == (OrderDiscount("LRL-TEN", "amount", AmountPair(1000, 1000)),)
    assert [line.code_discounts for line in order.lines] == [
        ((0, AmountPair(320, 320)),),
        ((0, AmountPair(340, 340)),),
        ((0, AmountPair(340, 340)),),
    ]
    assert [line.discount.shop for line in order.lines] == [820, 340, 340]


def test_given_two_codes_and_free_shipping_in_two_currencies_then_each_has_both_amounts(read_order: ReadOrder) -> None:
    line = line_payload(
        1, ("45.62", "34.67"), codes=AUD_IN_USD,
        discount_allocations=[_part(1, ("4.56", "3.47"), AUD_IN_USD)],
    )  # fmt: skip
    shipping = {
        **both("price", ("10.15", "7.71"), AUD_IN_USD),
        "discount_allocations": [_part(0, ("10.15", "7.71"), AUD_IN_USD)],
    }

    order = read_order(
        order_payload(
            lines=[line],
            total=("41.06", "31.20"),
            codes=AUD_IN_USD,
            shipping_lines=[shipping],
            total_shipping_price_set=money_set(("10.15", "7.71"), AUD_IN_USD),
            discount_applications=[
                _code("lrl-ship", target_type="shipping_line", value_type="percentage"),
                _code("LRL-TENTH", value_type="percentage"),
            ],
            discount_codes=[
                {"code": "LRL-SHIP", "amount": "10.15", "type": "shipping"},
                {"code": "LRL-TENTH", "amount": "4.56", "type": "percentage"},
            ],
        )
    )

    assert order.discounts == (
        OrderDiscount("lrl-ship", "shipping", AmountPair(1015, 771)),
        OrderDiscount("LRL-TENTH", "percent", AmountPair(456, 347)),
    )
    assert order.lines[0].code_discounts == ((1, AmountPair(456, 347)),)
    assert order.shipping == AmountPair(1015, 771)


def test_given_a_code_without_parts_then_the_orders_own_word_counts_in_shop_money(read_order: ReadOrder) -> None:
    codes = [{"code": "LRL-OLD", "amount": "5.00", "type": "fixed_amount"}]

    same = read_order(order_payload(discount_codes=codes))
    other = read_order(order_payload(total=("60.33", "45.85"), codes=AUD_IN_USD, discount_codes=codes))

    assert same.discounts == (OrderDiscount("LRL-OLD", "amount", AmountPair(500, 500)),)
    assert other.discounts == (OrderDiscount("LRL-OLD", "amount", AmountPair(500, 0)),)


def test_given_what_the_merchant_took_off_by_hand_then_it_is_no_code_even_if_it_reads_like_one(
    read_order: ReadOrder,
) -> None:
    order = read_order(
        order_payload(
            lines=[line_payload(1, "99.00", discount_allocations=[_part(0, "10.00")])],
            total="89.00",
            discount_applications=[application_payload("manual", title="0124C")],
            discount_codes=[{"code": "0124C", "amount": "10.00", "type": "fixed_amount"}],
        )
    )

    assert order.discounts == ()
    assert order.lines[0].discount == AmountPair(1000, 1000)
    assert order.lines[0].code_discounts == ()


def test_given_one_code_with_an_entry_for_lines_and_one_for_shipping_then_it_is_one_discount(
    read_order: ReadOrder,
) -> None:
    order = read_order(
        order_payload(
            lines=[line_payload(1, "50.00", discount_allocations=[_part(1, "5.00")])],
            shipping_lines=[{**both("price", "6.00"), "discount_allocations": [_part(0, "6.00")]}],
            discount_applications=[_code("BOTH", target_type="shipping_line"), _code("both")],
        )
    )

    assert order.discounts == (OrderDiscount("BOTH", "amount", AmountPair(1100, 1100)),)
    assert order.lines[0].code_discounts == ((0, AmountPair(500, 500)),)


def test_given_parts_of_an_entry_that_is_not_there_then_they_are_a_discount_of_no_code(read_order: ReadOrder) -> None:
    line = line_payload(1, "50.00", discount_allocations=[_part(7, "5.00")])

    order = read_order(order_payload(lines=[line]))

    assert (order.lines[0].discount, order.lines[0].code_discounts) == (AmountPair(500, 500), ())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"discount_applications": {}}, "discount_applications: is not a list"),
        ({"discount_applications": [3]}, "discount_applications[0]: is not an object"),
        ({"discount_applications": [_code("A")] * 251}, "discount_applications: has more than 250 entries"),
        ({"discount_applications": [application_payload("discount_code", code=5)]},
         "discount_applications[0].code: is not a text"),
        ({"discount_codes": [{"code": ["A"]}]}, "discount_codes[0].code: is not a text"),
        ({"discount_codes": [{"code": "A", "amount": "-1.00"}]}, "discount_codes[0].amount: is negative"),
        ({"discount_codes": [{"code": "A", "amount": "1e3"}]}, "discount_codes[0].amount: is not a decimal number"),
        ({"shipping_lines": "?"}, "shipping_lines: is not a list"),
        ({"shipping_lines": [{"discount_allocations": [{"amount": "x"}]}]},
         "shipping_lines[0].discount_allocations.amount: is not a decimal number"),
        ({"line_items": [line_payload(1, discount_allocations=[_part(0, "1") | {"discount_application_index": "0"}])]},
         "line_items[0].discount_allocations.discount_application_index: is not a whole number from 0 to 2147483647"),
    ],
)  # fmt: skip
def test_given_a_broken_discount_then_the_order_is_parked_with_the_field(
    read_order: ReadOrder, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_order(order_payload(**changes))

    assert refused.value.reason == reason


def test_given_a_code_with_bytes_that_no_database_takes_then_it_is_made_harmless(read_order: ReadOrder) -> None:
    order = read_order(order_payload(discount_codes=[{"code": "A\x00B\ud800" + "x" * 300, "amount": "1.00"}]))

    assert order.discounts[0].code == "A\ufffdB\ufffd" + "x" * 251

"""Which share of a code's discount refunds took back, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Literal

import pytest

from engine.events import AmountPair, Order, OrderDiscount, OrderEdit, OrderLine, Refund
from engine.rewards.refunded import refunded_share
from engine.rules.order_state import OrderState
from tests.support.facts import PAID_AT, amount, line, order, refund

SHIRTS, HAT = 1, 2


def using(
    *lines: OrderLine, kind: Literal["amount", "percent", "shipping"] = "amount", cancelled: bool = False
) -> Order:
    """Two shirts of 10.00 and a hat of 20.00, or other lines, with a code for 5.00 off."""
    bought = order(7, lines or [line("10.00", 2, line_id=SHIRTS), line("20.00", line_id=HAT)])
    other = OrderDiscount("SALE", "amount", amount("1.00"))
    return replace(bought, discounts=(other, OrderDiscount("LRL-X", kind, amount("5.00"))), cancelled=cancelled)


def coded(one: OrderLine, off: str, discount: str = "0") -> OrderLine:
    """A line of which so much of our code, and a share of the other one, was taken off."""
    parts = ((0, amount("0.70")), (1, amount(off)))
    return replace(one, code_discounts=parts, discount=amount(discount))


def share(one: Order, *refunds: Refund) -> Fraction:
    return refunded_share(OrderState(one, refunds), 1)


def money(refund_id: int, text: str, currency: str = "USD", shipping: str = "0") -> Refund:
    return refund(refund_id, 7, None, moved=[(amount(text).shop, currency)], shipping=shipping)


def test_nothing_refunded_is_no_share() -> None:
    assert share(using()) == 0


@pytest.mark.parametrize(
    ("units", "expected"), [((1, 0), Fraction(1, 4)), ((2, 0), Fraction(1, 2)), ((0, 1), Fraction(1, 2)), ((2, 1), 1)]
)
def test_without_word_on_the_lines_a_discount_goes_by_their_prices(units: tuple[int, int], expected: Fraction) -> None:
    shirts, hats = units
    refunds = [
        refund(1, 7, "10.00", line_id=SHIRTS, quantity=shirts),
        refund(2, 7, "20.00", line_id=HAT, quantity=hats),
    ]

    assert share(using(), *refunds) == expected


def test_a_discount_goes_with_the_units_that_it_was_spread_over() -> None:
    bought = using(coded(line("10.00", 2, line_id=SHIRTS), "1.00"), coded(line("20.00", line_id=HAT), "4.00"))

    assert share(bought, refund(1, 7, "10.00", line_id=SHIRTS)) == Fraction(1, 10)
    assert share(bought, refund(2, 7, "20.00", line_id=HAT)) == Fraction(4, 5)


def test_a_discount_is_spread_over_the_units_that_an_edit_left() -> None:
    """What the edit took off the discount is counted where points are spent, and must not come back twice."""
    bought = using(
        coded(line("10.00", 2, line_id=SHIRTS, current_quantity=1), "1.00"), coded(line("20.00", line_id=HAT), "4.00")
    )
    after = PAID_AT + timedelta(hours=3)
    shirt = replace(refund(1, 7, "10.00", line_id=SHIRTS), created_at=after)
    hat = replace(refund(2, 7, "20.00", line_id=HAT), created_at=after)

    assert [share(bought), share(bought, shirt), share(bought, shirt, hat)] == [0, Fraction(1, 5), 1]


@pytest.mark.parametrize("kind", ["amount", "percent", "shipping"])
def test_a_discount_is_gone_with_the_last_unit_refunded_or_removed(
    kind: Literal["amount", "percent", "shipping"],
) -> None:
    removed = OrderEdit(1, 7, PAID_AT + timedelta(hours=3), ((SHIRTS, 2),))
    hat = refund(2, 7, "20.00", line_id=HAT)

    assert refunded_share(OrderState(using(kind=kind), (), (removed,)), 1) == 0
    assert refunded_share(OrderState(using(kind=kind), (hat,), (removed,)), 1) == 1


def test_units_count_once_and_never_more_than_were_bought() -> None:
    one = refund(1, 7, "10.00", line_id=SHIRTS, quantity=1)

    assert share(using(), one, one) == Fraction(1, 4)
    assert share(using(), one, replace(one, refund_id=2), replace(one, refund_id=3)) == Fraction(1, 2)
    assert share(using(), refund(4, 7, "1.00", line_id=99)) == 0


def test_money_alone_counts_by_what_the_goods_cost_after_discounts() -> None:
    bought = using(line("10.00", 2, line_id=SHIRTS, discount="4.00"), line("20.00", line_id=HAT, discount="1.00"))

    assert share(bought, money(1, "7.00")) == Fraction(7, 35)
    assert share(bought, money(1, "7.00", shipping="3.00")) == Fraction(4, 35)
    assert share(bought, money(1, "3.00", shipping="7.00")) == 0
    assert share(bought, money(1, "7.00"), money(1, "7.00")) == Fraction(7, 35)
    assert share(bought, money(1, "35.00"), money(2, "1.00")) == 1
    assert share(bought, money(1, "7.00"), refund(2, 7, "10.00", line_id=SHIRTS)) == Fraction(7, 35) + Fraction(1, 4)
    assert share(bought, money(1, "30.00"), refund(2, 7, "20.00", line_id=HAT)) == 1


def test_money_in_another_currency_counts_at_the_orders_own_rate() -> None:
    bought = replace(using(), total=AmountPair(4_000, 6_000))

    assert share(bought, money(1, "30.00", "CAD")) == Fraction(20, 40)
    assert share(bought, money(1, "30.00")) == Fraction(30, 40)
    assert share(replace(bought, total=AmountPair(4_000, 0)), money(1, "30.00", "CAD")) == Fraction(30, 40)
    assert share(replace(bought, total=AmountPair(2_000, 1)), money(1, "0.01", "CAD")) == Fraction(20, 40)


def test_a_discount_on_delivery_goes_with_the_last_unit() -> None:
    bought = using(kind="shipping")
    shirts, hat = refund(1, 7, "20.00", line_id=SHIRTS, quantity=2), refund(2, 7, "20.00", line_id=HAT)

    assert share(bought, shirts) == 0
    assert share(bought, shirts, hat) == 1
    assert share(bought, money(1, "39.99")) == 0
    assert share(bought, money(1, "40.00")) == 1
    assert share(bought, refund(1, 7, "10.00", line_id=SHIRTS), hat) == 0


def test_an_order_without_a_price_that_is_canceled_gives_all_back() -> None:
    free = replace(using(line("0.00"), cancelled=True), total=AmountPair(0, 0))

    assert share(free) == 1
    assert share(replace(free, cancelled=False)) == 0
    assert share(replace(free, total=AmountPair(1, 1))) == 0


def test_a_cent_is_a_price() -> None:
    assert share(using(line("0.01")), money(1, "0.01")) == 1


def test_lines_without_units_or_price_give_nothing() -> None:
    bought = using(line("0.00", 1, line_id=SHIRTS), line("0.00", 0, line_id=HAT))

    assert share(bought, refund(1, 7, "0.00", line_id=SHIRTS), money(2, "1.00")) == 0

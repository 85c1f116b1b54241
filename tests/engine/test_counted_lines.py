"""What each line of an order counts: in which money, what a card paid of it, what goes with it when it comes back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.events import AmountPair, Order, Tender
from tests.support.facts import amount, line, order, refund
from tests.support.rules import fixed, outcomes, points, program, rule


def paid(one: Order, kind: str, shop: str, presentment: str) -> Order:
    tender = Tender(kind, AmountPair(amount(shop).shop, amount(presentment).shop))  # type: ignore[arg-type]
    return replace(one, tenders=(tender,))


def card_excluded(**parts: Any) -> Any:
    return program(rule(exclude={"gift_card_paid": True, **parts}))


def test_the_part_that_a_card_paid_is_counted_in_the_money_that_the_rule_counts() -> None:
    priced = replace(line("20.00"), unit_price=AmountPair(2_000, 3_000))
    bought = replace(order(1, [priced]), presentment_currency="CAD", total=AmountPair(2_000, 3_000))

    by_shop = outcomes(card_excluded(), paid(bought, "gift_card", "5.00", "9.00"))["purchase"]
    assert (by_shop.currency, by_shop.base) == ("USD", 1_500)
    both = program(rule(formula={"kind": "per_money", "rates": {"CAD": 1}}, exclude={"gift_card_paid": True}))
    by_shopper = outcomes(both, paid(bought, "gift_card", "5.00", "9.00"))["purchase"]
    assert (by_shopper.currency, by_shopper.base) == ("CAD", 2_100)


def test_a_card_takes_its_part_of_what_counts_alone() -> None:
    gift, free, cheap = line("50.00", line_id=2, gift_card=True), line("0.00", line_id=3), line("0.01", line_id=4)
    bought = order(1, [line("49.99"), gift, free, cheap])
    found = outcomes(card_excluded(), paid(bought, "gift_card", "50.00", "50.00"))["purchase"]

    assert [one.tender for one in found.assessment.lines] == [2_500, 0, 0, 0]
    assert (found.base, found.desired) == (2_500, 25)


def test_a_card_takes_nothing_from_what_is_left_out() -> None:
    bought = order(1, [replace(line("30.00"), product_id=5), replace(line("10.00", line_id=2), product_id=6)])
    found = outcomes(card_excluded(product_ids=[5]), paid(bought, "gift_card", "20.00", "20.00"))["purchase"]

    assert [one.tender for one in found.assessment.lines] == [0, 500]
    assert (found.base, found.desired) == (500, 5)


def test_a_card_can_pay_a_single_cent() -> None:
    bought = paid(order(1, [line("0.01")]), "gift_card", "0.01", "0.01")

    assert outcomes(card_excluded(), bought)["purchase"].base == 0


@pytest.mark.parametrize(
    ("total", "card", "base"), [(0, "0.00", 0), (0, "5.00", 0), (2_000, "0.00", 2_000), (2_000, "30.00", 0)]
)
def test_orders_without_a_price_or_overpaid_by_card_stay_in_bounds(total: int, card: str, base: int) -> None:
    bought = replace(order(1, [line("20.00" if total else "0.00")]), total=AmountPair(total, total))

    assert outcomes(card_excluded(), paid(bought, "gift_card", card, card))["purchase"].base == base


def test_an_order_whose_total_is_nothing_has_no_part_that_a_card_could_have_paid() -> None:
    bought = replace(order(1, [line("20.00")]), total=AmountPair(0, 0))

    assert outcomes(card_excluded(), paid(bought, "gift_card", "5.00", "5.00"))["purchase"].base == 2_000


def test_a_refund_of_a_line_that_a_card_paid_a_part_of_takes_the_part_that_counted() -> None:
    bought = paid(order(1, [line("20.00"), line("20.00", line_id=2)]), "gift_card", "10.00", "10.00")
    found = outcomes(card_excluded(), bought, refund(1, 1, "20.00"), refund(2, 1, "10.00", line_id=2))["purchase"]

    assert (found.base, found.desired, found.refunded, found.due()) == (3_000, 30, 2_250, 8)
    one_line = outcomes(card_excluded(), bought, refund(1, 1, "20.00"))["purchase"]
    assert (one_line.refunded, one_line.due()) == (1_500, 15)


def test_gift_cards_that_count_are_taken_back_when_they_are_refunded() -> None:
    definition = program(rule(exclude={"gift_cards": False}))
    bought = order(1, [line("10.00"), line("50.00", line_id=2, gift_card=True)])

    assert points(definition, bought) == {"purchase": 60}
    assert points(definition, bought, refund(1, 1, "50.00", line_id=2)) == {"purchase": 10}


def counts(one: Any) -> list[tuple[object, ...]]:
    """Of each line: id, units, price, discount, tax, value, base, and why it was left out."""
    return [(c.line_id, c.units, c.price, c.discount, c.tax, c.value, c.base, c.left_out) for c in one.assessment.lines]


def test_each_line_is_put_down_in_the_money_that_counts() -> None:
    def both(shop: int, shopper: int) -> AmountPair:
        return AmountPair(shop, shopper)

    goods = replace(line("0.00", 2), unit_price=both(1_200, 1_800), discount=both(400, 600), tax=both(200, 300))
    card = replace(line("50.00", line_id=2, gift_card=True), tax=both(0, 0))
    bought = replace(
        order(1, [goods, card], taxes_included=True), presentment_currency="CAD", shipping=both(500, 750)
    )  # fmt: skip
    counted: dict[str, Any] = {"exclude": {"shipping": False}}
    shop = outcomes(program(rule(**counted)), bought)["purchase"]
    shopper = outcomes(program(rule(**counted, formula=_IN_DOLLARS)), bought)["purchase"]

    assert counts(shop) == [
        (1, 2, 1_200, 400, -200, 1_800, 1_800, None),
        (2, 1, 5_000, 0, 0, 0, 0, "gift_card"),
        (0, 1, 500, 0, 0, 500, 500, None),
    ]
    assert (shop.currency, shop.rate, shop.base, shop.desired) == ("USD", Decimal(1), 2_300, 23)
    assert counts(shopper) == [
        (1, 2, 1_800, 600, -300, 2_700, 2_700, None),
        (2, 1, 5_000, 0, 0, 0, 0, "gift_card"),
        (0, 1, 750, 0, 0, 750, 750, None),
    ]
    assert (shopper.currency, shopper.rate, shopper.base, shopper.desired) == ("CAD", Decimal(2), 3_450, 69)


_IN_DOLLARS = {"kind": "per_money", "rates": {"CAD": 2}}


def test_money_given_back_without_lines_counts_by_what_counted_where_cards_were_sold_too() -> None:
    """Half of the 40.00 that could count did: of 8.00 given back 4.00 do, whatever gift cards were on the order."""
    kept, left = replace(line("20.00"), product_id=5), replace(line("20.00", line_id=2), product_id=6)
    bought = order(1, [kept, left, line("50.00", line_id=3, gift_card=True)])
    definition = program(rule(exclude={"product_ids": [6]}))
    found = outcomes(definition, bought, refund(1, 1, None, moved=[(800, "USD")]))["purchase"]

    assert (found.base, found.refunded, found.due()) == (2_000, 400, 16)


def test_what_a_cap_left_is_what_is_due_and_taken_back() -> None:
    found = outcomes(program(rule()), order(1, [line("40.00")]), refund(1, 1, "10.00"))["purchase"]

    assert (found.due(), found.due(40), found.due(50), found.due(20), found.due(0)) == (30, 30, 30, 15, 0)


def test_flat_points_go_with_the_part_of_the_order_that_was_refunded() -> None:
    flat = program(fixed("flat", 30))
    bought = order(1, [line("10.00", 4)])

    assert points(flat, bought, refund(1, 1, "20.00", quantity=2)) == {"flat": 15}
    assert points(flat, bought, refund(1, 1, "40.00", quantity=4)) == {"flat": 0}
    assert points(flat, order(1, [line("0.01")]), refund(1, 1, "0.01")) == {"flat": 0}


def test_points_for_lines_go_with_their_own_lines_to_the_cent() -> None:
    each = program(fixed("each", 10, scope="line"))
    bought = order(1, [line("0.01"), line("30.00", line_id=2)])

    assert points(each, bought) == {"each": 20}
    assert points(each, bought, refund(1, 1, "0.01")) == {"each": 10}
    assert points(each, bought, refund(1, 1, "15.00", line_id=2)) == {"each": 15}
    little = refund(1, 1, "0.30", line_id=2)
    assert outcomes(each, bought, little)["each"].taken == (1, 200)

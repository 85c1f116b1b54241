"""What counts towards a rule's base, with amounts worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.events import AmountPair, Order, OrderDiscount, Tender
from engine.rules.derivations import derivation_of
from engine.rules.facts import MemberFacts, ProductTraits
from tests.support.facts import amount, line, order, refund
from tests.support.rules import compare, fixed, outcomes, points, program, rule, with_lines


def paid_with(one: Order, *tenders: tuple[str, str]) -> Order:
    return replace(one, tenders=tuple(Tender(kind, amount(text)) for kind, text in tenders))  # type: ignore[arg-type]


def excluding(**exclude: object) -> dict[str, object]:
    return rule(exclude=exclude)


def test_tax_counts_only_where_the_rule_says_so() -> None:
    taxed = [line("120.00", tax="20.00")]
    included, added = order(1, taxed, taxes_included=True), order(1, taxed)

    assert [points(program(rule()), one)["purchase"] for one in (included, added)] == [100, 120]
    assert [points(program(excluding(tax=False)), one)["purchase"] for one in (included, added)] == [120, 140]


def test_tax_that_counted_is_taken_back_with_its_line() -> None:
    added = order(1, [line("120.00", tax="20.00")])

    assert points(program(excluding(tax=False)), added, refund(1, 1, "60.00", tax="10.00")) == {"purchase": 70}


def test_delivery_counts_as_a_line_of_its_own_less_what_codes_took_off() -> None:
    sent = replace(order(1, [line("50.00")]), shipping=amount("8.00"))
    cheaper = replace(sent, discounts=(OrderDiscount("SHIP", "shipping", amount("3.00")),))
    counting = program(excluding(shipping=False))

    assert points(program(rule()), sent) == {"purchase": 50}
    assert points(counting, sent) == {"purchase": 58}
    assert points(counting, cheaper) == {"purchase": 55}
    assert points(counting, sent, refund(1, 1, "50.00", shipping="8.00")) == {"purchase": 0}
    assert points(counting, sent, refund(1, 1, None, moved=[(1300, "USD")], shipping="8.00")) == {"purchase": 45}


def test_gift_cards_count_only_where_the_rule_says_so() -> None:
    mixed = order(1, [line("50.00"), line("100.00", line_id=2, gift_card=True)])

    assert points(program(rule()), mixed) == {"purchase": 50}
    assert points(program(excluding(gift_cards=False)), mixed) == {"purchase": 150}


def test_the_share_that_a_gift_card_paid_is_taken_out_of_every_line() -> None:
    """20 of 60 dollars were paid by gift card: a third of 10.00, 20.00 and 30.00, with cents by largest remainder."""
    lines = [line("10.00"), line("20.00", line_id=2), line("30.00", line_id=3)]
    mixed = paid_with(order(1, lines), ("gift_card", "20.00"), ("other", "40.00"))

    outcome = outcomes(program(excluding(gift_card_paid=True)), mixed)["purchase"]

    assert [counted.tender for counted in outcome.assessment.lines] == [333, 667, 1000]
    assert (outcome.base, outcome.desired) == (4000, 40)


def test_store_credit_and_gift_cards_are_left_in_or_out_each_by_itself() -> None:
    mixed = paid_with(order(1, [line("100.00")]), ("gift_card", "30.00"), ("store_credit", "20.00"))

    assert points(program(rule()), mixed) == {"purchase": 100}
    assert points(program(excluding(gift_card_paid=True)), mixed) == {"purchase": 70}
    assert points(program(excluding(store_credit_paid=True)), mixed) == {"purchase": 80}
    assert points(program(excluding(gift_card_paid=True, store_credit_paid=True)), mixed) == {"purchase": 50}


def test_an_order_paid_wholly_by_credit_earns_nothing() -> None:
    """Behaviour 1.1: a 100 % points- or credit-paid order earns 0."""
    credit = paid_with(order(1, [line("100.00")]), ("store_credit", "100.00"))
    by_points = order(1, [line("100.00", discount="100.00")])

    assert outcomes(program(excluding(store_credit_paid=True)), credit)["purchase"].reason == "nothing_eligible"
    assert outcomes(program(rule()), by_points)["purchase"].reason == "nothing_eligible"


def test_a_refund_of_a_line_takes_back_the_part_of_it_that_counted() -> None:
    """Half of 100.00 was paid by gift card, so 50 points; a refund of 40.00 takes back 20 of them."""
    half = paid_with(order(1, [line("100.00")]), ("gift_card", "50.00"))

    assert points(program(excluding(gift_card_paid=True)), half, refund(1, 1, "40.00")) == {"purchase": 30}


PRODUCTS = {11: ProductTraits(tags=("Sale",)), 12: ProductTraits(collection_ids=(77,))}


@pytest.mark.parametrize(
    ("exclude", "counted"),
    [
        ({}, 60),
        ({"product_tags": ["sale"]}, 50),
        ({"collection_ids": [77]}, 40),
        ({"product_ids": [13]}, 30),
        ({"product_tags": ["SALE"], "collection_ids": [77], "product_ids": [13]}, 0),
    ],
)
def test_products_are_left_out_by_tag_collection_or_id(exclude: dict[str, object], counted: int) -> None:
    one = order(1, [line("10.00"), line("20.00", line_id=2), line("30.00", line_id=3)])
    one = with_lines(one, [{"product_id": 11}, {"product_id": 12}, {"product_id": 13}])

    assert points(program(excluding(**exclude)), one, products=PRODUCTS) == {"purchase": counted}


def test_the_refund_of_a_product_that_did_not_count_takes_nothing_back() -> None:
    one = with_lines(order(1, [line("10.00"), line("20.00", line_id=2)]), [{"product_id": 11}, {"product_id": 12}])
    leaving_out = program(excluding(product_ids=[11]))

    assert points(leaving_out, one, refund(1, 1, "10.00")) == {"purchase": 20}
    assert points(leaving_out, one, refund(1, 1, "20.00", line_id=2)) == {"purchase": 0}


def test_money_refunded_without_lines_counts_by_the_share_of_the_order_that_counted() -> None:
    """10 of 30 dollars count; 15.00 back without saying what for is half of the order, so half of the points."""
    one = with_lines(order(1, [line("10.00"), line("20.00", line_id=2)]), [{"product_id": 11}, {"product_id": 12}])
    leaving_out = program(excluding(product_ids=[12]))

    assert points(leaving_out, one, refund(1, 1, None, moved=[(1500, "USD")])) == {"purchase": 5}
    assert points(leaving_out, one, refund(1, 1, None, moved=[(3000, "USD")])) == {"purchase": 0}


def test_customers_with_an_excluded_tag_earn_nothing() -> None:
    one, staff = order(1, [line("10.00")]), MemberFacts(tags=("Staff",))

    assert outcomes(program(excluding(customer_tags=["staff"])), one, member=staff)["purchase"].reason == (
        "excluded_customer"
    )
    assert points(program(rule(), tags_excluded=["staff"]), one, member=staff) == {"purchase": 0}
    assert points(program(rule(), tags_excluded=["staff"]), one) == {"purchase": 10}


def test_an_order_in_a_currency_without_a_rate_says_so() -> None:
    francs = order(1, [line("45.00", currency="CHF")], currency="CHF")

    outcome = outcomes(program(rule()), francs)["purchase"]

    assert (outcome.reason, outcome.currency, outcome.due()) == ("no_rate", "CHF", 0)


def test_the_shops_money_is_used_where_the_shoppers_has_no_rate() -> None:
    abroad = replace(order(1, [line("45.00")]), presentment_currency="CHF")
    abroad = with_lines(abroad, [{"unit_price": AmountPair(4500, 4060)}])

    assert points(program(rule()), abroad) == {"purchase": 45}
    assert points(program(rule(formula={"kind": "per_money", "rates": {"USD": 1, "CHF": 2}})), abroad) == {
        "purchase": 81
    }


def test_complaint_25_the_base_is_what_was_kept_and_paid_for_and_is_told_line_by_line() -> None:
    """Complaint 25: points on gift cards, on voided items, on the amount before the reward; minimum not enforced."""
    from_fifty = program(rule(condition=compare("order.base", "ge", amounts={"USD": 50})))
    lines = [
        line("60.00", discount="10.00"),  # a reward took 10.00 off
        line("25.00", 2, line_id=2, current_quantity=0),  # voided before it was sent
        line("40.00", line_id=3, gift_card=True),
    ]
    kept = outcomes(from_fifty, order(1, lines))["purchase"]
    less = outcomes(from_fifty, order(1, [replace(lines[0], discount=amount("10.01")), *lines[1:]]))["purchase"]
    derivation = derivation_of(kept)

    assert (kept.base, kept.desired, less.reason, less.desired) == (5000, 50, "condition", 0)
    assert [(one["units"], one["base"], one["left_out"], one["points"]) for one in derivation["lines"]] == [
        (1, 5000, None, 50), (0, 0, None, 0), (1, 4000, "gift_card", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({"USD": 100}, 50),  # no amount in rand: the shop's own money is asked
        ({"USD": 300}, 0),
        ({"USD": 100, "ZAR": 5_000}, 0),  # in rand it is 4,374
        ({"EUR": 1}, 0),
    ],
)
def test_a_minimum_is_asked_in_the_shoppers_money_or_else_in_the_shops(amounts: dict[str, int], expected: int) -> None:
    minimum = {"kind": "compare", "field": "order.base", "operator": "ge", "amounts": amounts}
    price = AmountPair(24_300, 437_400)
    abroad = replace(with_lines(order(1, [line("1.00")]), [{"unit_price": price}]), presentment_currency="ZAR")
    assert points(program(fixed("bonus", 50, condition=minimum)), abroad) == {"bonus": expected}

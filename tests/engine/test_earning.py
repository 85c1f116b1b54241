"""The public formulas, with amounts worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.earning import OrderState, points_for
from engine.events import AmountPair, Order, OrderEdit, Refund
from engine.money import POINTS_MAXIMUM, half_even_ratio
from engine.program import Definition, default_definition
from engine.rules.deciding import decide_order
from engine.rules.facts import DecidedFrom
from engine.rules.outcomes import RuleOutcome
from engine.rules.rule import PerMoney, Rule
from tests.support.facts import PAID_AT, line, order, refund

DEFINITION = default_definition()


def outcome_of(one: Order, *refunds: Refund, edits: tuple[OrderEdit, ...] = ()) -> RuleOutcome:
    decision = decide_order(DEFINITION, OrderState(one, refunds, edits), DecidedFrom(one.occurred_at))
    return decision.outcomes[0]


def worth(one: Order, *refunds: Refund, edits: tuple[OrderEdit, ...] = ()) -> tuple[int, int, int, int]:
    outcome = outcome_of(one, *refunds, edits=edits)
    return outcome.base, outcome.desired, outcome.refunded, outcome.desired - outcome.due()


@pytest.mark.parametrize(
    ("price", "points"), [("0.49", 0), ("0.50", 0), ("0.51", 1), ("1.50", 2), ("2.50", 2), ("2.51", 3), ("45.00", 45)]
)
def test_points_are_rounded_half_even_once(price: str, points: int) -> None:
    assert worth(order(1, [line(price)]))[1] == points


def test_rounding_happens_once_for_the_order_and_not_for_each_line() -> None:
    lines = [line("0.50", line_id=number) for number in range(1, 5)]

    assert worth(order(1, lines)) == (200, 2, 0, 0)


def test_discounts_are_those_that_were_allocated() -> None:
    """90.80 + 96.60 + 96.60 = 284.00 HKD, at 0.1 a dollar: 28.4 → 28."""
    lines = [
        line("99.00", discount="8.20", currency="HKD"),
        line("100.00", line_id=2, discount="3.40", currency="HKD"),
        line("100.00", line_id=3, discount="3.40", currency="HKD"),
    ]

    assert worth(order(1, lines, currency="HKD")) == (28400, 28, 0, 0)


def test_taxes_count_only_out_where_prices_include_them() -> None:
    taxed = [line("120.00", tax="20.00")]

    assert worth(order(1, taxed))[0] == 12000
    assert worth(order(1, taxed, taxes_included=True))[0] == 10000


def test_gift_cards_earn_nothing_and_their_refund_takes_nothing() -> None:
    mixed = order(1, [line("50.00"), line("100.00", line_id=2, gift_card=True)])

    assert worth(mixed, refund(1, 1, "100.00", line_id=2)) == (5000, 50, 0, 0)


def test_yen_have_no_decimals() -> None:
    assert worth(order(1, [line("5900", 4, currency="JPY")], currency="JPY")) == (23600, 236, 0, 0)


def test_the_shoppers_money_is_used_where_it_has_a_rate_else_the_shops_else_none() -> None:
    paid = replace(
        order(1, [replace(line("45.62"), unit_price=AmountPair(4562, 3467))]),
        currency="AUD",
        total=AmountPair(6033, 4585),
    )

    assert worth(paid)[:2] == (3467, 35)
    assert worth(replace(paid, presentment_currency="CHF"))[:2] == (4562, 46)
    assert outcome_of(replace(paid, currency="SEK", presentment_currency="CHF")).reason == "no_rate"


def test_a_refund_without_lines_counts_the_money_less_the_shipping() -> None:
    paid = order(1, [line("40.00")])

    assert worth(paid, refund(1, 1, None, moved=[(1500, "USD")], shipping="5.00")) == (4000, 40, 1000, 10)


def test_money_that_moved_in_the_other_currency_is_converted_at_the_orders_own_rate() -> None:
    paid = replace(
        order(1, [replace(line("45.62"), unit_price=AmountPair(4562, 3467))]),
        currency="AUD",
        total=AmountPair(6033, 4585),
    )

    assert worth(paid, refund(1, 1, None, moved=[(6033, "AUD")]))[2] == 4585


def test_a_refund_larger_than_the_base_takes_back_all_and_no_more() -> None:
    assert worth(order(1, [line("40.00")]), refund(1, 1, "60.00")) == (4000, 40, 6000, 40)


def test_one_refund_counts_once_however_often_it_is_told() -> None:
    part = refund(1, 1, "10.00")

    assert worth(order(1, [line("40.00")], refunds=[part]), part, part)[2:] == (1000, 10)


def test_units_refunded_stay_in_the_base_and_units_edited_out_leave_it() -> None:
    part = refund(1, 1, "20.00", created_at=PAID_AT + timedelta(minutes=5))
    after = order(1, [line("20.00", 4, current_quantity=2)], updated_at=PAID_AT + timedelta(minutes=10), refunds=[part])

    assert worth(after, part) == (6000, 60, 2000, 20)


def test_a_refund_newer_than_the_snapshot_does_not_hide_an_edit() -> None:
    edited = order(1, [line("20.00", 2, current_quantity=1)], updated_at=PAID_AT + timedelta(minutes=10))
    late = refund(1, 1, "20.00", created_at=PAID_AT + timedelta(minutes=20))

    assert worth(edited, late) == (2000, 20, 2000, 20)


def test_an_edit_newer_than_the_snapshot_takes_its_units_out() -> None:
    edit = OrderEdit(9, 1, PAID_AT + timedelta(minutes=5), ((1, 1),))
    before = order(1, [line("20.00", 2, current_quantity=2)])
    after = order(1, [line("20.00", 2, current_quantity=1)], updated_at=PAID_AT + timedelta(minutes=5))

    assert worth(before, edits=(edit,))[0] == 2000
    assert worth(after, edits=(edit,))[0] == 2000


def test_what_an_amount_would_earn_is_told_by_the_same_rule() -> None:
    assert points_for(DEFINITION, 4500, "USD") == 45
    assert points_for(DEFINITION, 4500, "CHF") is None
    assert points_for(DEFINITION, 10**20, "USD") == POINTS_MAXIMUM


def test_an_order_that_was_not_paid_and_a_test_order_earn_nothing() -> None:
    unpaid, test = order(1, [line("40.00")], paid=False), order(1, [line("40.00")], test=True)

    assert decide_order(DEFINITION, OrderState(unpaid, ()), DecidedFrom(PAID_AT)).reason == "not_paid"
    assert outcome_of(test).reason == "test_order"
    assert outcome_of(test).due() == 0


def test_points_that_no_balance_holds_are_not_given() -> None:
    assert outcome_of(order(1, [line("9000000000000.00", 2000)])).reason == "above_maximum"


@given(
    points=st.integers(0, 10**9),
    base=st.integers(1, 10**9),
    parts=st.lists(st.integers(0, 10**8), max_size=12),
)
def test_claw_backs_never_shrink_and_a_full_refund_takes_exactly_all(points: int, base: int, parts: list[int]) -> None:
    taken, total = [0], 0
    for part in parts:
        total += part
        taken.append(half_even_ratio(points, min(total, base), base))

    assert taken == sorted(taken)
    assert half_even_ratio(points, base, base) == points


@given(minor=st.integers(0, 10**12), rate=st.decimals("0.0001", "100", places=4))
def test_points_are_the_half_even_of_the_amount_by_the_rate(minor: int, rate: Decimal) -> None:
    definition = Definition(
        name="Any rate",
        rules=(Rule(handle="purchase", title="Any", trigger="order_paid", formula=PerMoney(rates={"USD": rate})),),
    )

    assert points_for(definition, minor, "USD") == half_even_ratio(minor, int(rate * 10_000), 1_000_000)

"""Refunds take back what was given, exactly, however they are split and whatever the rules are."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.events import AmountPair, Order, OrderLine, Refund, RefundLine
from engine.rules.deciding import decide_order
from engine.rules.definitions import Definition
from engine.rules.facts import DecidedFrom
from engine.rules.order_state import OrderState, delivery_value
from engine.rules.rule import Rounding
from engine.rules.spreading import rounded, spread
from tests.support import rule_strategies as any_
from tests.support.facts import line, order
from tests.support.rules import points, program, rule
from tests.support.searching import examples

SETTINGS = settings(max_examples=100, deadline=None)
LONG = settings(max_examples=examples(100), deadline=None)


def unrefunded(state: OrderState) -> OrderState:
    """The same order before anything was given back, edited by nobody since its snapshot."""
    lines = tuple(replace(one, current_quantity=None) for one in state.order.lines)
    return OrderState(replace(state.order, refunds=(), lines=lines), ())


def parts(whole: int, count: int, place: int) -> int:
    """One of `count` parts that add up to the whole."""
    return whole * (place + 1) // count - whole * place // count


def refund_of(one: Order, count: int, place: int) -> Refund:
    """A refund of one part of everything: of every line with its tax, and of delivery."""

    def pair(amounts: AmountPair) -> AmountPair:
        return AmountPair(parts(amounts.shop, count, place), parts(amounts.presentment, count, place))

    def value(sold: OrderLine) -> AmountPair:
        price, off = sold.unit_price, sold.discount
        return pair(
            AmountPair(price.shop * sold.quantity - off.shop, price.presentment * sold.quantity - off.presentment)
        )

    lines = tuple(RefundLine(sold.line_id, 0, value(sold), pair(sold.tax), None) for sold in one.lines)
    delivery = AmountPair(delivery_value(one, "shop"), delivery_value(one, "presentment"))
    return Refund(place + 1, 1, one.updated_at + timedelta(minutes=place + 1), lines, (), pair(delivery))


@given(definition=any_.definitions(), state=any_.orders(), facts=any_.facts(), count=st.integers(1, 4))
@LONG
def test_complaint_1_what_was_earned_and_wholly_refunded_is_nothing_in_any_split(
    definition: Definition, state: OrderState, facts: DecidedFrom, count: int
) -> None:
    """Complaint 1: buy, earn, refund kept the points."""
    bought = unrefunded(state)
    refunds = tuple(refund_of(bought.order, count, place) for place in range(count))
    due = []
    for told in range(count + 1):
        decision = decide_order(definition, replace(bought, refunds=refunds[:told]), facts)
        due.append([outcome.due() for outcome in decision.outcomes])

    assert all(0 <= later <= earlier for steps in zip(*due, strict=True) for earlier, later in _pairs(steps))
    assert due[-1] == [0] * len(due[-1])


def _pairs(steps: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(steps))


@given(definition=any_.definitions(), state=any_.orders(), facts=any_.facts(), seed=st.randoms())
@LONG
def test_refunds_take_the_same_in_any_order_of_arrival(
    definition: Definition, state: OrderState, facts: DecidedFrom, seed: Random
) -> None:
    shuffled = list(state.refunds) * 2
    seed.shuffle(shuffled)

    assert [one.due() for one in decide_order(definition, state, facts).outcomes] == [
        one.due() for one in decide_order(definition, replace(state, refunds=tuple(shuffled)), facts).outcomes
    ]


@given(price=st.integers(0, 10_000), quantity=st.integers(1, 20), rate=st.decimals("0", "3", places=3))
@SETTINGS
def test_nothing_is_gained_by_splitting_lines(price: int, quantity: int, rate: Decimal) -> None:
    """Invariant I17: one line of n units earns what n lines of one unit earn."""
    definition = program(rule(formula={"kind": "per_money", "rates": {"USD": rate}}))
    cents = f"{price // 100}.{price % 100:02}"
    together = order(1, [line(cents, quantity)])
    apart = order(1, [line(cents, line_id=number) for number in range(1, quantity + 1)])

    assert points(definition, together) == points(definition, apart)


@given(total=st.integers(0, 10**12), weights=st.lists(st.fractions(0, 10**6), min_size=1, max_size=12))
@SETTINGS
def test_parts_always_add_up_and_each_is_next_to_its_share(total: int, weights: list[Fraction]) -> None:
    whole = sum(weights)
    assume(whole > 0)
    spread_out = spread(total, weights)

    assert sum(spread_out) == total
    assert all(abs(part - total * weight / whole) < 1 for part, weight in zip(spread_out, weights, strict=True))


def test_remainders_go_to_the_largest_and_of_equal_ones_to_the_first() -> None:
    assert spread(10, [1, 1, 1]) == [4, 3, 3]
    assert spread(3, [16, 16]) == [2, 1]
    assert spread(5, [0, 0]) == [0, 0]
    assert spread(0, [3, 4]) == [0, 0]
    assert spread(7, [0, 1, 2]) == [0, 2, 5]


@given(value=st.fractions(0, 10**6))
def test_roundings_differ_by_less_than_one_and_meet_at_whole_numbers(value: Fraction) -> None:
    modes: tuple[Rounding, ...] = ("down", "half_even", "half_up", "up")
    found = [rounded(value, mode) for mode in modes]

    assert found == sorted(found)
    assert found[-1] - found[0] == (0 if value == found[0] else 1)
    assert 2 * abs(found[1] - value) <= 1

"""Sums of a statement, worked out by hand: both directions netted, rounded once, halves to the even neighbor."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.partners.money import due_minor
from engine.settlement.totals import Due, KindTotal, Totals, totals_of


def event(kind: str, points: int, micros: int, currency: str = "USD", prepaid: int = 0) -> KindTotal:
    return KindTotal(kind, currency, 1, points, micros, prepaid)


@pytest.mark.parametrize(
    ("micros", "minor"),
    [
        (0, 0), (499_999, 0), (500_000, 0), (500_001, 1), (1_500_000, 2), (2_500_000, 2), (2_500_001, 3),
        (-499_999, 0), (-500_000, 0), (-500_001, -1), (-1_500_000, -2), (-2_500_000, -2), (123_456_789, 123),
    ],
)  # fmt: skip
def test_halves_go_to_the_even_neighbor_on_both_sides_of_zero(micros: int, minor: int) -> None:
    assert due_minor(micros) == minor


def test_both_directions_are_netted_and_rounded_once() -> None:
    # 3 × 25 points issued at 0.0105 and 7 points redeemed at 0.0081 USD: 78.75 cents less 5.67 cents.
    totals = totals_of([*[event("issued", 25, 26_250_000)] * 3, event("redeemed", 7, -5_670_000)])
    assert totals.kinds == (
        KindTotal("issued", "USD", 3, 75, 78_750_000, 0), KindTotal("redeemed", "USD", 1, 7, -5_670_000, 0)
    )  # fmt: skip
    # Rounded event by event it would be 26 + 26 + 26 − 6 = 72.
    assert totals.dues == (Due("USD", 73_080_000, 73, 0, 73),)


def test_currencies_are_never_added_up() -> None:
    totals = totals_of([event("issued", 10, 5_500_000, "JPY"), event("issued", 10, 10_000_000, "EUR")])
    assert [(one.currency, one.due_minor) for one in totals.dues] == [("EUR", 10), ("JPY", 6)]


def test_what_was_paid_beforehand_covers_and_the_two_parts_add_up() -> None:
    everything = totals_of([event("issued", 3, 1_500_000, prepaid=1_500_000)])
    assert everything.dues == (Due("USD", 1_500_000, 2, 2, 0),)
    # Prepaid until the agreement changed: 2.5 of 4.2 cents.
    some = totals_of([event("issued", 5, 2_500_000, prepaid=2_500_000), event("issued", 3, 1_700_000)])
    assert some.dues == (Due("USD", 4_200_000, 4, 2, 2),)


def test_nothing_comes_to_nothing() -> None:
    assert totals_of([]) == Totals((), ())


EVENTS = st.lists(
    st.builds(
        KindTotal, st.sampled_from(["issued", "redeemed", "adjusted"]), st.sampled_from(["USD", "JPY"]), st.just(1),
        st.integers(-(10**12), 10**12), st.integers(-(10**17), 10**17), st.integers(-(10**9), 10**9),
    ),
    max_size=30,
)  # fmt: skip


@given(EVENTS, st.integers(0, 30))
def test_sums_do_not_depend_on_how_they_are_cut(events: list[KindTotal], cut: int) -> None:
    whole = totals_of(events)
    assert totals_of([*totals_of(events[:cut]).kinds, *totals_of(events[cut:]).kinds]) == whole
    assert totals_of(reversed(events)) == whole
    for due in whole.dues:
        exact = Fraction(sum(one.micros for one in events if one.currency == due.currency), 1_000_000)
        assert due.due_minor == round(exact)
        assert due.covered_minor + due.to_pay_minor == due.due_minor

"""What a part of a period costs, by numbers worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.memberships.definitions import FixedDay, Interval
from engine.memberships.periods import Period, cycle_period, fixed_period
from engine.memberships.proration import changed_now, first_term, next_charge, refund_due, share_of_price
from tests.support.memberships import NEW_YORK, local, utc

JUNE = Period(utc("2026-06-01 00:00"), utc("2026-07-01 00:00"))
MONTH, YEAR = Interval(unit="month"), Interval(unit="year")


def test_given_an_upgrade_after_a_third_of_the_period_then_two_thirds_of_both_prices_are_settled() -> None:
    quote = changed_now(900, 1_900, JUNE, utc("2026-06-11 00:00"))
    assert (quote.credit_minor, quote.charge_minor) == (600, 1_267)  # 1,900 × 2/3 = 1,266.67
    assert (quote.due_minor, quote.store_credit_minor) == (667, 0)


def test_given_a_cheaper_plan_then_nothing_is_charged_and_the_rest_is_store_credit() -> None:
    quote = changed_now(1_900, 900, JUNE, utc("2026-06-11 00:00"))
    assert (quote.due_minor, quote.store_credit_minor) == (0, 667)


def test_given_halves_then_they_go_to_the_even_unit() -> None:
    middle = utc("2026-06-16 00:00")
    assert [share_of_price(price, JUNE, middle) for price in (1, 3, 5, 7)] == [0, 2, 2, 4]


def test_given_the_bounds_of_the_period_then_all_or_nothing_is_left() -> None:
    assert share_of_price(900, JUNE, JUNE.starts_at) == 900
    assert share_of_price(900, JUNE, JUNE.starts_at - timedelta(days=1)) == 900
    assert share_of_price(900, JUNE, JUNE.ends_at) == 0
    assert share_of_price(900, JUNE, JUNE.ends_at - timedelta(seconds=1)) == 0
    assert share_of_price(900, Period(JUNE.starts_at, JUNE.starts_at), JUNE.starts_at) == 0


def test_given_who_joins_on_31_december_a_plan_that_renews_on_1_january_then_they_do_not_pay_twice() -> None:
    """Complaint 23: a whole year was charged on 31 December, and again on the next day."""
    joined = local("2026-12-31 00:00")
    term = first_term(9_900, joined, YEAR, FixedDay(day=1, month=1), NEW_YORK)
    assert (term.period.starts_at, term.period.ends_at) == (joined, local("2027-01-01 00:00"))
    assert term.due_minor == 27  # 9,900 / 365 = 27.12
    paid_whole = next_charge(9_900, 9_900 - term.due_minor)
    assert paid_whole == (27, 0)  # who paid the whole price at the checkout owes the same share for the year that comes


def test_given_who_joins_on_the_renewal_day_then_they_pay_for_a_whole_period() -> None:
    joined = local("2027-01-01 00:00")
    term = first_term(9_900, joined, YEAR, FixedDay(day=1), NEW_YORK)
    assert (term.due_minor, term.period.ends_at) == (9_900, local("2028-01-01 00:00"))


@pytest.mark.parametrize(
    ("moment", "starts", "ends"),
    [
        ("2026-02-10", "2026-01-31", "2026-02-28"),
        ("2026-02-28", "2026-02-28", "2026-03-31"),
        ("2028-02-28", "2028-01-31", "2028-02-29"),
        ("2026-12-31", "2026-12-31", "2027-01-31"),
    ],
)
def test_given_the_31st_as_the_fixed_day_then_shorter_months_renew_on_their_last(
    moment: str, starts: str, ends: str
) -> None:
    found = fixed_period(local(moment), MONTH, FixedDay(day=31), NEW_YORK)
    assert (found.starts_at, found.ends_at) == (local(f"{starts} 00:00"), local(f"{ends} 00:00"))


def test_given_quarters_from_february_then_they_renew_in_february_may_august_and_november() -> None:
    quarter, fixed = Interval(unit="month", count=3), FixedDay(day=15, month=2)
    found = fixed_period(local("2026-01-20"), quarter, fixed, NEW_YORK)
    assert (found.starts_at, found.ends_at) == (local("2025-11-15 00:00"), local("2026-02-15 00:00"))


def test_given_weeks_then_there_is_no_fixed_day() -> None:
    with pytest.raises(ValueError, match="months"):
        fixed_period(local("2026-01-20"), Interval(unit="week"), FixedDay(day=1), NEW_YORK)


def test_given_cycles_then_each_is_counted_from_the_first() -> None:
    anchor = local("2026-01-31 23:59:59")
    cycles = [cycle_period(anchor, MONTH, number, NEW_YORK) for number in (1, 2, 3)]
    assert [one.ends_at for one in cycles] == [
        local("2026-02-28 23:59:59"), local("2026-03-31 23:59:59"), local("2026-04-30 23:59:59"),
    ]  # fmt: skip
    assert cycles[1].starts_at == cycles[0].ends_at


@pytest.mark.parametrize(
    ("rule", "benefits", "due"),
    [
        ("full", 0, 900), ("full", 1, 0), ("less_benefits", 0, 900), ("less_benefits", 320, 580),
        ("less_benefits", 2_000, 0), ("none", 0, 0),
    ],
)  # fmt: skip
def test_given_a_term_that_is_given_up_then_what_comes_back_follows_from_what_was_used(
    rule: str, benefits: int, due: int
) -> None:
    assert refund_due(rule, 900, benefits) == due  # type: ignore[arg-type]

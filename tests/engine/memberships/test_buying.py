"""Memberships bought by the unit: when they begin, when they end, how purchases add up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.memberships.definitions import Interval, PlanDefinition
from tests.support.memberships import (
    MONTHLY,
    NEW_YORK,
    YEARLY,
    bought,
    fact,
    local,
    standing,
    standings,
    utc,
)

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def test_given_one_unit_then_it_lasts_thirty_days_of_86400_seconds_from_the_moment_of_payment() -> None:
    facts = [bought(utc("2026-03-01 23:59:59"))]
    end = utc("2026-03-31 23:59:59")

    first = standing(facts, utc("2026-03-01 23:59:59"))
    assert (first.state, first.started_at, first.ends_at) == ("active", utc("2026-03-01 23:59:59"), end)
    assert (first.entitled_until, first.review_at, first.way) == (end, end, "purchase")
    assert standing(facts, end - SECOND).state == "active"
    last = standing(facts, end)
    assert (last.state, last.ends_at, last.entitled_until, last.review_at) == ("ended", end, end, None)
    assert standings(facts, utc("2026-03-01 23:59:58")) == ()


def test_given_the_clocks_change_then_thirty_days_stay_thirty_times_86400_seconds() -> None:
    bought_at = local("2026-02-20 23:59:59")  # summer time begins on March 8
    assert standing([bought(bought_at)], bought_at).ends_at == local("2026-03-23 00:59:59")


def test_given_two_purchases_then_the_second_extends_the_first() -> None:
    facts = [bought(utc("2026-03-01")), bought(utc("2026-03-11"))]
    found = standing(facts, utc("2026-03-12"))
    assert (found.started_at, found.ends_at) == (utc("2026-03-01"), utc("2026-04-30"))


def test_given_a_purchase_after_the_end_then_a_new_membership_begins() -> None:
    facts = [bought(utc("2026-01-01")), bought(utc("2026-03-01"))]
    assert standing(facts, utc("2026-02-15")).state == "ended"
    again = standing(facts, utc("2026-03-02"))
    assert (again.state, again.started_at, again.ends_at) == ("active", utc("2026-03-01"), utc("2026-03-31"))


def test_given_a_purchase_at_the_very_end_then_the_membership_goes_on() -> None:
    facts = [bought(utc("2026-03-01")), bought(utc("2026-03-31"))]
    found = standing(facts, utc("2026-03-31"))
    assert (found.state, found.started_at, found.ends_at) == ("active", utc("2026-03-01"), utc("2026-04-30"))


@pytest.mark.parametrize(
    ("units", "end"), [(1, "2026-02-28"), (2, "2026-03-31"), (3, "2026-04-30"), (13, "2027-02-28"), (25, "2028-02-29")]
)
def test_given_months_from_january_31_then_they_end_on_the_last_day_and_come_back_to_the_31st(
    units: int, end: str
) -> None:
    at = local("2026-01-31 23:59:59")
    assert standing([bought(at, units)], at, MONTHLY).ends_at == local(f"{end} 23:59:59")


def test_given_months_bought_one_by_one_then_they_end_like_months_bought_together() -> None:
    facts = [bought(local("2026-01-31")), bought(local("2026-02-10")), bought(local("2026-02-28"))]
    assert standing(facts, local("2026-03-01"), MONTHLY).ends_at == local("2026-04-30")
    assert standing(facts[:2], local("2026-03-01"), MONTHLY).ends_at == local("2026-03-31")


def test_given_years_from_february_29_then_leap_years_have_their_day_again() -> None:
    at = local("2024-02-29")
    ends = [standing([bought(at, units)], at, YEARLY).ends_at for units in (1, 2, 3, 4)]
    assert ends == [local("2025-02-28"), local("2026-02-28"), local("2027-02-28"), local("2028-02-29")]


def test_given_a_month_over_the_change_of_clocks_then_it_ends_at_the_same_wall_clock_time() -> None:
    at = local("2026-02-15 23:59:59")
    end = standing([bought(at)], at, MONTHLY).ends_at
    assert end == local("2026-03-15 23:59:59") == utc("2026-03-16 03:59:59")
    skipped = local("2026-02-08 02:30")  # there is no half past two on March 8
    assert standing([bought(skipped)], skipped, MONTHLY).ends_at == utc("2026-03-08 07:30")
    assert standing([bought(skipped, 2)], skipped, MONTHLY).ends_at == local("2026-04-08 02:30")


def test_given_a_member_elsewhere_then_the_program_s_days_decide() -> None:
    at = utc("2026-02-01 03:00")  # January 31, ten in the evening, in New York; noon of February 1 in Tokyo
    assert standing([bought(at)], at, MONTHLY, NEW_YORK).ends_at == local("2026-02-28 22:00")


def test_given_weeks_then_they_are_days_of_the_calendar() -> None:
    plan = PlanDefinition(title="Weeks", prices={"USD": 100}, interval=Interval(unit="week", count=2))
    at = local("2026-03-01 09:00")
    assert standing([bought(at, 2)], at, plan).ends_at == local("2026-03-29 09:00")


def test_given_days_granted_and_bought_then_they_add_up_and_the_membership_is_a_bought_one() -> None:
    grant = fact("granted", utc("2026-03-01"), days=10)
    alone = standing([grant], utc("2026-03-02"))
    assert (alone.way, alone.ends_at) == ("grant", utc("2026-03-11"))
    both = standing([grant, bought(utc("2026-03-05"))], utc("2026-03-06"))
    assert (both.way, both.started_at, both.ends_at) == ("purchase", utc("2026-03-01"), utc("2026-04-10"))


def test_given_a_purchase_of_the_future_then_it_is_reviewed_when_it_begins() -> None:
    facts = [bought(utc("2026-03-01")), bought(utc("2026-03-11"))]
    found = standing(facts, utc("2026-03-02"))
    assert (found.ends_at, found.review_at) == (utc("2026-03-31"), utc("2026-03-11"))


def test_given_more_units_than_the_calendar_holds_then_the_end_is_its_last_moment() -> None:
    for plan in (MONTHLY, YEARLY):
        found = standing([bought(utc("2026-03-01"), 1_000_000_000)], utc("2026-03-01"), plan)
        assert found.ends_at is not None
        assert found.ends_at.year == 9999


def test_given_two_plans_then_each_is_a_membership_of_its_own() -> None:
    facts = [bought(utc("2026-03-01")), bought(utc("2026-03-05"), plan_id=200)]
    found = standings(facts, utc("2026-03-06"))
    assert [(one.plan_id, one.ends_at) for one in found] == [(100, utc("2026-03-31")), (200, utc("2026-04-04"))]


def test_given_full_months_then_each_is_known_by_the_moment_at_which_it_was_over() -> None:
    facts = [bought(local("2026-01-31"), 3)]
    found = standing(facts, local("2026-04-30"))
    assert found.months == (local("2026-02-28"), local("2026-03-31"), local("2026-04-30"))
    assert standing(facts, local("2026-03-30")).review_at == local("2026-03-31")

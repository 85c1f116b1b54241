"""Weeks of leagues where the clocks change, where the year ends and where the program moves to another zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.leagues.weeks import Week, week_after, week_of
from tests.support.tiers import NEW_YORK, local


def test_given_the_week_in_which_clocks_go_forward_then_it_has_an_hour_less() -> None:
    week = week_of(local("2026-03-05"), NEW_YORK)
    assert week == Week("2026-03-02", datetime(2026, 3, 2, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC))
    assert week.ends_at - week.starts_at == timedelta(days=7, hours=-1)
    assert week_after(week.ends_at, NEW_YORK).period == "2026-03-09"


def test_given_the_week_in_which_clocks_go_back_then_it_has_an_hour_more() -> None:
    week = week_of(local("2026-11-01 23:59"), NEW_YORK)
    assert (week.period, week.ends_at - week.starts_at) == ("2026-10-26", timedelta(days=7, hours=1))
    assert week_of(week.ends_at, NEW_YORK).period == "2026-11-02"


def test_given_the_turn_of_the_year_then_its_week_is_one_week_named_by_its_monday() -> None:
    assert week_of(local("2026-12-31 23:59"), NEW_YORK) == week_of(local("2027-01-01 00:00"), NEW_YORK)
    assert week_of(local("2027-01-03 23:59"), NEW_YORK).period == "2026-12-28"
    assert week_of(local("2027-01-04 00:00"), NEW_YORK).period == "2027-01-04"


@pytest.mark.parametrize(
    ("new", "hours"), [("America/Los_Angeles", 3), ("Asia/Tokyo", -14), ("Pacific/Kiritimati", -19), ("UTC", -5)]
)
def test_given_a_program_that_moves_when_its_week_ends_then_no_moment_is_in_two_weeks_or_none(
    new: str, hours: int
) -> None:
    zone = ZoneInfo(new)
    first = week_of(local("2026-01-14"), NEW_YORK)
    second = week_after(first.ends_at, zone)
    assert (second.period, second.starts_at) == ("2026-01-19", first.ends_at)
    assert second.ends_at - second.starts_at == timedelta(days=7, hours=hours)
    assert week_after(second.ends_at, zone) == week_of(second.ends_at, zone)

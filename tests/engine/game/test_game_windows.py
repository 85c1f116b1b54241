"""Calendar units of the program's zone: whole days, also where clocks change, at year ends, at the calendar's end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.game.windows import Always, Between, Each, Last, Unit, bounds, first_day, following, occasion_of
from engine.rules.days import LAST_MOMENT
from tests.support.counter_model import first_day_of

UNITS: tuple[Unit, ...] = get_args(Unit)
ZONES = [ZoneInfo(name) for name in ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo")]


def test_weeks_begin_on_monday_also_across_the_year() -> None:
    sunday, monday = date(2027, 1, 3), date(2027, 1, 4)
    assert (first_day("week", sunday), following("week", sunday)) == (date(2026, 12, 28), monday)
    assert occasion_of(Each(unit="week"), sunday) == "2026-12-28"
    assert occasion_of(Each(unit="quarter"), sunday) == "2027-01-01"


def test_the_day_on_which_clocks_go_back_has_25_hours() -> None:
    starts_at, ends_at = bounds(Each(unit="day"), date(2026, 11, 1), ZoneInfo("America/New_York"))
    assert starts_at == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert ends_at == datetime(2026, 11, 2, 5, tzinfo=UTC)


def test_the_last_days_end_with_today() -> None:
    window = bounds(Last(days=7), date(2026, 3, 9), ZoneInfo("America/New_York"))  # clocks went forward on the 8th
    assert window == (datetime(2026, 3, 3, 5, tzinfo=UTC), datetime(2026, 3, 10, 4, tzinfo=UTC))


def test_what_has_no_units_is_one_occasion() -> None:
    starts_at, ends_at = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    day, zone = date(2026, 5, 5), ZoneInfo("UTC")
    assert bounds(Always(), day, zone) == (None, None)
    assert bounds(Between(starts_at=starts_at, ends_at=ends_at), day, zone) == (starts_at, ends_at)
    assert {occasion_of(window, day) for window in (Always(), Last(days=3))} == {""}
    with pytest.raises(ValidationError):
        Between(starts_at=ends_at, ends_at=starts_at)


@pytest.mark.parametrize("unit", UNITS)
def test_at_the_calendars_ends_there_is_still_a_window(unit: Unit) -> None:
    assert bounds(Each(unit=unit), date.max, ZoneInfo("UTC"))[1] == LAST_MOMENT
    assert bounds(Each(unit=unit), date.min, ZoneInfo("Asia/Kolkata"))[0] is None
    assert bounds(Last(days=36_500), date(50, 1, 1), ZoneInfo("Asia/Kolkata"))[0] is None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(UNITS), st.dates(date(2005, 1, 1), date(2040, 1, 1)), st.sampled_from(ZONES))
def test_windows_follow_each_other_without_a_gap(unit: Unit, day: date, zone: ZoneInfo) -> None:
    window = Each(unit=unit)
    assert occasion_of(window, day) == first_day_of(unit, day)
    starts_at, ends_at = bounds(window, day, zone)
    assert starts_at is not None
    assert ends_at is not None
    assert starts_at.astimezone(zone).date() <= day <= (ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    assert bounds(window, following(unit, day), zone)[0] == ends_at

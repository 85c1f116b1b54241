"""Cycles begin where the anchor says: month ends, leap days, clocks that change, and joiners on the last day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.billing.cycles import Schedule, Unit, later
from engine.rules.days import LAST_MOMENT

NEW_YORK = ZoneInfo("America/New_York")
UTC_ZONE = ZoneInfo("UTC")
EARLY = datetime(2020, 1, 1, tzinfo=UTC)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_given_an_anchor_on_the_31st_when_months_pass_then_each_cycle_clamps_and_none_drifts() -> None:
    monthly = Schedule(_at("2027-01-31T12:00"), "month", 1, UTC_ZONE)

    starts = [monthly.start(cycle).date().isoformat() for cycle in range(1, 7)]

    assert starts == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30"]


def test_given_a_leap_day_when_years_pass_then_it_is_the_28th_until_the_next_leap_day() -> None:
    yearly = Schedule(_at("2028-02-29T12:00"), "year", 1, UTC_ZONE)

    assert [yearly.start(cycle).date().isoformat() for cycle in (2, 3, 4, 5)] == [
        "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29",
    ]  # fmt: skip


def test_given_a_clock_that_changes_when_a_week_passes_then_the_hour_of_the_shop_stays() -> None:
    weekly = Schedule(_at("2027-03-10T04:59:59"), "week", 1, NEW_YORK)  # 23:59:59 the evening before

    assert weekly.start(2) == _at("2027-03-17T03:59:59")
    assert weekly.start(2).astimezone(NEW_YORK).isoformat() == "2027-03-16T23:59:59-04:00"


def test_given_an_hour_that_a_clock_skips_when_a_cycle_would_begin_in_it_then_it_begins_after_the_gap() -> None:
    assert later(_at("2027-03-07T07:30"), "week", 1, NEW_YORK) == _at("2027-03-14T07:30")


@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
def test_given_cycles_beyond_the_calendar_when_their_start_is_asked_for_then_it_is_the_last_moment_there_is(
    unit: Unit,
) -> None:
    assert Schedule(_at("2027-01-31T12:00"), unit, 1_000, NEW_YORK).start(999_999_999) == LAST_MOMENT


@given(
    st.integers(0, 12 * 365 * 86_400),
    st.sampled_from(["day", "week", "month", "year"]),
    st.integers(1, 14),
    st.integers(0, 20 * 365 * 86_400),
)
def test_given_any_moment_when_its_cycle_is_asked_for_then_it_lies_between_two_starts(
    anchor: int, unit: Unit, count: int, moment: int
) -> None:
    schedule = Schedule(EARLY + timedelta(seconds=anchor), unit, count, NEW_YORK, base_cycle=3)
    at = max(EARLY + timedelta(seconds=moment), schedule.base_at)

    cycle = schedule.cycle_at(at)
    first = schedule.first_from(at)

    assert schedule.start(cycle) <= at < schedule.start(cycle + 1)
    assert first in (cycle, cycle + 1)
    assert schedule.start(first) >= at


@pytest.mark.parametrize(
    ("joined", "unit", "count", "fixed", "starts", "share"),
    [
        ("2026-12-31T18:00", "year", 1, (1, 1), ["2027-01-01T18:00", "2028-01-01T18:00"], 27),  # 9,900 / 365
        ("2027-01-01T18:00", "year", 1, (1, 1), ["2028-01-01T18:00", "2029-01-01T18:00"], 9_900),
        ("2026-03-15T18:00", "year", 1, (1, 1), ["2027-01-01T18:00", "2028-01-01T18:00"], 7_920),  # 292 of 365 days
        ("2026-01-20T18:00", "month", 3, (15, 2), ["2026-02-15T18:00", "2026-05-15T18:00"], 2_798),  # 26 of 92 days
        ("2026-01-15T18:00", "month", 1, (31, 1), ["2026-01-31T18:00", "2026-02-28T18:00"], 5_110),  # 16 of 31 days
        ("2026-02-10T18:00", "month", 1, (31, 1), ["2026-02-28T18:00", "2026-03-31T18:00"], 6_364),  # 18 of 28 days
    ],
)
def test_complaint_23_given_a_fixed_day_when_someone_joins_before_it_then_that_term_costs_its_share(
    joined: str, unit: Unit, count: int, fixed: tuple[int, int], starts: list[str], share: int
) -> None:
    schedule = Schedule(_at(joined), unit, count, UTC_ZONE, fixed=fixed)

    assert [schedule.start(cycle) for cycle in (2, 3)] == [_at(start) for start in starts]
    assert schedule.first_share(9_900) == share


def test_given_the_31st_as_the_fixed_day_when_a_month_is_shorter_then_the_next_one_is_on_the_31st_again() -> None:
    monthly = Schedule(_at("2026-01-15T18:00"), "month", 1, UTC_ZONE, base_cycle=2, fixed=(31, 1))

    assert [monthly.start(cycle) for cycle in (2, 3, 4, 5, 6)] == [
        _at("2026-01-15T18:00"), _at("2026-01-31T18:00"), _at("2026-02-28T18:00"), _at("2026-03-31T18:00"),
        _at("2026-04-30T18:00"),
    ]  # fmt: skip
    assert [monthly.cycle_at(monthly.start(cycle)) for cycle in (2, 3, 4, 30)] == [2, 3, 4, 30]


def test_given_no_fixed_day_then_the_first_cycle_costs_the_whole_price() -> None:
    assert Schedule(_at("2026-01-15T18:00"), "month", 1, UTC_ZONE).first_share(900) == 900

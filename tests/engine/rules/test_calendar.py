"""When points are released and when they end: half-open instants of the program's own zone, on odd days too."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from engine.rules.caps import Cap, Granted, Period, period_of, within_caps
from engine.rules.days import instant_of
from engine.rules.expiries import Expiry, end_of, idle_days
from engine.rules.holds import Hold, held_until, release_moment
from engine.rules.rule import Window

EXPIRY: TypeAdapter[Expiry] = TypeAdapter(Expiry)
HOLD: TypeAdapter[Hold] = TypeAdapter(Hold)
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return wall_clock(text).replace(tzinfo=UTC)


def wall_clock(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("expiry", "zone", "start", "end"),
    [
        ({"kind": "after", "days": 365}, "UTC", "2026-03-01T10:20:30", "2027-03-01T10:20:30"),
        ({"kind": "after", "days": 1}, "America/New_York", "2026-03-07T17:00", "2026-03-08T16:00"),
        ({"kind": "after", "days": 1}, "America/New_York", "2026-10-31T16:00", "2026-11-01T17:00"),
        ({"kind": "after", "days": 1}, "America/New_York", "2026-03-07T07:30", "2026-03-08T07:30"),
        ({"kind": "after", "months": 1}, "UTC", "2026-01-31T00:00", "2026-02-28T00:00"),
        ({"kind": "after", "months": 12}, "UTC", "2024-02-29T00:00", "2025-02-28T00:00"),
        ({"kind": "after", "months": 1, "round": "month"}, "UTC", "2026-01-31T08:00", "2026-03-01T00:00"),
        ({"kind": "after", "days": 10, "round": "quarter"}, "UTC", "2026-03-25T08:00", "2026-07-01T00:00"),
        ({"kind": "after", "days": 1, "round": "year"}, "Asia/Shanghai", "2026-12-30T15:59", "2026-12-31T16:00"),
        ({"kind": "after", "days": 1, "round": "year"}, "Asia/Shanghai", "2026-12-30T16:00", "2027-12-31T16:00"),
        ({"kind": "calendar", "month": 12, "day": 31}, "UTC", "2026-12-31T23:59", "2027-01-01T00:00"),
        ({"kind": "calendar", "month": 12, "day": 31}, "UTC", "2027-01-01T00:00", "2028-01-01T00:00"),
        ({"kind": "calendar", "month": 2, "day": 29}, "UTC", "2026-01-10T00:00", "2026-03-01T00:00"),
        ({"kind": "calendar", "month": 2, "day": 29}, "UTC", "2028-01-10T00:00", "2028-03-01T00:00"),
        ({"kind": "calendar", "month": 6, "day": 30, "grace_days": 30}, "UTC", "2026-06-30T12:00", "2026-07-31T00:00"),
        ({"kind": "calendar", "month": 6, "day": 30, "grace_days": 30}, "UTC", "2026-07-01T12:00", "2027-07-31T00:00"),
        ({"kind": "calendar", "month": 3, "day": 7}, "America/New_York", "2026-02-01T00:00", "2026-03-08T05:00"),
        ({"kind": "inactivity", "days": 90}, "UTC", "2026-01-01T00:00", "2026-04-01T00:00"),
    ],
)
def test_points_end_at(expiry: dict[str, Any], zone: str, start: str, end: str) -> None:
    assert end_of(EXPIRY.validate_python(expiry), at(start), ZoneInfo(zone)) == at(end)


def test_points_that_never_end_and_those_whose_end_moves() -> None:
    never, idle = EXPIRY.validate_python({"kind": "never"}), EXPIRY.validate_python({"kind": "inactivity", "days": 90})

    assert end_of(never, at("2026-01-01"), NEW_YORK) is None
    assert (idle_days(never), idle_days(idle)) == (None, 90)


def test_an_end_beyond_the_calendar_is_the_calendars_last_day() -> None:
    century = EXPIRY.validate_python({"kind": "after", "months": 1_200})

    assert end_of(century, at("9950-01-01"), NEW_YORK) == datetime(9999, 12, 30, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_or_repeat_is_one_instant() -> None:
    assert instant_of(wall_clock("2026-03-08T02:30"), NEW_YORK) == at("2026-03-08T07:30")
    assert instant_of(wall_clock("2026-11-01T01:30"), NEW_YORK) == at("2026-11-01T05:30")


def test_a_window_is_half_open_in_the_programs_zone() -> None:
    window = Window(starts_at=wall_clock("2026-03-08"), ends_at=wall_clock("2026-03-09"))

    covered = [
        window.covers(at(moment), NEW_YORK)
        for moment in ("2026-03-08T04:59:59", "2026-03-08T05:00", "2026-03-09T03:59:59", "2026-03-09T04:00")
    ]

    assert covered == [False, True, True, False]
    assert Window().covers(at("2026-01-01"), NEW_YORK)


START = at("2026-05-01T12:00")


@pytest.mark.parametrize(
    ("hold", "fulfilled", "delivered", "released"),
    [
        ({"kind": "none"}, None, None, None),
        ({"kind": "days", "days": 14}, None, None, "2026-05-15T12:00"),
        ({"kind": "until", "event": "fulfilled"}, None, None, "2026-06-30T12:00"),
        ({"kind": "until", "event": "fulfilled"}, "2026-05-03T08:00", None, "2026-05-03T08:00"),
        ({"kind": "until", "event": "delivered"}, "2026-05-03T08:00", None, "2026-06-30T12:00"),
        ({"kind": "until", "event": "delivered"}, "2026-05-03T08:00", "2026-05-06T08:00", "2026-05-06T08:00"),
        ({"kind": "until", "event": "delivered", "at_most_days": 3}, None, "2026-05-06T08:00", "2026-05-04T12:00"),
        ({"kind": "until", "event": "return_window", "days": 14}, "2026-05-03T08:00", None, "2026-05-17T08:00"),
        (
            {"kind": "until", "event": "return_window", "days": 14},
            "2026-05-03T08:00", "2026-05-06T08:00", "2026-05-20T08:00",
        ),
        ({"kind": "until", "event": "fulfilled"}, "2026-04-30T08:00", None, "2026-05-01T12:00"),
    ],
)  # fmt: skip
def test_held_points_are_released_at(
    hold: dict[str, Any], fulfilled: str | None, delivered: str | None, released: str | None
) -> None:
    sent, arrived, expected = [at(text) if text else None for text in (fulfilled, delivered, released)]

    assert release_moment(HOLD.validate_python(hold), START, sent, arrived, ZoneInfo("UTC")) == expected


def test_a_hold_names_what_it_waits_for() -> None:
    assert held_until(HOLD.validate_python({"kind": "days", "days": 2})) is None
    assert held_until(HOLD.validate_python({"kind": "until", "event": "delivered"})) == "delivered"


@pytest.mark.parametrize(
    ("period", "day", "name"),
    [
        ("day", date(2026, 11, 22), "2026-11-22"),
        ("week", date(2026, 12, 31), "2026-W53"),
        ("week", date(2027, 1, 3), "2026-W53"),
        ("month", date(2026, 3, 1), "2026-03"),
        ("quarter", date(2026, 3, 31), "2026-Q1"),
        ("quarter", date(2026, 4, 1), "2026-Q2"),
        ("year", date(2026, 4, 1), "2026"),
        ("ever", date(2026, 4, 1), ""),
    ],
)
def test_periods_have_names(period: Period, day: date, name: str) -> None:
    assert period_of(period, day) == name


def test_the_tightest_cap_counts_and_is_named() -> None:
    daily = Cap(handle="daily", period="day", points=100)
    program = Cap(handle="all", per="program", period="ever", points=1_000)

    assert within_caps([daily, program], 80, {}) == Granted(80)
    assert within_caps([daily, program], 80, {"daily": 50}) == Granted(50, "daily")
    assert within_caps([daily, program], 80, {"daily": 50, "all": 990}) == Granted(10, "all")
    assert within_caps([daily, program], 80, {"daily": 130}) == Granted(0, "daily")

"""Calendars of a program that moves to another zone: every moment is in one period, what is over stays as it was."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.game.windows import Unit
from engine.leaderboards.calendars import spell_at
from engine.leaderboards.zones import Zones

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NIUE = ZoneInfo("Pacific/Niue")
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")
TOKYO = ZoneInfo("Asia/Tokyo")
INSTANT = timedelta(microseconds=1)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moved(first: ZoneInfo, *changes: tuple[str, ZoneInfo]) -> Zones:
    zones = Zones.always(first)
    for at, zone in changes:
        zones = zones.then(_utc(at), zone)
    return zones


def spells(unit: Unit, since: str, until: str, zones: Zones) -> list[tuple[str, str, str]]:
    """First day and bounds of every period between two moments."""
    found, moment = [], _utc(since)
    while moment < _utc(until):
        one = spell_at(unit, moment, zones)
        found.append((one.first.isoformat(), f"{one.starts_at:%Y-%m-%dT%H}", f"{one.ends_at:%Y-%m-%dT%H}"))
        moment = one.ends_at
    return found


@pytest.mark.parametrize(
    ("unit", "zones", "since", "until", "expected"),
    [
        # October was over in Los Angeles, whose clocks went back on the 1st of November; November ends in Auckland.
        (
            "month", moved(LOS_ANGELES, ("2026-11-01T08:00", AUCKLAND)), "2026-10-20", "2026-12-20",
            [("2026-10-01", "2026-10-01T07", "2026-11-01T07"), ("2026-11-01", "2026-11-01T07", "2026-11-30T11"),
             ("2026-12-01", "2026-11-30T11", "2026-12-31T11")],
        ),
        # The other way round.
        (
            "month", moved(AUCKLAND, ("2026-11-03T00:00", LOS_ANGELES)), "2026-10-20", "2026-12-20",
            [("2026-10-01", "2026-09-30T11", "2026-10-31T11"), ("2026-11-01", "2026-10-31T11", "2026-12-01T08"),
             ("2026-12-01", "2026-12-01T08", "2027-01-01T08")],
        ),
        # In Auckland it is November and in Los Angeles still October: nobody leaves November again.
        (
            "month", moved(AUCKLAND, ("2026-10-31T20:00", LOS_ANGELES)), "2026-10-20", "2026-12-20",
            [("2026-10-01", "2026-09-30T11", "2026-10-31T11"), ("2026-11-01", "2026-10-31T11", "2026-12-01T08"),
             ("2026-12-01", "2026-12-01T08", "2027-01-01T08")],
        ),
        # In Los Angeles it is October and in Auckland November already: October ends as it was to.
        (
            "month", moved(LOS_ANGELES, ("2026-10-31T20:00", AUCKLAND)), "2026-10-20", "2026-12-20",
            [("2026-10-01", "2026-10-01T07", "2026-11-01T07"), ("2026-11-01", "2026-11-01T07", "2026-11-30T11"),
             ("2026-12-01", "2026-11-30T11", "2026-12-31T11")],
        ),
        # At the turn of the year, both ways.
        (
            "year", moved(LOS_ANGELES, ("2027-01-01T07:00", AUCKLAND)), "2026-06-01", "2027-06-01",
            [("2026-01-01", "2026-01-01T08", "2027-01-01T08"), ("2027-01-01", "2027-01-01T08", "2027-12-31T11")],
        ),
        (
            "year", moved(AUCKLAND, ("2026-12-31T12:00", LOS_ANGELES)), "2026-06-01", "2027-06-01",
            [("2026-01-01", "2025-12-31T11", "2026-12-31T11"), ("2027-01-01", "2026-12-31T11", "2028-01-01T08")],
        ),
        (
            "week", moved(LOS_ANGELES, ("2026-12-31T00:00", AUCKLAND)), "2026-12-25", "2027-01-10",
            [("2026-12-21", "2026-12-21T08", "2026-12-28T08"), ("2026-12-28", "2026-12-28T08", "2027-01-03T11"),
             ("2027-01-04", "2027-01-03T11", "2027-01-10T11")],
        ),
        # A day that the program leaps over is none, and no day comes twice.
        (
            "day", moved(NIUE, ("2026-05-05T12:00", KIRITIMATI)), "2026-05-04T12", "2026-05-08",
            [("2026-05-04", "2026-05-04T11", "2026-05-05T11"), ("2026-05-05", "2026-05-05T11", "2026-05-06T11"),
             ("2026-05-07", "2026-05-06T11", "2026-05-07T10"), ("2026-05-08", "2026-05-07T10", "2026-05-08T10")],
        ),
        (
            "day", moved(KIRITIMATI, ("2026-05-05T12:00", NIUE)), "2026-05-04T12", "2026-05-08",
            [("2026-05-05", "2026-05-04T10", "2026-05-05T10"), ("2026-05-06", "2026-05-05T10", "2026-05-07T11"),
             ("2026-05-07", "2026-05-07T11", "2026-05-08T11")],
        ),
        # Away and back again, before the new zone had its first period.
        (
            "month", moved(LOS_ANGELES, ("2026-10-31T20:00", AUCKLAND), ("2026-10-31T21:00", LOS_ANGELES)),
            "2026-10-20", "2026-11-20",
            [("2026-10-01", "2026-10-01T07", "2026-11-01T07"), ("2026-11-01", "2026-11-01T07", "2026-12-01T08")],
        ),
    ],
)  # fmt: skip
def test_given_a_program_that_moves_then_each_period_begins_where_the_one_before_it_ended(
    unit: Unit, zones: Zones, since: str, until: str, expected: list[tuple[str, str, str]]
) -> None:
    assert spells(unit, since, until, zones) == expected


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("seed", range(4))
def test_given_any_moves_then_no_moment_is_in_two_periods_or_none_and_what_was_over_never_changes(
    unit: Unit, seed: int
) -> None:
    numbers = random.Random(seed)
    away = [LOS_ANGELES, AUCKLAND, NIUE, KIRITIMATI, TOKYO, ZoneInfo("UTC")]
    zones, at = Zones.always(numbers.choice(away)), _utc("2025-12-20")
    over: list[object] = []
    for _ in range(40):
        at += timedelta(minutes=numbers.choice([1, 30, 600, 2_000, 20_000]))
        moment, before = _utc("2025-12-01"), []
        while (one := spell_at(unit, moment, zones)).ends_at <= at:
            assert one.starts_at <= moment < one.ends_at
            assert spell_at(unit, one.ends_at - INSTANT, zones) == one
            assert spell_at(unit, one.ends_at, zones).starts_at == one.ends_at
            before.append(one)
            moment = one.ends_at
        assert before[: len(over)] == over
        over = list(before)
        zones = zones.then(at, numbers.choice(away))
        assert spell_at(unit, at, zones)[:2] == one[:2]  # nobody leaves the period that runs

"""The weeks of a league: from Monday to Monday, at midnight of the program's zone, whatever its clocks do between."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.rules.days import local_day, start_of_day

DAYS = 7
_HALF = 4


class Week(NamedTuple):
    """A week: the date of its Monday, its first moment and the first one after it."""

    period: str
    starts_at: datetime
    ends_at: datetime


def week_of(moment: datetime, zone: ZoneInfo) -> Week:
    """The week that a moment falls in."""
    day = local_day(moment, zone)
    monday = day - timedelta(days=day.weekday())
    return Week(monday.isoformat(), start_of_day(monday, zone), start_of_day(_later(monday), zone))


def week_after(ends_at: datetime, zone: ZoneInfo) -> Week:
    """The week after one that ended, without a gap or an overlap.

    Where the program moved to another zone meanwhile, it is longer or shorter by the difference, once.
    """
    day = local_day(ends_at, zone)
    monday = day - timedelta(days=day.weekday())
    if day.weekday() >= _HALF:  # the day before its Monday in the zone of now
        monday = _later(monday)
    return Week(monday.isoformat(), ends_at, start_of_day(_later(monday), zone))


def _later(monday: date) -> date:
    return monday + timedelta(days=DAYS)

"""Days, months and moments of a program's own zone, also where the clocks change."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

LAST_MOMENT = datetime(9999, 12, 30, tzinfo=UTC)
"""What an end that would lie beyond the calendar is clamped to."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ValueError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise ValueError(f"unknown time zone {name[:64]!r}") from None


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time: the first of two where it is repeated, past the gap where it is skipped."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day of the zone that an instant falls on."""
    return moment.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day."""
    return instant_of(datetime.combine(day, time()), zone)


def days_later(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same wall-clock time some days later."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    return LAST_MOMENT if local.year + days // 365 > 9_990 else instant_of(local + timedelta(days=days), zone)


def months_later(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same wall-clock time some months later, on the month's last day where it has no such day."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    if year > 9_990:
        return LAST_MOMENT
    return instant_of(local.replace(year=year, month=month + 1, day=clamped(year, month + 1, local.day)), zone)


def clamped(year: int, month: int, day: int) -> int:
    """The day, or the month's last one where it is shorter."""
    return min(day, monthrange(year, month)[1])


def next_period(day: date, months: int) -> date:
    """The first day after the period of 1, 3 or 12 months, counted from January, that a day falls in."""
    first = (day.month - 1) // months * months
    year, month = divmod(day.year * 12 + first + months, 12)
    return date(year, month + 1, 1)

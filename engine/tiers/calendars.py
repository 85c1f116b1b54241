"""Where windows begin and terms end, in days and wall-clock times of the program's zone.

Periods of months are always reckoned from their first beginning, so that a 31st or a 29 February comes back after
shorter months.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.rules.days import LAST_MOMENT, clamped, days_later, local_day, months_later, start_of_day
from engine.tiers.periods import (
    UNIT_MONTHS,
    Anniversary,
    Calendar,
    Lasts,
    Lifetime,
    NeverEnds,
    Rolling,
    Term,
    UntilCalendar,
    Window,
)


def months_after(day: date, months: int) -> date:
    """The same day some months later or, where they are below 0, earlier; the month's last one where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= LAST_MOMENT.year:
        return date.min if year < 1 else LAST_MOMENT.date()
    return date(year, month + 1, clamped(year, month + 1, day.day))


def calendar_period(day: date, months: int, start_month: int) -> tuple[date, date]:
    """The first day of the period that a day is in, and of the next; counted from a month of the year."""
    offset = start_month - 1
    first = (day.year * 12 + day.month - 1 - offset) // months * months + offset
    start = date(first // 12, first % 12 + 1, 1) if first >= 12 else date.min
    return start, months_after(start, months)


def joining_period(day: date, months: int, joined: date, more: int = 0) -> tuple[date, date]:
    """The first day of the period since joining that a day is in, and of the next, or of one so many periods later."""
    turn = ((day.year - joined.year) * 12 + day.month - joined.month) // months
    if months_after(joined, turn * months) > day:  # a month has begun, but not yet the day of joining
        turn -= 1
    return months_after(joined, turn * months), months_after(joined, (turn + 1 + more) * months)


def first_day(window: Window, day: date, joined: date) -> date:
    """The first day that still counts on a day."""
    if isinstance(window, Lifetime):
        return date.min
    if isinstance(window, Calendar):
        return calendar_period(day, UNIT_MONTHS[window.unit], window.start_month)[0]
    if isinstance(window, Anniversary):
        return joining_period(day, window.months, joined)[0]
    if window.days is not None:
        return day - timedelta(days=window.days - 1) if day.toordinal() > window.days else date.min
    first = months_after(day, -(window.months or 0))
    while drops_on(window, first, joined) <= day:
        first += timedelta(days=1)
    return first


def drops_on(window: Window, day: date, joined: date) -> date:
    """The first day on which what was done on a day counts no longer; `date.max` for never."""
    if isinstance(window, Calendar):
        return calendar_period(day, UNIT_MONTHS[window.unit], window.start_month)[1]
    if isinstance(window, Anniversary):
        return joining_period(day, window.months, joined)[1]
    if isinstance(window, Rolling):
        return months_after(day, window.months) if window.months is not None else _later(day, window.days or 0)
    return date.max


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days) if day.year + days // 365 < LAST_MOMENT.year else LAST_MOMENT.date()


def term_end(
    term: Term, begins_at: datetime, turn: int, joined: date, zone: ZoneInfo, *, renewed: bool
) -> datetime | None:
    """The first moment after a term, None where it never ends.

    `turn` counts the terms since `begins_at`, the running one is 1. A calendar term that follows another was earned in
    the other's last period, so it is one period shorter than one that is reached in its midst.
    """
    if isinstance(term, NeverEnds):
        return None
    if isinstance(term, Lasts):
        if term.days is not None:
            return days_later(begins_at, term.days * turn, zone)
        return months_later(begins_at, (term.months or 0) * turn, zone)
    more = max(term.extra_periods, 1) - 1 if renewed else term.extra_periods
    day = local_day(begins_at, zone)
    if isinstance(term, UntilCalendar):
        months = UNIT_MONTHS[term.unit]
        return start_of_day(months_after(calendar_period(day, months, term.start_month)[1], more * months), zone)
    return start_of_day(joining_period(day, term.months, joined, more)[1], zone)

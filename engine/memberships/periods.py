"""Terms in the program's calendar: always counted from where the first one began, so that no month's end is lost.

From January 31 a month ends on February 28, two months on March 31.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.memberships.definitions import Interval
from engine.rules.days import LAST_MOMENT, days_later, months_later

SECOND = timedelta(seconds=1)
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time; `ends_at` is the first instant after it."""

    starts_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> int:
        """Its length in whole seconds."""
        return (self.ends_at - self.starts_at) // SECOND

    def remaining_seconds(self, moment: datetime) -> int:
        """What is left of it at a moment: all of it before it begins, nothing after its end."""
        return max(0, (self.ends_at - max(moment, self.starts_at)) // SECOND)


def seconds_later(moment: datetime, seconds: int) -> datetime:
    """So many seconds later; what would lie beyond the calendar ends at its last moment."""
    room = (LAST_MOMENT - moment) // SECOND
    return LAST_MOMENT if seconds > room else moment + timedelta(seconds=seconds)


def advance(anchor: datetime, interval: Interval, count: int, zone: ZoneInfo) -> datetime:
    """The end of the count-th interval since the anchor: the same wall-clock time on its day, or the month's last."""
    if count == 0:
        return anchor
    if interval.months:
        return _months(anchor, interval.months * count, zone)
    return days_later(anchor, min(interval.days * count, 4_000_000), zone)


def _months(anchor: datetime, months: int, zone: ZoneInfo) -> datetime:
    return LAST_MOMENT if months > 120_000 else months_later(anchor, months, zone)

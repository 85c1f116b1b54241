"""Windows of time in which something is counted: always, each calendar unit, the last days, or from one moment on.

Calendar units are those of the program's zone; weeks begin on Monday. Days are whole, also where the clocks change.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from engine.rules.bounds import Days, Frozen, Moment
from engine.rules.days import LAST_MOMENT, next_period, start_of_day

Unit = Literal["day", "week", "month", "quarter", "year"]
_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}


class Always(Frozen):
    """All counts, whenever it was done."""

    kind: Literal["always"] = "always"


class Each(Frozen):
    """Each calendar unit counts for itself."""

    kind: Literal["each"] = "each"
    unit: Unit


class Last(Frozen):
    """The last so many days count, today among them."""

    kind: Literal["last"] = "last"
    days: Days


class Between(Frozen):
    """What was done from one moment on and before another one counts."""

    kind: Literal["between"] = "between"
    starts_at: Moment
    ends_at: Moment

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("a window ends after it begins")
        return self


Window = Annotated[Always | Each | Last | Between, Field(discriminator="kind")]


def first_day(unit: Unit, day: date) -> date:
    """The first day of the unit that a day falls in."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[unit]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def following(unit: Unit, day: date) -> date:
    """The first day after the unit that a day falls in."""
    if unit in ("day", "week"):
        return first_day(unit, day) + timedelta(days=1 if unit == "day" else 7)
    return next_period(day, _MONTHS[unit])


def occasion_of(window: Window, day: date) -> str:
    """Which of its windows a day falls in: the first day of a calendar unit, "" where there is only one."""
    return first_day(window.unit, day).isoformat() if isinstance(window, Each) else ""


def bounds(window: Window, day: date, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The first instant of the window that a day falls in and the first one after it; None where there is none."""
    if isinstance(window, Always):
        return None, None
    if isinstance(window, Between):
        return window.starts_at, window.ends_at
    if isinstance(window, Last):
        first = date.fromordinal(max(1, day.toordinal() - window.days + 1))
        return _start(first, zone), _end("day", day, zone)
    return _start(first_day(window.unit, day), zone), _end(window.unit, day, zone)


def _start(day: date, zone: ZoneInfo) -> datetime | None:
    try:
        return start_of_day(day, zone)
    except (OverflowError, ValueError):  # the calendar's first day begins before the calendar does in the east
        return None


def _end(unit: Unit, day: date, zone: ZoneInfo) -> datetime:
    try:
        return start_of_day(following(unit, day), zone)
    except (OverflowError, ValueError):
        return LAST_MOMENT

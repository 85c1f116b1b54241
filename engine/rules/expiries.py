"""When points end. An end is the first instant at which they are gone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from engine.rules.bounds import Days, Frozen
from engine.rules.days import clamped, days_later, local_day, months_later, next_period, start_of_day

_PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class NeverExpires(Frozen):
    """Points stay."""

    kind: Literal["never"] = "never"


class ExpiresAfter(Frozen):
    """Points live for some days or months, if so wished to the end of the month, quarter or year in which that is."""

    kind: Literal["after"] = "after"
    days: Days | None = None
    months: Annotated[int, Field(ge=1, le=1_200)] | None = None
    round: Literal["none", "month", "quarter", "year"] = "none"

    @model_validator(mode="after")
    def _either(self) -> ExpiresAfter:
        if (self.days is None) == (self.months is None):
            raise ValueError("an expiry is a number of days or of months, and not of both")
        return self


class ExpiresOn(Frozen):
    """Points given up to a day of the year end with that day, or `grace_days` later. 29 February is also the 28th."""

    kind: Literal["calendar"] = "calendar"
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0

    @model_validator(mode="after")
    def _day_exists(self) -> ExpiresOn:
        if self.day > clamped(2024, self.month, 31):
            raise ValueError(f"month {self.month} has no day {self.day}")
        return self


class ExpiresIdle(Frozen):
    """Points end some days after the member's last purchase; every purchase moves the end."""

    kind: Literal["inactivity"] = "inactivity"
    days: Days


Expiry = Annotated[NeverExpires | ExpiresAfter | ExpiresOn | ExpiresIdle, Field(discriminator="kind")]


def end_of(expiry: Expiry, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of points that live from `starts_at`, or None when they never end."""
    if isinstance(expiry, NeverExpires):
        return None
    if isinstance(expiry, ExpiresIdle):
        return days_later(starts_at, expiry.days, zone)
    if isinstance(expiry, ExpiresOn):
        return _calendar_end(expiry, starts_at, zone)
    if expiry.days is not None:
        end = days_later(starts_at, expiry.days, zone)
    else:
        end = months_later(starts_at, expiry.months or 0, zone)
    if expiry.round == "none":
        return end
    return start_of_day(next_period(local_day(end, zone), _PERIOD_MONTHS[expiry.round]), zone)


def _calendar_end(expiry: ExpiresOn, starts_at: datetime, zone: ZoneInfo) -> datetime:
    earned_on = local_day(starts_at, zone)
    last = _day_in(expiry, earned_on.year)
    if earned_on > last:
        last = _day_in(expiry, earned_on.year + 1)
    return start_of_day(last + timedelta(days=1 + expiry.grace_days), zone)


def _day_in(expiry: ExpiresOn, year: int) -> date:
    return date(year, expiry.month, clamped(year, expiry.month, expiry.day))


def idle_days(expiry: Expiry) -> int | None:
    """The days of silence that points survive, where it is purchases that move their end."""
    return expiry.days if isinstance(expiry, ExpiresIdle) else None

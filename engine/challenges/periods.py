"""The periods of a challenge: the one time that it runs, or each calendar unit of the program's zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.challenges.definitions import ChallengeDefinition, Once
from engine.game.windows import bounds, occasion_of
from engine.rules.days import LAST_MOMENT, local_day

PeriodBounds = tuple[datetime, datetime]


def period_of(definition: ChallengeDefinition, day: date) -> str:
    """Which period a day falls in: the first day of a calendar unit, "" where there is only one."""
    return "" if isinstance(definition.period, Once) else occasion_of(definition.period, day)


def period_bounds(definition: ChallengeDefinition, period: str, zone: ZoneInfo, opens_at: datetime) -> PeriodBounds:
    """The first moment that counts in a period, and the first one after it.

    Nothing counts before `opens_at`, when there was the first version, but where the challenge names its own beginning.
    """
    if isinstance(definition.period, Once):
        return definition.period.starts_at or opens_at, definition.period.ends_at or LAST_MOMENT
    starts_at, ends_at = bounds(definition.period, date.fromisoformat(period), zone)
    return max(starts_at or opens_at, opens_at), ends_at or LAST_MOMENT


def running_period(definition: ChallengeDefinition, zone: ZoneInfo, now: datetime) -> str:
    """The period that a moment falls in, of a challenge that runs one time always that one."""
    return period_of(definition, local_day(now, zone))

"""The periods of a challenge: the one time that it runs, or each calendar unit of the program's zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.challenges.definitions import ChallengeDefinition, Once
from engine.game.facts import Game
from engine.game.slices import Slice, slices
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


def opens_at(game: Game[ChallengeDefinition]) -> datetime:
    """When there was a challenge for the first time."""
    return min(one.effective_from for one in game.versions)


def has_period(definition: ChallengeDefinition, period: str) -> bool:
    """Whether a period is one of a challenge as a version plays it: one time, or in the calendar."""
    if isinstance(definition.period, Once) or not period:
        return isinstance(definition.period, Once) and not period
    return period_of(definition, date.fromisoformat(period)) == period


def governing(
    game: Game[ChallengeDefinition], period: str, zone: ZoneInfo, now: datetime
) -> Slice[ChallengeDefinition] | None:
    """The version that a period is played by: that which is in force at its end, as far as is known at a moment."""
    for one in slices(game, now):
        if has_period(one.definition, period):
            ends_at = period_bounds(one.definition, period, zone, opens_at(game))[1]
            if one.starts_at < ends_at <= one.ends_at:
                return one
    return None

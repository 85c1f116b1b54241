"""A member's score worked out a second time by another way: from their activities, one by one, without SQL.

The audit compares both, so that a board is right only where two ways of counting agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.game.counters import Counter, Counting
from engine.leaderboards.definitions import SCORE_MAXIMUM, LeaderboardDefinition, Period
from engine.rules.days import local_day
from engine.tiers.activities import Activity


class Part(NamedTuple):
    """What one activity or achievement counts now, above 0; `name` decides among those of one moment."""

    at: datetime
    name: tuple[int, str, str]
    worth: int


def parts_of(counter: Counter, activities: Iterable[Activity], zone: ZoneInfo) -> list[Part]:
    """What each activity of one member counts now; where days count, each activity that makes its day one."""
    found = []
    for one in activities:
        worth = sum(change.delta for change in Counting([one], zone).events(counter))
        if worth > 0:
            found.append(Part(one.occurred_at, (one.shop_id, one.source, one.source_id), worth))
    return found


def recount(
    definition: LeaderboardDefinition, parts: Iterable[Part], period: Period, zone: ZoneInfo, *, by_day: bool = False
) -> tuple[int, datetime] | None:
    """The score of a member in a period, and when it was reached in whole milliseconds; None without a score.

    With `by_day` each day counts one, as the metric "days" says.
    """
    within = sorted(one for one in parts if _holds(period, one.at))
    if by_day:
        within = [next(days)._replace(worth=1) for _, days in groupby(within, lambda one: local_day(one.at, zone))]
    if definition.daily_cap is not None:
        within = _capped(within, definition.daily_cap, zone)
    if not within:
        return None
    if definition.operator == "best":
        best = max(one.worth for one in within)
        return _score(best, next(one.at for one in within if one.worth == best))
    if definition.operator == "set":
        return _score(within[-1].worth, within[-1].at)
    return _score(sum(one.worth for one in within), within[-1].at)


def _holds(period: Period, moment: datetime) -> bool:
    begun = period.starts_at is None or period.starts_at <= moment
    return begun and (period.ends_at is None or moment < period.ends_at)


def _capped(parts: Sequence[Part], cap: int, zone: ZoneInfo) -> list[Part]:
    """What each still adds below the cap of its day."""
    found: list[Part] = []
    counted: dict[date, int] = {}
    for one in parts:
        day = local_day(one.at, zone)
        added = min(one.worth, cap - counted.get(day, 0))
        counted[day] = counted.get(day, 0) + added
        if added > 0:
            found.append(one._replace(worth=added))
    return found


def _score(score: int, at: datetime) -> tuple[int, datetime]:
    return min(score, SCORE_MAXIMUM), at - timedelta(microseconds=at.microsecond % 1_000)

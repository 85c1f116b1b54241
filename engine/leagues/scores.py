"""What members scored in a week of a league, counted as everything in the game is counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.counters import Change, changes
from engine.leaderboards.definitions import SCORE_MAXIMUM
from engine.leagues.definitions import LeagueDefinition
from engine.ledger import MemberKey
from engine.tiers.activities import Activity, read_activities_within

PAGE = 1_000
"""How many members are read at once."""


class WeekScore(NamedTuple):
    """A member's week: the score, when the last of it happened, and when they first did anything that counted.

    `first_at` stays where a refund takes everything away again, so that nobody changes cohorts by one.
    """

    score: int
    reached_at: datetime | None
    first_at: datetime | None


def week_score(definition: LeagueDefinition, activities: Iterable[Activity], zone: ZoneInfo) -> WeekScore:
    """The score of activities of one week, net of refunds; of each day no more than the cap counts."""
    days: dict[date, list[Change]] = {}
    for change in changes(definition.counter, activities, zone):
        days.setdefault(change.day, []).append(change)
    score, reached, began = 0, list[datetime](), list[datetime]()
    for found in days.values():
        total = sum(change.delta for change in found)
        counted = total if definition.daily_cap is None else min(total, definition.daily_cap)
        if counted > 0:
            score += counted
            reached.append(_reached(found, counted))
        began += [change.occurred_at for change in found if change.delta > 0]
    return WeekScore(min(score, SCORE_MAXIMUM), max(reached, default=None), min(began, default=None))


async def week_scores(
    connection: AsyncConnection, program_id: int, definition: LeagueDefinition, members: Iterable[int],
    starts_at: datetime, ends_at: datetime, zone: ZoneInfo,
) -> dict[int, WeekScore]:  # fmt: skip
    """What each of these members (not merged away) scored in a week, by what is known now."""
    asked = sorted(set(members))
    found: dict[int, WeekScore] = {}
    for first in range(0, len(asked), PAGE):
        keys = [MemberKey(program_id, member_id) for member_id in asked[first : first + PAGE]]
        done = await read_activities_within(connection, keys, starts_at, ends_at)
        found |= {key.member_id: week_score(definition, done[key], zone) for key in keys}
    return found


def _reached(day: list[Change], counted: int) -> datetime:
    """When what is left of a day came together, by when it was done."""
    left: dict[datetime, int] = {}
    for change in day:
        left[change.occurred_at] = left.get(change.occurred_at, 0) + change.delta
    so_far = 0
    for at in sorted(left):
        so_far += max(0, left[at])
        if so_far >= counted:
            return at
    return max(left)

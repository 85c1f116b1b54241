"""What time alone changes of a game, as a number: a day that ends may break a streak, a challenge opens or is over.

It follows from the definitions and the clock, so nothing is written for anybody when midnight comes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.badges.definitions import BadgeDefinition
from engine.challenges.definitions import ChallengeDefinition, Once
from engine.game.facts import Game
from engine.game.windows import Between
from engine.rules.bounds import Frozen
from engine.rules.days import local_day, zone_of

_FIRST_DAY = date(2020, 1, 1)


def moments_of(games: Iterable[Game[Any]]) -> tuple[datetime, ...]:
    """When anything of these games comes or goes, the first one first."""
    return tuple(sorted(moment for game in games for moment in _moments(game)))


def passed(moments: Sequence[datetime], zones: Iterable[ZoneInfo], now: datetime) -> int:
    """How many days of these zones were over at a moment, and how many of these moments.

    Units of games, weeks and months among them, begin and end with a day.
    """
    days = sum((local_day(now, zone) - _FIRST_DAY).days for zone in zones)
    return days + bisect_right(moments, now)


def chosen_zone(name: str | None) -> tuple[ZoneInfo, ...]:
    """The zone that a member chose for their days, if they did."""
    return () if name is None else (zone_of(name),)


def _moments(game: Game[Any]) -> list[datetime]:
    found = [game.archived_at] if game.archived_at is not None else []
    for one in game.versions:
        found += [one.effective_from, *_bounds(one.definition)]
    return found


def _bounds(definition: Frozen) -> Iterable[datetime]:
    if isinstance(definition, ChallengeDefinition) and isinstance(definition.period, Once):
        return [at for at in (definition.period.starts_at, definition.period.ends_at) if at is not None]
    if isinstance(definition, BadgeDefinition) and isinstance(definition.window, Between):
        return definition.window.starts_at, definition.window.ends_at
    return ()

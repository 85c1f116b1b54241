"""Streaks as a pure function of facts and a moment: the same in whatever order they came.

- A unit is kept when enough was done on its days, by the version in force at its beginning; a refund that leaves too
  little breaks it, back then. So what a streak had given by its length is taken back with it.
- An edit goes on with the run; only another unit of time begins a new streak. Nothing before the first version or
  from the archiving on counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from engine.game.counters import Counting
from engine.game.facts import Game, GameFacts
from engine.game.slices import Slice, next_start, slices
from engine.game.standing import Earned, EarnedKey
from engine.rules.days import LAST_MOMENT
from engine.streaks.definitions import StreakDefinition
from engine.streaks.era import Era
from engine.streaks.standing import StreakStanding


@dataclass(frozen=True, slots=True)
class StreakFold:
    """All streaks of a member; `review_at` is when time alone changes what was reached."""

    earned: tuple[Earned, ...]
    standings: tuple[StreakStanding, ...]
    review_at: datetime | None


def fold_streaks(
    facts: GameFacts, now: datetime, counting: Counting | None = None, *, progress: bool = True
) -> StreakFold:
    """What follows from the facts at a moment; without `progress` only what is kept, not what people read."""
    counted = counting or Counting(facts.activities, facts.zone)
    earned: list[Earned] = []
    standings: list[StreakStanding] = []
    moments = [counted.next_at(now)]
    for game in facts.of("streak"):
        eras = _eras(game, facts, now, counted)
        earned += _newest([one for era in eras for one in era.earned()])
        moments.append(next_start(game, now))
        if progress and eras and (game.archived_at is None or game.archived_at > now):
            standings.append(eras[-1].standing())
    review_at = min((one for one in moments if one is not None), default=None)
    return StreakFold(tuple(earned), tuple(standings), review_at)


def _eras(game: Game[StreakDefinition], facts: GameFacts, now: datetime, counting: Counting) -> list[Era]:
    """The times between changes of the unit."""
    found = [list(parts) for _, parts in groupby(slices(game, now), key=_unit)]
    return [
        Era(game, parts, facts, now, counting, f"{parts[0].version.version}." if number else "")
        for number, parts in enumerate(found)
    ]


def _newest(earned: Sequence[Earned]) -> list[Earned]:
    """Of what was reached in several eras by one key, that which is held; else what was held last."""
    found: dict[EarnedKey, Earned] = {}
    for one in earned:
        known = found.get(one.key)
        if known is None or _held_until(one) > _held_until(known):
            found[one.key] = one
    return list(found.values())


def _held_until(one: Earned) -> datetime:
    return one.revoked_at or LAST_MOMENT


def _unit(part: Slice[StreakDefinition]) -> str:
    return part.definition.unit

"""Badges that staff gave or took: their word stands above what was counted, until they say something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from engine.game.facts import BADGE_GIVEN, BADGE_TAKEN, Game, GameFact, GameVersion
from engine.game.holding import Held


def told_by_hand(facts: Iterable[GameFact], now: datetime) -> dict[int, list[GameFact]]:
    """What staff said about badges by a moment, by badge, oldest first; taken comes after given at one instant."""
    found: dict[int, list[GameFact]] = {}
    for one in facts:
        if one.kind in (BADGE_GIVEN, BADGE_TAKEN) and one.occurred_at <= now:
            found.setdefault(one.definition_id, []).append(one)
    for told in found.values():
        told.sort(key=lambda one: (one.occurred_at, one.kind, one.source_id))
    return found


def level_of(fact: GameFact) -> int:
    """Which level was given, with those below it, or taken, with those above it; the first one where none is named."""
    level = fact.detail.get("level", 1)
    return level if isinstance(level, int) and level > 0 else 1


def levels_given(game: Game[Any], told: Iterable[GameFact]) -> int:
    """How many levels, from the first one on, were ever given."""
    return max((level_of(one) for one in told if one.kind == BADGE_GIVEN and _counts(game, one)), default=0)


def overruled(game: Game[Any], level: int, occasion: str, held: Sequence[Held], told: Iterable[GameFact]) -> list[Held]:
    """When a level was held, with what staff said about it.

    What is given is held until it is taken. What is taken is not reached again by counting, and taking what is not held
    does nothing.
    """
    found: list[Held] = []
    rest, given = list(held), False
    for fact in told:
        version = _version_at(game, fact.occurred_at)
        if fact.kind == BADGE_GIVEN:
            within = level <= min(level_of(fact), len(version.definition.levels))
            if given or occasion or not within or not _counts(game, fact):
                continue
            found += [*_until(rest, fact.occurred_at), Held(fact.occurred_at, None, version)]
            if _goes_on(rest, fact.occurred_at):
                found[-2:] = [found[-2]._replace(end=None)]
            rest, given = [], True
        elif level >= level_of(fact):
            if given:
                found[-1] = found[-1]._replace(end=fact.occurred_at)
                rest, given = [], False
            elif _holds(rest, fact.occurred_at):
                found += _until(rest, fact.occurred_at)
                rest = []
    return [one for one in found + rest if one.end is None or one.start < one.end]


def _counts(game: Game[Any], fact: GameFact) -> bool:
    return game.archived_at is None or fact.occurred_at < game.archived_at


def _version_at(game: Game[Any], moment: datetime) -> GameVersion[Any]:
    """The version in force at a moment, or the first one before that."""
    begun = [one for one in game.versions if one.effective_from <= moment]
    return max(begun, key=lambda one: (one.effective_from, one.version), default=game.versions[0])


def _holds(held: Iterable[Held], moment: datetime) -> bool:
    return any(one.start <= moment and (one.end is None or moment < one.end) for one in held)


def _goes_on(held: Iterable[Held], moment: datetime) -> bool:
    return any(one.start < moment and (one.end is None or moment < one.end) for one in held)


def _until(held: Iterable[Held], moment: datetime) -> list[Held]:
    """What was held before a moment, cut off there."""
    cut = [one if one.end is not None and one.end <= moment else one._replace(end=moment) for one in held]
    return [one for one in cut if one.start < moment]

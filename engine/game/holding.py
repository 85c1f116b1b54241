"""Who holds what when, by which version: what was reached by one version stays with it, and newer ones add to that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from engine.game.curves import Span
from engine.game.facts import Game, GameKind, GameVersion


@dataclass(frozen=True, slots=True)
class Force:
    """A version while it decides: something is reached by it before `until`.

    `origin` is the moment from which on it counts, None for all; `series` is the version that began to count so.
    """

    version: GameVersion[Any]
    until: datetime | None
    origin: datetime | None
    series: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The games of a kind with the versions that came into force by a moment, and when the next version does."""

    games: tuple[Game[Any], ...]
    forces: dict[str, list[Force]]
    next_version_at: datetime | None


class Held(NamedTuple):
    """Something that is held from a moment on and before another one, by a version."""

    start: datetime
    end: datetime | None
    version: GameVersion[Any]


def forces_of(game: Game[Any], now: datetime) -> list[Force]:
    """The versions that came into force by a moment, oldest first; of two that begin at once only the newer one."""
    archived = game.archived_at if game.archived_at is not None and game.archived_at <= now else None
    begun = [
        one for one in game.versions
        if one.effective_from <= now and (archived is None or one.effective_from < archived)
    ]  # fmt: skip
    if len(begun) > 1:
        starts = {one.effective_from: one for one in sorted(begun, key=lambda one: one.version)}
        begun = [starts[at] for at in sorted(starts)]
    ends = [one.effective_from for one in begun[1:]]
    found: list[Force] = []
    for one, until in zip(begun, [*ends, archived], strict=False):
        before = found[-1] if found else None
        goes_on = before is not None and before.version.definition.counted == one.definition.counted
        series = before.series if before is not None and goes_on else one.version
        origin = before.origin if before is not None and goes_on else one.effective_from
        found.append(Force(one, until, None if one.definition.retroactive else origin, series))
    return found


def plan_of(games: tuple[Game[Any], ...], kind: GameKind, now: datetime) -> Plan:
    """What is in force at a moment; worked out once for all members of a batch, who share their games."""
    return _plan(_Same(games), kind, now)


def next_version_at(games: Iterable[Game[Any]], now: datetime) -> datetime | None:
    """When the next version comes into force; None where none is known to."""
    coming = [
        one.effective_from for game in games for one in game.versions
        if one.effective_from > now and (game.archived_at is None or one.effective_from < game.archived_at)
    ]  # fmt: skip
    return min(coming, default=None)


class _Same:
    """Games as a key: the same ones, not equal ones, since to compare them takes longer than to work a plan out."""

    __slots__ = ("games",)

    def __init__(self, games: tuple[Game[Any], ...]) -> None:
        self.games = games

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.games is other.games

    def __hash__(self) -> int:
        return id(self.games)


@lru_cache(maxsize=256)
def _plan(same: _Same, kind: GameKind, now: datetime) -> Plan:
    games = tuple(game for game in same.games if game.kind == kind)
    return Plan(games, {game.handle: forces_of(game, now) for game in games}, next_version_at(games, now))


def settle(reached: Sequence[tuple[Force, Sequence[Span]]]) -> list[Held]:
    """When one thing was held, out of the times at which each version, oldest first, saw it reached.

    A version that is not retroactive gives nothing before it began, and none gives anything while an older one's holds.
    One without `rollback` takes nothing back.
    """
    held: list[Held] = []
    for force, spans in reached:
        version = force.version
        first = None if version.definition.retroactive else version.effective_from
        for met, lost in spans:
            if held and held[-1].end is None:
                return held
            start = max(one for one in (met, first, held[-1].end if held else None) if one is not None)
            if force.until is not None and start >= force.until:
                break
            if lost is None or start < lost:
                held.append(Held(start, lost if version.definition.rollback else None, version))
    return held

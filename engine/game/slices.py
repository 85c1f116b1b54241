"""The versions of something to play for in the order in which they decide, each with the time in which it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic

from engine.game.facts import Definition, Game, GameVersion
from engine.rules.days import LAST_MOMENT


@dataclass(frozen=True, slots=True)
class Slice(Generic[Definition]):
    """A version and the half-open time in which it decides; the last one ends with the calendar."""

    version: GameVersion[Definition]
    starts_at: datetime
    ends_at: datetime

    @property
    def definition(self) -> Definition:
        """What it says."""
        return self.version.definition


def slices(game: Game[Definition], now: datetime) -> tuple[Slice[Definition], ...]:
    """The versions that decided until a moment, oldest first; of two that start at once only the newer one does."""
    starts = {one.effective_from: one for one in sorted(game.versions, key=_number) if one.effective_from <= now}
    moments = sorted(starts)
    ends = [*moments[1:], LAST_MOMENT]
    return tuple(Slice(starts[at], at, end) for at, end in zip(moments, ends, strict=False))


def next_start(game: Game[Definition], now: datetime) -> datetime | None:
    """When the next version comes into force, None where none waits for it."""
    return min((one.effective_from for one in game.versions if one.effective_from > now), default=None)


def _number(version: GameVersion[Definition]) -> int:
    return version.version

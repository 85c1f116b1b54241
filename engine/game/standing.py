"""What a member reached and how far they are: what the folds of the game result in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from engine.game.facts import GameKind


class EarnedKey(NamedTuple):
    """One thing that can be reached once: a level of a badge in a window, a milestone of a streak, a level."""

    definition_id: int
    level: int
    occasion: str


@dataclass(frozen=True, slots=True)
class Earned:
    """Something that was reached, and perhaps lost again at `revoked_at`, both in business time.

    It never comes twice with one key: reached again after it was lost, it has its newest `earned_at` and no
    `revoked_at`. `points` are given while it is not revoked and end after `points_days`; `score` counts on boards of
    challenge scores, `experience` for levels.
    """

    definition_id: int
    kind: GameKind
    handle: str
    title: str
    level: int
    occasion: str
    version: int
    earned_at: datetime
    revoked_at: datetime | None = None
    points: int = 0
    points_days: int | None = 365
    experience: int = 0
    score: int = 0

    @property
    def key(self) -> EarnedKey:
        """What it is one of."""
        return EarnedKey(self.definition_id, self.level, self.occasion)

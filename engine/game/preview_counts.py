"""What a planned definition would give at once: who reaches anything by it that they have not reached before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.game.definitions import PERSONAL
from engine.game.facts import Game, GameFacts, GameKind, GameVersion
from engine.game.folding import fold_game
from engine.game.standing import Earned, EarnedKey
from engine.rules.bounds import Frozen

PLANNED_ID = 0
"""The definition's id of something that is new: no real one has it."""


@dataclass(slots=True)
class PreviewCounts:
    """Members who would reach anything, the points that they would get in all, and both by level."""

    members: int = 0
    points: int = 0
    members_by_level: Counter[int] = field(default_factory=Counter)
    points_by_level: Counter[int] = field(default_factory=Counter)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> PreviewCounts:
        """Counts as they were stored; none yet where nothing was."""
        levels = {int(level): one for level, one in stored.get("levels", {}).items()}
        return cls(
            int(stored.get("members", 0)),
            int(stored.get("points", 0)),
            Counter({level: int(members) for level, (members, _) in levels.items()}),
            Counter({level: int(points) for level, (_, points) in levels.items()}),
        )

    def to_json(self) -> dict[str, Any]:
        """The counts as they are stored."""
        levels = {
            str(level): [self.members_by_level[level], self.points_by_level[level]]
            for level in sorted(self.members_by_level)
        }
        return {"members": self.members, "points": self.points, "levels": levels}

    def add(self, members: Iterable[GameFacts], known: Game[Any] | None, planned: Game[Any], now: datetime) -> None:
        """Count what a planned game gives these members at a moment, beside what the game as it is known gives them."""
        for facts in members:
            others = tuple(one for one in facts.games if one.definition_id != planned.definition_id)
            before = _held(facts, (*others, known), now) if known is not None else {}
            after = _held(facts, (*others, planned), now)
            self._add([one for key, one in after.items() if key not in before])

    def _add(self, new: list[Earned]) -> None:
        if not new:
            return
        self.members += 1
        self.members_by_level.update({one.level for one in new})
        for one in new:
            self.points += one.points
            self.points_by_level[one.level] += one.points


def planned_game(kind: GameKind, known: Game[Any] | None, definition: Frozen, now: datetime) -> Game[Any]:
    """A game as it would be if a definition were published now: its next version, or something new."""
    if known is None:
        return Game(PLANNED_ID, kind, "", (GameVersion(1, now, definition),))
    since = max(now, known.newest.effective_from)
    return replace(known, versions=(*known.versions, GameVersion(known.newest.version + 1, since, definition)))


def concerned(games: Iterable[Game[Any]], planned: Game[Any]) -> tuple[Game[Any], ...]:
    """The planned game, and those that decide what it gives: badges come after others, experience comes from all."""
    others = {"badge": ("badge",), "levels": PERSONAL}.get(planned.kind, ())
    return (*(one for one in games if one.kind in others and one.definition_id != planned.definition_id), planned)


def _held(facts: GameFacts, games: tuple[Game[Any], ...], now: datetime) -> dict[EarnedKey, Earned]:
    """What is held of the last of these games."""
    earned = fold_game(replace(facts, games=games), now).earned
    return {one.key: one for one in earned if one.definition_id == games[-1].definition_id and one.revoked_at is None}

"""All that a member's place in the game follows from, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from engine.tiers.activities import Activity

GameKind = Literal["badge", "challenge", "streak", "levels", "leaderboard", "league"]
Definition = TypeVar("Definition", covariant=True)

CHALLENGE_JOINED = "challenge-joined"
CHALLENGE_LEFT = "challenge-left"
STREAK_REPAIRED = "streak-repaired"
STREAK_PAUSED = "streak-paused"
ZONE_CHOSEN = "zone-chosen"
BADGE_GIVEN = "badge-given"
BADGE_TAKEN = "badge-taken"


@dataclass(frozen=True, slots=True)
class GameVersion(Generic[Definition]):
    """A published definition; `effective_from` is the first moment that it decides."""

    version: int
    effective_from: datetime
    definition: Definition


@dataclass(frozen=True, slots=True)
class Game(Generic[Definition]):
    """Something to play for, with all its versions, oldest first. From `archived_at` on nothing new is reached."""

    definition_id: int
    kind: GameKind
    handle: str
    versions: tuple[GameVersion[Definition], ...]
    archived_at: datetime | None = None
    position: int = 0

    @property
    def newest(self) -> GameVersion[Definition]:
        """What was published last."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class GameFact:
    """Something that a member or the staff decided; definition_id is 0 where it is about no one game."""

    kind: str
    definition_id: int
    source_id: str
    occurred_at: datetime
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommunityPeriod:
    """A period of a community challenge that was settled; `reached_at` is None where its goal was missed."""

    definition_id: int
    period: str
    version: int
    total: int
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class GameFacts:
    """What is known of one member, in any order, with those who were merged into them.

    `tiers` are the moments at which the member came to a tier, oldest first; loaded only where a game asks for them.
    """

    games: tuple[Game[Any], ...]
    zone: ZoneInfo
    joined_at: datetime
    activities: tuple[Activity, ...] = ()
    facts: tuple[GameFact, ...] = ()
    communities: tuple[CommunityPeriod, ...] = ()
    tiers: tuple[tuple[datetime, str], ...] = ()

    def of(self, kind: GameKind) -> tuple[Game[Any], ...]:
        """The games of a kind, in the merchant's order."""
        return tuple(game for game in self.games if game.kind == kind)

    def told(self, kind: str, definition_id: int) -> tuple[GameFact, ...]:
        """The facts of a kind about a game, oldest first."""
        found = [one for one in self.facts if one.kind == kind and one.definition_id == definition_id]
        return tuple(sorted(found, key=lambda one: (one.occurred_at, one.source_id)))

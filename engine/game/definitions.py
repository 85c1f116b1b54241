"""Which definition says what a game of each kind is."""

from __future__ import annotations

from functools import lru_cache

from engine.badges.definitions import BadgeDefinition
from engine.challenges.definitions import ChallengeDefinition
from engine.game.facts import GameKind
from engine.leaderboards.definitions import LeaderboardDefinition
from engine.leagues.definitions import LeagueDefinition
from engine.levels.definitions import LevelsDefinition
from engine.rules.bounds import Frozen
from engine.streaks.definitions import StreakDefinition

DEFINITIONS: dict[GameKind, type[Frozen]] = {
    "badge": BadgeDefinition,
    "challenge": ChallengeDefinition,
    "streak": StreakDefinition,
    "levels": LevelsDefinition,
    "leaderboard": LeaderboardDefinition,
    "league": LeagueDefinition,
}
PERSONAL: tuple[GameKind, ...] = ("badge", "challenge", "streak", "levels")
"""The kinds that one member plays by themselves, whose standing is folded from their own facts."""


@lru_cache(maxsize=4096)
def parse_definition(kind: GameKind, stored: str) -> Frozen:
    """A stored definition. Raises pydantic.ValidationError for a text that is none of the kind."""
    return DEFINITIONS[kind].model_validate_json(stored)

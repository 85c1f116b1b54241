"""A member's whole game as a pure function of facts and a moment: badges, challenges, streaks, and levels over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from engine.badges.folding import fold_badges
from engine.badges.progress import BadgeProgress
from engine.challenges.folding import fold_challenges
from engine.challenges.progress import ChallengeProgress
from engine.game.counters import Counting
from engine.game.facts import GameFacts
from engine.game.standing import Earned
from engine.levels.folding import LevelStanding, fold_levels
from engine.streaks.folding import fold_streaks
from engine.streaks.standing import StreakStanding


@dataclass(frozen=True, slots=True)
class GameStanding:
    """All that a member reached and how far they are. `review_at` is when time alone changes any of it.

    `contributions` are what they gave to community challenges, (definition, period, amount) each.
    """

    earned: tuple[Earned, ...]
    badges: tuple[BadgeProgress, ...]
    challenges: tuple[ChallengeProgress, ...]
    streaks: tuple[StreakStanding, ...]
    level: LevelStanding
    contributions: tuple[tuple[int, str, int], ...]
    review_at: datetime | None


def fold_game(facts: GameFacts, now: datetime, *, progress: bool = True) -> GameStanding:
    """What follows from the facts at a moment, the same in whatever order they came.

    Without `progress` what only people read is left out: the way to the next badges, challenges and streaks.
    """
    counting = Counting(facts.activities, facts.zone)
    badges = fold_badges(facts, now, counting, progress=progress)
    challenges = fold_challenges(facts, now, counting, progress=progress)
    streaks = fold_streaks(facts, now, counting, progress=progress)
    reached = tuple(chain(badges.earned, challenges.earned, streaks.earned))
    levels = fold_levels(facts, reached, now, counting)
    moments = (badges.review_at, challenges.review_at, streaks.review_at, levels.review_at)
    earned = sorted(chain(reached, levels.earned), key=lambda one: (one.earned_at, one.key))
    return GameStanding(
        tuple(earned), badges.progress, challenges.progress, streaks.standings, levels.standing,
        challenges.contributions, min((one for one in moments if one is not None), default=None),
    )  # fmt: skip

"""Challenges of one member, told in days from a Monday noon on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.challenges.definitions import ChallengeDefinition, ChallengeStep
from engine.challenges.folding import ChallengeFold, fold_challenges
from engine.challenges.progress import ChallengeProgress
from engine.game.counters import Counter
from engine.game.facts import CHALLENGE_JOINED, CHALLENGE_LEFT, CommunityPeriod, Game, GameFact, GameFacts, GameVersion
from engine.tiers.activities import Activity, Step

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
ORDERS, REVIEWS = Counter(metric="orders"), Counter(metric="reviews")
SPEND = Counter(metric="spend", currency="USD")


def at(days: float) -> datetime:
    """A moment some days after noon of Monday, March 2."""
    return START + timedelta(days=days)


def order(number: int, days: float, *, refunded: float | None = None, spend: int = 2_500) -> Activity:
    steps = [Step(at(days), spend_minor=spend, points=25, orders=1)]
    if refunded is not None:
        steps.append(Step(at(refunded)))
    return Activity(1, "order", str(number), at(days), "USD", tuple(steps))


def review(number: int, days: float) -> Activity:
    """A review."""
    return Activity(1, "review", str(number), at(days), None, (Step(at(days), reviews=1),))


def step(handle: str, counter: Counter, target: str = "1") -> ChallengeStep:
    """A step of a challenge."""
    return ChallengeStep(handle=handle, title=handle.title(), counter=counter, target=Decimal(target))


def spring(*steps: ChallengeStep, **more: Any) -> ChallengeDefinition:
    """A challenge that gives 50 points, by default for two orders."""
    return ChallengeDefinition(title="Spring", steps=steps or (step("orders", ORDERS, "2"),), **{"points": 50, **more})


def published(*versions: tuple[float, ChallengeDefinition], archived: float | None = None) -> Game[ChallengeDefinition]:
    known = tuple(GameVersion(number, at(days), one) for number, (days, one) in enumerate(versions, 1))
    return Game(7, "challenge", "spring", known, at(archived) if archived is not None else None)


def folded(
    game: Game[ChallengeDefinition] | ChallengeDefinition, *activities: Activity, now: float = 100,
    told: tuple[GameFact, ...] = (), settled: tuple[CommunityPeriod, ...] = (), zone: ZoneInfo = NEW_YORK,
) -> ChallengeFold:  # fmt: skip
    played = game if isinstance(game, Game) else published((0, game))
    return fold_challenges(GameFacts((played,), zone, START, activities, told, settled), at(now))


def shown(fold: ChallengeFold) -> ChallengeProgress:
    """How far the member is in the only challenge."""
    (found,) = fold.progress
    return found


def joined(days: float) -> GameFact:
    return GameFact(CHALLENGE_JOINED, 7, str(days), at(days))


def left(days: float) -> GameFact:
    return GameFact(CHALLENGE_LEFT, 7, str(days), at(days))

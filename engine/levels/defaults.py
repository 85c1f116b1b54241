"""The levels that a program starts with; a merchant changes them like any others. None of them gives points."""

from __future__ import annotations

from decimal import Decimal

from engine.game.counters import Counter
from engine.levels.definitions import ExperienceRule, LevelsDefinition, LevelStep

STARTER_HANDLE = "levels"
_STEPS = (
    ("Newcomer", 0), ("Explorer", 100), ("Companion", 250), ("Enthusiast", 500), ("Insider", 900),
    ("Connoisseur", 1_500), ("Expert", 2_400), ("Master", 3_600), ("Champion", 5_200), ("Legend", 7_500),
)  # fmt: skip


def starter_levels(*, test_orders: bool = False) -> LevelsDefinition:
    """Ten levels of experience for taking part rather than for spending: orders, reviews, and badges."""
    given = (
        (Counter(metric="orders", test_orders=test_orders), 20),
        (Counter(metric="reviews"), 15),
    )
    return LevelsDefinition(
        experience=tuple(ExperienceRule(counter=counter, factor=Decimal(factor)) for counter, factor in given),
        levels=tuple(LevelStep(title=title, threshold=threshold) for title, threshold in _STEPS),
    )

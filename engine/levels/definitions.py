"""Levels of experience, apart from points that can be spent: immutable, versioned data; see `folding`."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from engine.badges.definitions import PointsGiven
from engine.game.counters import Counter
from engine.money import POINTS_MAXIMUM
from engine.rules.bounds import Days, Factor, Frozen
from engine.tiers.definitions import Name

LEVELS_MAXIMUM = 100


class ExperienceRule(Frozen):
    """So much experience for each one that is counted; for spend, for each main unit of the currency."""

    counter: Counter
    factor: Factor


class LevelStep(Frozen):
    """One level: from which experience on it is reached, and the points for reaching it, which end after some days."""

    title: Name
    threshold: Annotated[int, Field(ge=0, le=POINTS_MAXIMUM)]
    points: PointsGiven = 0
    points_days: Days | None = 365


class LevelsDefinition(Frozen):
    """Where experience comes from, besides what badges, challenges and streaks give, and the levels, lowest first.

    All that a member ever did counts, also what was done before a version. Experience that a refund takes is gone, and
    with it the levels that it was for.
    """

    retroactive: ClassVar[bool] = False
    rollback: ClassVar[bool] = True
    counted: ClassVar[None] = None

    experience: Annotated[tuple[ExperienceRule, ...], Field(max_length=20)] = ()
    levels: Annotated[tuple[LevelStep, ...], Field(min_length=1, max_length=LEVELS_MAXIMUM)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if any(later.threshold <= one.threshold for one, later in pairwise(self.levels)):
            raise ValueError("each level takes more experience than the one below it")
        if self.levels[0].threshold == 0 and self.levels[0].points:
            raise ValueError("everybody has a level that takes no experience: it gives no points")
        return self

    @property
    def gives_points(self) -> bool:
        """Whether any points can come of it."""
        return any(level.points for level in self.levels)

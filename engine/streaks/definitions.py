"""What a streak asks for in each unit of time, what forgives a missed one, and what its lengths give.

Immutable, versioned data, never code; see `folding` for what it means.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.badges.definitions import Artwork, Description, Gift, PointsGiven, plain
from engine.game.counters import Counter, Target
from engine.rules.bounds import Days, Frozen, Handle
from engine.tiers.definitions import Name

StreakUnit = Literal["day", "week", "month"]
Freezes = Annotated[int, Field(ge=0, le=2)]
LENGTH_MAXIMUM = 10_000
MILESTONES_MAXIMUM = 50
QUIET_MAXIMUM = {"day": 60, "week": 13, "month": 3}
"""How many units a year may be planned absence at most: about a sixth of it, a quarter of the weeks and months."""


class Milestone(Frozen):
    """What a length of the streak gives; its points end after the definition's `points_days`."""

    length: Annotated[int, Field(ge=1, le=LENGTH_MAXIMUM)]
    title: Annotated[str, AfterValidator(plain), Field(max_length=80)] = ""
    points: PointsGiven = 0
    experience: Gift = 0


class TierFreezes(Frozen):
    """How many freezes a streak begins with for members of a tier."""

    tier: Handle
    freezes: Freezes


class StreakDefinition(Frozen):
    """A streak: units in a row, each with at least `per_unit` of what is counted.

    - A missed unit is quiet where it was announced, at most `quiet_units_per_year`; else it takes a freeze by itself,
      where there is one: one is earned by every `freeze_every` units that were kept, up to `freezes_maximum`. Else the
      member may repair it within `repair_hours` of its end, `repairs_per_year` times.
    - `recurrence`: milestones are given once, or once in each run.
    - After the last milestone every `plateau_every` more units give `plateau_points`.
    """

    title: Name
    description: Description = ""
    artwork: Artwork = "builtin:flame"
    counter: Counter
    per_unit: Target = Decimal(1)
    unit: StreakUnit = "week"
    freezes_maximum: Freezes = 1
    freeze_every: Annotated[int, Field(ge=1, le=1_000)] | None = None
    freezes_by_tier: Annotated[tuple[TierFreezes, ...], Field(max_length=20)] = ()
    repair_hours: Annotated[int, Field(ge=0, le=48)] = 48
    repairs_per_year: Annotated[int, Field(ge=0, le=12)] = 2
    quiet_units_per_year: Annotated[int, Field(ge=0, le=60)] = 0
    milestones: Annotated[tuple[Milestone, ...], Field(max_length=MILESTONES_MAXIMUM)] = ()
    recurrence: Literal["once", "each_run"] = "once"
    points_days: Days | None = 365
    plateau_every: Annotated[int, Field(ge=1, le=LENGTH_MAXIMUM)] | None = None
    plateau_points: PointsGiven = 0

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self.counter.units(self.per_unit)
        if any(later.length <= earlier.length for earlier, later in pairwise(self.milestones)):
            raise ValueError("each milestone is longer than the one before it")
        if self.plateau_points and self.plateau_every is None:
            raise ValueError("points on the plateau are given every so many units")
        if self.quiet_units_per_year > QUIET_MAXIMUM[self.unit]:
            raise ValueError(f"at most {QUIET_MAXIMUM[self.unit]} {self.unit}s a year may be quiet")
        if len({one.tier for one in self.freezes_by_tier}) < len(self.freezes_by_tier):
            raise ValueError("a tier is named twice among those with freezes")
        return self

    @cached_property
    def units(self) -> int:
        """How much keeps a unit, as it is counted: spend in minor units."""
        return self.counter.units(self.per_unit)

    @property
    def gives_points(self) -> bool:
        """Whether any points can come of it."""
        return any(one.points for one in self.milestones) or self.plateau_points > 0

    @property
    def gives(self) -> bool:
        """Whether any length of it gives anything."""
        return bool(self.milestones) or self.plateau_every is not None

    @cached_property
    def _by_length(self) -> dict[int, Milestone]:
        return {one.length: one for one in self.milestones}

    @cached_property
    def _ladder_length(self) -> int:
        return self.milestones[-1].length if self.milestones else 0

    def milestone(self, length: int) -> Milestone | None:
        """What reaching a length gives; None where it is only one more unit."""
        found = self._by_length.get(length)
        if found is not None or self.plateau_every is None or length <= self._ladder_length:
            return found
        if (length - self._ladder_length) % self.plateau_every:
            return None
        return Milestone(length=length, points=self.plateau_points)

    def next_milestone(self, length: int) -> Milestone | None:
        """The first milestone beyond a length, None where there is none."""
        for one in self.milestones:
            if one.length > length:
                return one
        if self.plateau_every is None:
            return None
        beyond = max(0, length - self._ladder_length) // self.plateau_every + 1
        following = self._ladder_length + beyond * self.plateau_every
        return self.milestone(following) if following <= LENGTH_MAXIMUM else None

    def first_freezes(self, tier: str | None) -> int:
        """How many freezes a streak begins with in a tier."""
        return next((min(one.freezes, self.freezes_maximum) for one in self.freezes_by_tier if one.tier == tier), 0)

"""What a challenge asks for and gives: immutable, versioned data, never code; see `folding` for what it means."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from engine.badges.definitions import Artwork, Description, Gift, PointsGiven
from engine.game.counters import Counter, Target
from engine.game.windows import Each
from engine.money import POINTS_MAXIMUM
from engine.rules.bounds import Days, Frozen, Handle, Moment
from engine.tiers.definitions import Name

STEPS_MAXIMUM = 10
SETTLE_HOURS_MAXIMUM = 720


class ChallengeStep(Frozen):
    """One part of a challenge: how much of what."""

    handle: Handle
    title: Name
    counter: Counter
    target: Target = Decimal(1)

    @model_validator(mode="after")
    def _countable(self) -> Self:
        self.counter.units(self.target)
        return self

    @cached_property
    def units(self) -> int:
        """The target as it is counted: spend in minor units."""
        return self.counter.units(self.target)


class Asked(NamedTuple):
    """How much a step takes, as it is counted; `way` says by which of the challenge's ways of counting."""

    way: int
    units: int
    by_day: bool


class Once(Frozen):
    """It runs one time, from a moment on, by default that of its first version, and until another one, if any."""

    kind: Literal["once"] = "once"
    starts_at: Moment | None = None
    ends_at: Moment | None = None

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("a challenge ends after it begins")
        return self


Period = Annotated[Once | Each, Field(discriminator="kind")]


class ChallengeDefinition(Frozen):
    """A challenge with its steps.

    - `order`: the steps are done in any order, or in sequence: then each counts only what was done after the one before
      it was finished. `join`: everybody takes part, or only what was done after joining counts.
    - `scope`: everybody for themselves, or the whole community toward one target. Then those have finished it who gave
      at least `minimum_contribution` to a period that reached its target; it is settled `settle_hours` after its end.
    - `hidden`: not shown before it is finished. `rollback`: a refund takes back what it was finished by.
    """

    title: Name
    description: Description = ""
    artwork: Artwork = "builtin:star"
    hidden: bool = False
    steps: Annotated[tuple[ChallengeStep, ...], Field(min_length=1, max_length=STEPS_MAXIMUM)]
    order: Literal["any", "sequence"] = "any"
    join: Literal["automatic", "joined"] = "automatic"
    scope: Literal["individual", "community"] = "individual"
    period: Period = Once()
    points: PointsGiven = 0
    points_days: Days | None = 365
    experience: Gift = 0
    score: Gift = 0
    minimum_contribution: Annotated[Decimal, Field(gt=0, le=POINTS_MAXIMUM, decimal_places=4)] = Decimal(1)
    settle_hours: Annotated[int, Field(ge=1, le=SETTLE_HOURS_MAXIMUM)] = 24
    rollback: bool = True

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.hidden and self.join == "joined":
            raise ValueError("nobody can join a challenge that is not shown")
        handles = [step.handle for step in self.steps]
        if len(set(handles)) < len(handles):
            raise ValueError("two steps have the same handle")
        if self.scope == "community":
            if len(self.steps) > 1:
                raise ValueError("a challenge of the whole community has one step")
            if isinstance(self.period, Once) and self.period.ends_at is None:
                raise ValueError("a challenge of the whole community has an end")
            self.steps[0].counter.units(self.minimum_contribution)
        return self

    @cached_property
    def least_units(self) -> int:
        """What a member must have given to a goal of the community, as it is counted."""
        return self.steps[0].counter.units(self.minimum_contribution)

    @cached_property
    def ways(self) -> tuple[Counter, ...]:
        """The ways of counting that its steps use, each once."""
        return tuple(dict.fromkeys(step.counter for step in self.steps))

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """What each step takes; of a goal of the community, what each who has a part in it must have given."""
        return tuple(
            Asked(
                self.ways.index(step.counter),
                self.least_units if self.scope == "community" else step.units,
                step.counter.metric == "days",
            )
            for step in self.steps
        )

    @cached_property
    def terms(self) -> tuple[object, ...]:
        """All that decides when it is finished: versions that agree in it are worked out once."""
        return self.ways, self.asked, self.order, self.join, self.scope, self.period

    @property
    def gives_points(self) -> bool:
        """Whether any points can come of it."""
        return self.points > 0

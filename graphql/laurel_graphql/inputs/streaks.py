"""Streaks and levels as merchants write them."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from laurel_graphql.inputs.games import CounterInput, with_points_days
from laurel_graphql.scalars import Points
from laurel_graphql.types.game_values import GameUnit


@strawberry.enum(description="How often the milestones of a streak are given.")
class MilestoneRecurrence(Enum):
    ONCE = strawberry.enum_value("ONCE", description="Each one once.")
    EACH_RUN = strawberry.enum_value("EACH_RUN", description="Once in each run: anew after the streak broke.")


@strawberry.input(description="What a length of a streak gives. What is left out gets its default.")
class StreakMilestoneInput:
    length: int = strawberry.field(description="How many units in a row, from 1 on.")
    title: str | None = strawberry.field(default=None, description="Its title, at most 80 characters.")
    points: Points | None = strawberry.field(default=None, description="Points that it gives; by default 0.")
    experience: Points | None = strawberry.field(default=None, description="Experience that it gives; by default 0.")


@strawberry.input(description="How many freezes a streak begins with for members of a tier.")
class TierFreezesInput:
    tier: str = strawberry.field(description="The tier's handle.")
    freezes: int = strawberry.field(description="How many, 0 to 2.")


@strawberry.input(description="A streak as a whole. What is left out gets its default.")
class StreakInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    description: str = strawberry.field(default="", description="What it is, at most 1,000 characters.")
    artwork: str | None = strawberry.field(
        default=None, description="The id of its picture, as `artworks` lists it; by default `builtin:flame`."
    )
    counter: CounterInput = strawberry.field(description="What is counted.")
    per_unit: Decimal | None = strawberry.field(
        default=None, description="How much of it in a unit keeps the streak; by default 1."
    )
    unit: GameUnit | None = strawberry.field(default=None, description="DAY, WEEK or MONTH; by default WEEK.")
    freezes_maximum: int | None = strawberry.field(
        default=None, description="How many freezes a member can have, 0 to 2; by default 1."
    )
    freeze_every: int | None = strawberry.field(
        default=None, description="How many units that were kept earn a freeze; by default none is earned."
    )
    freezes_by_tier: list[TierFreezesInput] | None = strawberry.field(
        default=None, description="With how many freezes a streak begins, by tier."
    )
    repair_hours: int | None = strawberry.field(
        default=None, description="For how many hours a missed unit can be repaired, 0 to 48; by default 48."
    )
    repairs_per_year: int | None = strawberry.field(
        default=None, description="How often a year, 0 to 12; by default 2."
    )
    quiet_units_per_year: int | None = strawberry.field(
        default=None, description="How many units a year may be a planned absence; by default 0."
    )
    milestones: list[StreakMilestoneInput] | None = strawberry.field(
        default=None, description="What its lengths give, shortest first."
    )
    recurrence: MilestoneRecurrence | None = strawberry.field(default=None, description="By default ONCE.")
    points_days: int | None = strawberry.field(
        default=None, description="For how many days points can be spent; by default 365."
    )
    points_never_expire: bool = strawberry.field(
        default=False, description="True: they stay for good, and `pointsDays` is not looked at."
    )
    plateau_every: int | None = strawberry.field(
        default=None, description="After the last milestone every so many units give points; by default never."
    )
    plateau_points: Points | None = strawberry.field(default=None, description="So many; by default 0.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        return with_points_days(self)


@strawberry.input(description="Experience for each one that is counted; for SPEND for each main unit of the currency.")
class ExperienceRuleInput:
    counter: CounterInput = strawberry.field(description="What is counted.")
    factor: Decimal = strawberry.field(description="How much experience for each, 0 to 1,000.")


@strawberry.input(description="One level. What is left out gets its default.")
class LevelStepInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    threshold: Points = strawberry.field(description="From which experience on it is reached.")
    points: Points | None = strawberry.field(default=None, description="Points for reaching it; by default 0.")
    points_days: int | None = strawberry.field(
        default=None, description="For how many days they can be spent; by default 365."
    )
    points_never_expire: bool = strawberry.field(
        default=False, description="True: they stay for good, and `pointsDays` is not looked at."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        return with_points_days(self)


@strawberry.input(description="The levels as a whole.")
class LevelsInput:
    experience: list[ExperienceRuleInput] | None = strawberry.field(
        default=None, description="Where experience comes from, besides what badges, challenges and streaks give."
    )
    levels: list[LevelStepInput] = strawberry.field(description="The levels, lowest first, 1 to 100.")

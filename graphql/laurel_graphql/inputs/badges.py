"""Badges as merchants write them."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from laurel_graphql.inputs.games import CounterInput, GameWindowInput, with_points_days
from laurel_graphql.scalars import Points


@strawberry.enum(description="How often a badge can be earned.")
class BadgeRecurrence(Enum):
    ONCE = strawberry.enum_value("ONCE", description="Once.")
    EACH_WINDOW = strawberry.enum_value("EACH_WINDOW", description="Once in each calendar unit of its window.")
    ON_COMPLETION = strawberry.enum_value(
        "ON_COMPLETION", description="Again and again, each time that the highest level is completed."
    )


@strawberry.input(description="One level of a badge. What is left out gets its default.")
class BadgeLevelInput:
    name: str | None = strawberry.field(default=None, description="Its name, at most 40 characters; by default none.")
    target: Decimal | None = strawberry.field(
        default=None, description="How much it takes: main units of the currency for SPEND; by default 1."
    )
    points: Points | None = strawberry.field(default=None, description="Points that it gives; by default 0.")
    points_days: int | None = strawberry.field(
        default=None, description="For how many days they can be spent; by default 365."
    )
    points_never_expire: bool = strawberry.field(
        default=False, description="True: they stay for good, and `pointsDays` is not looked at."
    )
    experience: Points | None = strawberry.field(default=None, description="Experience that it gives; by default 0.")
    score: Points | None = strawberry.field(
        default=None, description="What it counts on boards of challenge scores; by default 0."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        return with_points_days(self)


@strawberry.input(description="A badge as a whole. What is left out gets its default.")
class BadgeInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    description: str = strawberry.field(default="", description="What it is, at most 1,000 characters.")
    hidden: bool | None = strawberry.field(
        default=None, description="Whether it is shown only once it is earned; by default not."
    )
    artwork: str | None = strawberry.field(
        default=None, description="The id of its picture, as `artworks` lists it; by default `builtin:star`."
    )
    counter: CounterInput | None = strawberry.field(
        default=None, description="What is counted; left out for a badge that is given by hand only."
    )
    levels: list[BadgeLevelInput] | None = strawberry.field(
        default=None, description="Its levels, lowest first, 1 to 5; by default one that takes 1."
    )
    window: GameWindowInput | None = strawberry.field(default=None, description="In which time; by default ALWAYS.")
    recurrence: BadgeRecurrence | None = strawberry.field(default=None, description="How often; by default ONCE.")
    after: list[str] | None = strawberry.field(
        default=None, description="Handles of badges that must be held as well, at most 10."
    )
    retroactive: bool | None = strawberry.field(
        default=None, description="Whether it decides as if it had always been in force; by default not."
    )
    rollback: bool | None = strawberry.field(
        default=None, description="Whether a refund takes it back; by default it does."
    )
    given_by_hand: bool | None = strawberry.field(
        default=None, description="Whether only the staff give it; by default not."
    )

"""Challenges as merchants write them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from laurel_graphql.inputs.games import CounterInput, with_points_days
from laurel_graphql.scalars import Points
from laurel_graphql.types.challenge_values import ChallengeScope
from laurel_graphql.types.game_values import GameUnit


@strawberry.enum(description="In which order the steps of a challenge are done.")
class ChallengeOrder(Enum):
    ANY = strawberry.enum_value("ANY", description="In any.")
    SEQUENCE = strawberry.enum_value(
        "SEQUENCE", description="Each counts only what was done after the one before it was finished."
    )


@strawberry.enum(description="Who takes part in a challenge.")
class ChallengeJoin(Enum):
    AUTOMATIC = strawberry.enum_value("AUTOMATIC", description="Every member.")
    JOINED = strawberry.enum_value("JOINED", description="Who joined; only what was done after that counts.")


@strawberry.enum(description="When a challenge runs.")
class ChallengePeriodKind(Enum):
    ONCE = strawberry.enum_value("ONCE", description="One time.")
    EACH = strawberry.enum_value("EACH", description="Anew in each calendar unit.")


@strawberry.input(description="When a challenge runs. Fields that do not belong to its kind are refused.")
class ChallengePeriodInput:
    kind: ChallengePeriodKind = strawberry.field(description="How often.")
    unit: GameUnit | None = strawberry.field(default=None, description="EACH: the unit of the calendar.")
    starts_at: datetime | None = strawberry.field(
        default=None, description="ONCE: the first moment; by default that of its first version."
    )
    ends_at: datetime | None = strawberry.field(
        default=None, description="ONCE: the first moment after it; by default it has no end."
    )


@strawberry.input(description="One step of a challenge.")
class ChallengeStepInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, unique in the challenge.")
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    counter: CounterInput = strawberry.field(description="What is counted.")
    target: Decimal | None = strawberry.field(default=None, description="How much it takes; by default 1.")


@strawberry.input(description="A challenge as a whole. What is left out gets its default.")
class ChallengeInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    description: str = strawberry.field(default="", description="What it is, at most 1,000 characters.")
    artwork: str | None = strawberry.field(
        default=None, description="The id of its picture, as `artworks` lists it; by default `builtin:star`."
    )
    hidden: bool | None = strawberry.field(
        default=None, description="Whether it is shown only once it is finished; by default not."
    )
    steps: list[ChallengeStepInput] = strawberry.field(description="Its steps, 1 to 10; one for the community.")
    order: ChallengeOrder | None = strawberry.field(default=None, description="By default ANY.")
    join: ChallengeJoin | None = strawberry.field(default=None, description="By default AUTOMATIC.")
    scope: ChallengeScope | None = strawberry.field(default=None, description="By default INDIVIDUAL.")
    period: ChallengePeriodInput | None = strawberry.field(
        default=None, description="When it runs; by default once, from now on and without an end."
    )
    points: Points | None = strawberry.field(default=None, description="Points for finishing it; by default 0.")
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
    minimum_contribution: Decimal | None = strawberry.field(
        default=None, description="COMMUNITY: what a member must have given to have it, too; by default 1."
    )
    settle_hours: int | None = strawberry.field(
        default=None,
        description="COMMUNITY: how long after its end it takes what happened before, 1 to 720; by default 24.",
    )
    rollback: bool | None = strawberry.field(
        default=None, description="Whether a refund takes back what it was finished by; by default it does."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        return with_points_days(self)

"""Leaderboards and leagues as merchants write them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from laurel_graphql.inputs.games import CounterInput, PrizeInput, QuarantineRulesInput
from laurel_graphql.inputs.given import OneOfError, plain
from laurel_graphql.scalars import Points
from laurel_graphql.types.leaderboard_values import LeaderboardPeriodKind, LeaderboardRanking


@strawberry.enum(description="What of several things that a member did counts on a board.")
class LeaderboardOperator(Enum):
    INCREMENT = strawberry.enum_value("INCREMENT", description="Their sum.")
    BEST = strawberry.enum_value("BEST", description="The largest one.")
    SET = strawberry.enum_value("SET", description="The newest one that is worth anything.")


@strawberry.enum(description="By what members are ranked among themselves.")
class SegmentKind(Enum):
    TIER = strawberry.enum_value("TIER", description="Those who have a tier.")
    TAG = strawberry.enum_value("TAG", description="Those whose customer has a tag.")


@strawberry.input(description="A time of its own with a name.")
class PlannedSeasonInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, unique on the board.")
    starts_at: datetime = strawberry.field(description="The first moment.")
    ends_at: datetime = strawberry.field(description="The first moment after it.")


@strawberry.input(description="Members who are ranked among themselves, besides everybody.")
class LeaderboardSegmentInput:
    kind: SegmentKind = strawberry.field(description="By what.")
    value: str = strawberry.field(description="The tier's handle or the tag.")


@strawberry.input(description="A leaderboard as a whole. What is left out gets its default.")
class LeaderboardInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    description: str = strawberry.field(default="", description="What it is, at most 1,000 characters.")
    counter: CounterInput | None = strawberry.field(
        default=None, description="What is counted; give this or `challenges`."
    )
    challenges: list[str] | None = strawberry.field(
        default=None, description="The score of these challenges that were finished, by handle; an empty list: of all."
    )
    operator: LeaderboardOperator | None = strawberry.field(default=None, description="By default INCREMENT.")
    period: LeaderboardPeriodKind | None = strawberry.field(default=None, description="By default ALL.")
    seasons: list[PlannedSeasonInput] | None = strawberry.field(
        default=None, description="The times of a board by CUSTOM seasons, at most 50."
    )
    ranking: LeaderboardRanking | None = strawberry.field(default=None, description="By default ORDINAL.")
    segments: list[LeaderboardSegmentInput] | None = strawberry.field(
        default=None, description="Who is ranked among themselves, besides everybody; at most 20."
    )
    daily_cap: Points | None = strawberry.field(
        default=None,
        description="No more of a member's day than this counts, spend in the smallest unit; by default all.",
    )
    settle_hours: int | None = strawberry.field(
        default=None, description="How long after its end a period takes what happened before; by default 24."
    )
    prize_hold_days: int | None = strawberry.field(
        default=None, description="How long after that prizes are given; by default 14 days."
    )
    prizes: list[PrizeInput] | None = strawberry.field(default=None, description="Points for places, at most 50.")
    quarantine: QuarantineRulesInput | None = strawberry.field(
        default=None, description="What looks like cheating; by default nothing is looked at."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError unless it says exactly one way to score."""
        if (self.counter is None) == (self.challenges is None):
            raise OneOfError("Give exactly one of counter and challenges.")
        given = {name: plain(value) for name, value in self.__dict__.items() if value is not None}
        counter, handles = given.pop("counter", None), given.pop("challenges", None)
        counted = {"kind": "counted", "counter": counter}
        return given | {"score": counted if counter is not None else {"kind": "challenge_score", "handles": handles}}


@strawberry.input(description="One league. What is left out gets its default.")
class LeagueStepInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    promote: int | None = strawberry.field(default=None, description="How many of a cohort rise; by default 0.")
    demote: int | None = strawberry.field(default=None, description="How many of a cohort fall; by default 0.")
    prizes: list[PrizeInput] | None = strawberry.field(
        default=None, description="Points for places in each cohort, at most 10."
    )


@strawberry.input(description="Leagues as a whole. What is left out gets its default.")
class LeagueInput:
    title: str = strawberry.field(description="Their title, 1 to 80 characters.")
    description: str = strawberry.field(default="", description="What they are, at most 1,000 characters.")
    leagues: list[LeagueStepInput] = strawberry.field(description="The leagues, lowest first, 1 to 10.")
    counter: CounterInput | None = strawberry.field(
        default=None, description="What is counted; by default points that were earned."
    )
    cohort_minimum: int | None = strawberry.field(
        default=None, description="Members of the smallest cohort, 2 to 100; by default 20."
    )
    cohort_maximum: int | None = strawberry.field(
        default=None, description="Members of the largest cohort, 2 to 100; by default 30."
    )
    daily_cap: Points | None = strawberry.field(
        default=None,
        description="No more of a member's day than this counts, spend in the smallest unit; by default all.",
    )
    settle_hours: int | None = strawberry.field(
        default=None, description="How long after its end a week takes what happened before, 0 to 72; by default 2."
    )
    prize_hold_days: int | None = strawberry.field(
        default=None, description="How long after that prizes are given; by default 14 days."
    )
    quarantine: QuarantineRulesInput | None = strawberry.field(
        default=None, description="What looks like cheating; by default nothing is looked at."
    )

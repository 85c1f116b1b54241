"""What games count and in which time, as merchants write it. Nothing in it is ever run as code."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from laurel_graphql.inputs.given import plain
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.game_values import GameMetric, GameUnit, GameWindowKind


@strawberry.input(description="What is counted. What is left out gets its default.")
class CounterInput:
    metric: GameMetric = strawberry.field(description="What.")
    currency: CurrencyCode | None = strawberry.field(
        default=None, description="The currency of SPEND and of `minimumSpend`; left out for all else."
    )
    sources: list[str] | None = strawberry.field(
        default=None,
        description="Only what came from these: `order`, `review`, `referral`, `sign_up`, `birthday`, `newsletter`, "
        "`visit` or `custom:<name>`; by default all.",
    )
    minimum_spend: Decimal | None = strawberry.field(
        default=None, description="Only orders that are worth at least that count."
    )
    test_orders: bool | None = strawberry.field(default=None, description="Whether test orders count; by default not.")


@strawberry.input(description="In which time something is counted. Fields that do not belong to its kind are refused.")
class GameWindowInput:
    kind: GameWindowKind = strawberry.field(description="In which.")
    unit: GameUnit | None = strawberry.field(default=None, description="EACH: the unit of the calendar.")
    days: int | None = strawberry.field(default=None, description="LAST: so many days, today among them.")
    starts_at: datetime | None = strawberry.field(default=None, description="BETWEEN: the first moment.")
    ends_at: datetime | None = strawberry.field(default=None, description="BETWEEN: the first moment after it.")


@strawberry.input(description="Points for places of a board or a league's cohort.")
class PrizeInput:
    first: int = strawberry.field(description="The first of the places, from 1 on.")
    last: int = strawberry.field(description="The last of them.")
    points: Points = strawberry.field(description="The points that each of them gets.")
    points_days: int | None = strawberry.field(
        default=None, description="For how many days they can be spent; by default 365."
    )
    points_never_expire: bool = strawberry.field(
        default=False, description="True: they stay for good, and `pointsDays` is not looked at."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        return with_points_days(self)


@strawberry.input(description="From when on an entry looks like cheating. What is left out is not looked at.")
class QuarantineRulesInput:
    orders_per_hour: int | None = strawberry.field(
        default=None, description="More orders than these within any 60 minutes."
    )
    events_per_hour: int | None = strawberry.field(
        default=None, description="More other events than these within any 60 minutes."
    )
    returns_percent: int | None = strawberry.field(
        default=None, description="At least so much of what was bought is sent back, from 1 to 100."
    )
    minimum_orders: int | None = strawberry.field(
        default=None, description="Returns are looked at from so many orders on; by default 5."
    )
    look_back_days: int | None = strawberry.field(
        default=None, description="How long ago is looked at; by default 90 days."
    )
    test_orders: bool | None = strawberry.field(
        default=None, description="Whether test orders are looked at; by default not."
    )


def with_points_days(given: Any) -> dict[str, Any]:
    """An input with `points_days` and `points_never_expire` as the engine checks it: null there means for good."""
    fields: dict[str, Any] = {name: plain(value) for name, value in given.__dict__.items() if value is not None}
    return fields | {"points_days": None} if fields.pop("points_never_expire", False) else fields

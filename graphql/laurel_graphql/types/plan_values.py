"""The words and parts that plans and memberships share on both sides of the API."""

from __future__ import annotations

from enum import Enum

import strawberry

from engine.memberships.definitions import Interval
from laurel_graphql.texts import TEXTS


@strawberry.enum(description="A unit of the program's calendar.")
class IntervalUnit(Enum):
    DAY = strawberry.enum_value("DAY", description="Days.")
    WEEK = strawberry.enum_value("WEEK", description="Weeks.")
    MONTH = strawberry.enum_value("MONTH", description="Months; from the 31st on it is the last day of each.")
    YEAR = strawberry.enum_value("YEAR", description="Years.")


@strawberry.enum(description="What canceling a paid term at once gives back.")
class UnusedRefund(Enum):
    FULL = strawberry.enum_value("FULL", description="All of it, when nothing was used.")
    LESS_BENEFITS = strawberry.enum_value("LESS_BENEFITS", description="What it cost, less what was used of it.")
    NONE = strawberry.enum_value("NONE", description="Nothing.")


@strawberry.enum(description="What happens to a membership whose payment failed for the last time.")
class DunningAction(Enum):
    SKIP = strawberry.enum_value("SKIP", description="The period is left out, and the next one is tried.")
    PAUSE = strawberry.enum_value("PAUSE", description="It is paused until the member resumes it.")
    CANCEL = strawberry.enum_value("CANCEL", description="It ends.")


@strawberry.enum(description="How a membership stands.")
class MembershipStatus(Enum):
    TRIALING = strawberry.enum_value("TRIALING", description="In its trial, before the first charge.")
    ACTIVE = strawberry.enum_value("ACTIVE", description="Paid for, or given.")
    PAST_DUE = strawberry.enum_value("PAST_DUE", description="A payment failed and is tried again.")
    PAUSED = strawberry.enum_value("PAUSED", description="Paused.")
    CANCEL_SCHEDULED = strawberry.enum_value("CANCEL_SCHEDULED", description="It ends when what was paid for is over.")
    ENDED = strawberry.enum_value("ENDED", description="Over.")


@strawberry.enum(description="How a membership came to be.")
class MembershipWay(Enum):
    PURCHASE = strawberry.enum_value("PURCHASE", description="A product of the shop was bought.")
    CONTRACT = strawberry.enum_value("CONTRACT", description="A contract that is billed each period.")
    GRANT = strawberry.enum_value("GRANT", description="The staff gave it.")


@strawberry.enum(description="When something that is asked of a membership is to happen.")
class MembershipWhen(Enum):
    NOW = strawberry.enum_value("NOW", description="At once.")
    AT_END = strawberry.enum_value("AT_END", description="When what was paid for is over.")


@strawberry.type(description="How long one payment lasts.")
class PlanInterval:
    unit: IntervalUnit = strawberry.field(description="The unit.")
    count: int = strawberry.field(description="How many of them.")
    text: str = strawberry.field(description="The same in the caller's language, such as `month` or `3 months`.")


def interval_of(interval: Interval, language: str) -> PlanInterval:
    """An interval with its words."""
    key = f"interval.{interval.unit}.{'one' if interval.count == 1 else 'other'}"
    return PlanInterval(
        unit=IntervalUnit[interval.unit.upper()],
        count=interval.count,
        text=TEXTS[language][key].format(count=interval.count),
    )

"""The words and parts of the game that shoppers and the staff share: what is counted, in which time, and how far."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum

import strawberry

from engine.game.counters import Counter
from engine.game.windows import Between, Each, Last, Window
from laurel_graphql.game_sentences import counts_text, missing_text, progress_text, window_text
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import CurrencyCode


@strawberry.enum(description="What is counted.")
class GameMetric(Enum):
    SPEND = strawberry.enum_value("SPEND", description="Money spent on goods, net of refunds.")
    POINTS = strawberry.enum_value("POINTS", description="Points earned, net of refunds, whether they were spent.")
    ORDERS = strawberry.enum_value("ORDERS", description="Paid orders that were not refunded whole.")
    REVIEWS = strawberry.enum_value("REVIEWS", description="Reviews.")
    REFERRALS = strawberry.enum_value("REFERRALS", description="Friends who bought.")
    EVENTS = strawberry.enum_value("EVENTS", description="How often something was done.")
    DAYS = strawberry.enum_value("DAYS", description="Days of the program's zone on which something was done.")


@strawberry.enum(description="A unit of the calendar. Weeks begin on Monday.")
class GameUnit(Enum):
    DAY = strawberry.enum_value("DAY", description="A day.")
    WEEK = strawberry.enum_value("WEEK", description="A week.")
    MONTH = strawberry.enum_value("MONTH", description="A month.")
    QUARTER = strawberry.enum_value("QUARTER", description="A quarter of a year.")
    YEAR = strawberry.enum_value("YEAR", description="A year.")


@strawberry.enum(description="In which time something is counted.")
class GameWindowKind(Enum):
    ALWAYS = strawberry.enum_value("ALWAYS", description="All counts, whenever it was done.")
    EACH = strawberry.enum_value("EACH", description="Each calendar unit counts for itself.")
    LAST = strawberry.enum_value("LAST", description="The last so many days count, today among them.")
    BETWEEN = strawberry.enum_value("BETWEEN", description="From one moment on and before another one.")


@strawberry.type(description="How far somebody is with one thing that is counted.")
class GameProgress:
    metric: GameMetric = strawberry.field(description="What is counted.")
    value: Decimal = strawberry.field(description="How much there is: main units of the currency for SPEND.")
    target: Decimal = strawberry.field(description="How much it takes.")
    missing: Decimal = strawberry.field(description="How much is missing, 0 for nothing.")
    currency_code: CurrencyCode | None = strawberry.field(description="The currency of SPEND, null for all else.")
    percent: int = strawberry.field(description="How much of it is there, from 0 to 100 and 100 only when it is met.")
    text: str = strawberry.field(description="The same in the caller's language, such as `2 of 3 orders`.")
    missing_text: str = strawberry.field(description="What is missing, such as `1 more order`; empty for nothing.")


@strawberry.type(description="What is counted.")
class GameCounter:
    metric: GameMetric = strawberry.field(description="What.")
    currency: CurrencyCode | None = strawberry.field(description="The currency of SPEND and of the least spend.")
    sources: list[str] = strawberry.field(
        description="Only what came from these: `order`, `review`, `referral`, `sign_up`, `custom:<name>`; empty: all."
    )
    minimum_spend: Decimal | None = strawberry.field(description="Only orders that are worth at least that.")
    test_orders: bool = strawberry.field(description="Whether test orders count.")
    text: str = strawberry.field(description="The same in the caller's language.")


@strawberry.type(description="In which time something is counted. What does not fit its kind is null.")
class GameWindow:
    kind: GameWindowKind = strawberry.field(description="In which.")
    unit: GameUnit | None = strawberry.field(description="The unit of EACH.")
    days: int | None = strawberry.field(description="The days of LAST.")
    starts_at: datetime | None = strawberry.field(description="The first moment of BETWEEN.")
    ends_at: datetime | None = strawberry.field(description="The first moment after BETWEEN.")
    text: str = strawberry.field(description="The same in the caller's language.")


def metric_of(counter: Counter) -> GameMetric:
    """What is counted, as the API names it."""
    return GameMetric[counter.metric.upper()]


def progress_of(counter: Counter, value: Decimal, target: Decimal, missing: Decimal, language: str) -> GameProgress:
    """One counter against its target, in the main unit of the currency where it is money."""
    return GameProgress(
        metric=metric_of(counter),
        value=value,
        target=target,
        missing=missing,
        currency_code=CurrencyCode(counter.currency) if counter.metric == "spend" and counter.currency else None,
        percent=percent_of(value, target, missing),
        text=progress_text(counter, value, target, language),
        missing_text=missing_text(counter, target, missing, language),
    )


def percent_of(value: Decimal | int, target: Decimal | int, missing: Decimal | int) -> int:
    """How much of a target is there, from 0 to 100 and 100 only when nothing is missing."""
    if missing <= 0:
        return 100
    return min(99, max(0, int(Decimal(100 * value) / Decimal(target)))) if target > 0 else 0


def counter_of(counter: Counter, language: str) -> GameCounter:
    """What is counted, with the same in words."""
    return GameCounter(
        metric=metric_of(counter),
        currency=None if counter.currency is None else CurrencyCode(counter.currency),
        sources=list(counter.sources),
        minimum_spend=counter.minimum_spend,
        test_orders=counter.test_orders,
        text=counts_text(counter, language),
    )


def window_of(window: Window, words: Words) -> GameWindow:
    """A window, with the same in words."""
    return GameWindow(
        kind=GameWindowKind[window.kind.upper()],
        unit=GameUnit[window.unit.upper()] if isinstance(window, Each) else None,
        days=window.days if isinstance(window, Last) else None,
        starts_at=window.starts_at if isinstance(window, Between) else None,
        ends_at=window.ends_at if isinstance(window, Between) else None,
        text=window_text(window, words),
    )

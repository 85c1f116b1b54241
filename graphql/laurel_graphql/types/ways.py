"""Ways to earn: the rules that a shopper can do something about, in words of their language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum

import strawberry

from engine.rules.days import instant_of
from engine.rules.definitions import Definition
from engine.rules.holds import DaysHold, UntilHold
from engine.rules.rule import Fixed, Multiply, PerMoney, Rule
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.texts import TEXTS, days_text, factor_text, points_text, purchase_text


@strawberry.type(description="What a program pays for each unit of money in one currency.")
class CurrencyRate:
    currency_code: CurrencyCode = strawberry.field(description="The currency.")
    points_per_unit: Decimal = strawberry.field(
        description="Points for one unit, such as one dollar. The points of an order are rounded once, half to even."
    )


@strawberry.enum(description="What a shopper does to earn points.")
class WayToEarnKind(Enum):
    PURCHASE = strawberry.enum_value("PURCHASE", description="Buying goods.")
    FULFILLMENT = strawberry.enum_value("FULFILLMENT", description="Buying goods, counted when they were sent.")
    SIGN_UP = strawberry.enum_value("SIGN_UP", description="Joining, once per customer.")
    REVIEW = strawberry.enum_value("REVIEW", description="Reviewing a product.")
    BIRTHDAY = strawberry.enum_value("BIRTHDAY", description="Having a birthday.")
    NEWSLETTER = strawberry.enum_value("NEWSLETTER", description="Subscribing to the newsletter.")
    VISIT = strawberry.enum_value("VISIT", description="Visiting the shop.")
    CUSTOM = strawberry.enum_value("CUSTOM", description="Something that the shop reports, told by its title.")


_KINDS = {
    "order_paid": WayToEarnKind.PURCHASE,
    "order_fulfilled": WayToEarnKind.FULFILLMENT,
    "sign_up": WayToEarnKind.SIGN_UP,
    "review": WayToEarnKind.REVIEW,
    "birthday": WayToEarnKind.BIRTHDAY,
    "newsletter": WayToEarnKind.NEWSLETTER,
    "visit": WayToEarnKind.VISIT,
    "custom": WayToEarnKind.CUSTOM,
}
_PLAIN_TITLES = {"purchase": "Purchases", "sign-up": "Joining"}
"""The titles of the rules that every program starts with; shoppers read them in their own language."""


@strawberry.type(description="One way to earn points, with its words in the shopper's language.")
class WayToEarn:
    handle: str = strawberry.field(description="The handle of the rule behind it, unique in the program.")
    kind: WayToEarnKind = strawberry.field(description="What it is that earns.")
    title: str = strawberry.field(description="A few words for it: the merchant's own, or localized ones.")
    description: str = strawberry.field(description="What it pays, in one localized sentence.")
    points: Points | None = strawberry.field(description="The fixed number of points, null where it depends on more.")
    rates: list[CurrencyRate] = strawberry.field(description="What it pays per unit of money, empty where it is fixed.")
    limits: list[str] = strawberry.field(
        description="What bounds it, each in one localized sentence: for whom, on what, how much, and from when on the "
        "points can be spent."
    )
    starts_at: datetime | None = strawberry.field(description="From when on it pays, null for always.")
    ends_at: datetime | None = strawberry.field(
        description="The first moment at which it pays no more, null for never."
    )


def ways_to_earn(definition: Definition, shop_currency: str, language: str, now: datetime) -> list[WayToEarn]:
    """The enabled rules that are not over, in the order in which they come to their turn; the staff's own not."""
    rules = sorted(definition.rules, key=lambda rule: (rule.priority, definition.rules.index(rule)))
    ways = [
        _way(rule, definition, shop_currency, language) for rule in rules if rule.enabled and rule.trigger in _KINDS
    ]
    return [way for way in ways if way.ends_at is None or way.ends_at > now]


def rates_of(formula: object) -> list[CurrencyRate]:
    """What a formula pays per unit of money."""
    rates = formula.rates if isinstance(formula, PerMoney) else {}
    return [CurrencyRate(currency_code=CurrencyCode(code), points_per_unit=rate) for code, rate in rates.items()]


def _way(rule: Rule, definition: Definition, shop_currency: str, language: str) -> WayToEarn:
    window = rule.window
    starts, ends = (window.starts_at, window.ends_at) if window else (None, None)
    fixed = rule.formula.points if isinstance(rule.formula, Fixed) and rule.scope != "line" else None
    return WayToEarn(
        handle=rule.handle,
        kind=_KINDS[rule.trigger],
        title=_title(rule, language),
        description=_description(rule, shop_currency, language),
        points=None if fixed is None else Points(fixed),
        rates=rates_of(rule.formula),
        limits=list(_limits(rule, language)),
        starts_at=instant_of(starts, definition.zone) if starts else None,
        ends_at=instant_of(ends, definition.zone) if ends else None,
    )


def _title(rule: Rule, language: str) -> str:
    plain = _PLAIN_TITLES.get(rule.handle) == rule.title
    return TEXTS[language][f"way.{rule.trigger}.title"] if plain else rule.title


def _description(rule: Rule, shop_currency: str, language: str) -> str:
    texts, formula = TEXTS[language], rule.formula
    if isinstance(formula, PerMoney):
        return purchase_text(formula.rates, shop_currency, language)
    if isinstance(formula, Multiply):
        return texts["way.multiply"].format(factor=factor_text(formula.factor, language))
    points = points_text(formula.points, language)
    if not isinstance(formula, Fixed):
        return texts["way.per_unit"].format(points=points)
    return texts[f"way.fixed.{rule.scope if rule.of_orders else rule.trigger}"].format(points=points)


def _limits(rule: Rule, language: str) -> Iterator[str]:
    texts = TEXTS[language]
    if rule.audience is not None:
        yield texts["limit.audience"]
    if rule.condition is not None:
        yield texts["limit.condition" if rule.of_orders else "limit.condition.event"]
    factor = max((one.factor for one in rule.multipliers), default=Decimal(1))
    if factor > 1:
        yield texts["limit.multiplier"].format(factor=factor_text(factor, language))
    for cap in rule.caps:
        if cap.per == "member":
            yield texts[f"limit.cap.{cap.period}"].format(points=points_text(cap.points, language))
    if isinstance(rule.hold, DaysHold):
        yield texts["limit.hold.days"].format(days=days_text(rule.hold.days, language))
    elif isinstance(rule.hold, UntilHold):
        yield texts[f"limit.hold.{rule.hold.event}"].format(days=days_text(rule.hold.days, language))

"""What shoppers and staff both see of partners and offers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum

import strawberry

from engine.offers.definitions import Exchange, Fixed, OfferDefinition, PerUnit
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.texts import TEXTS, points_text, purchase_text


@strawberry.enum(description="What an offer gives.")
class OfferKind(Enum):
    CODE = strawberry.enum_value("CODE", description="A code for the partner's shop.")
    LINK = strawberry.enum_value("LINK", description="A link to the partner's shop.")
    ACCRUAL = strawberry.enum_value("ACCRUAL", description="Points for what is bought at the partner's.")
    REDEMPTION = strawberry.enum_value("REDEMPTION", description="The partner's voucher for points.")
    EXCHANGE = strawberry.enum_value("EXCHANGE", description="The partner's own points for ours.")


@strawberry.type(description="What a voucher costs.")
class OfferPrice:
    points: Points = strawberry.field(description="The points.")


@strawberry.type(
    description="At which rate points become the partner's: points × numerator / denominator, rounded down."
)
class OfferExchange:
    numerator: int = strawberry.field(description="So many of the partner's…")
    denominator: int = strawberry.field(description="…for so many of ours.")
    minimum_points: Points = strawberry.field(description="The fewest of ours.")
    maximum_points: Points | None = strawberry.field(description="The most of ours at once, null for no bound.")
    daily_points: Points | None = strawberry.field(description="The most of ours on a day, null for no bound.")
    unit_name: str = strawberry.field(description="What the partner's are called, such as `miles`.")
    account_hint: str = strawberry.field(
        description="What members are asked for, such as `Your card's number`; may be empty."
    )


@strawberry.type(description="Points for each unit of a currency.")
class OfferRate:
    currency_code: CurrencyCode = strawberry.field(description="The currency.")
    points: Decimal = strawberry.field(description="Points for each whole unit of it.")


@strawberry.type(description="What a member gets for a purchase at the partner.")
class OfferEarning:
    points: Points | None = strawberry.field(description="So many whatever was paid, null where rates decide.")
    rates: list[OfferRate] = strawberry.field(description="For each unit of what was paid; empty where it is fixed.")
    text: str = strawberry.field(description="The same as a sentence.")


def kind_of(definition: OfferDefinition) -> OfferKind:
    """What an offer gives."""
    return OfferKind[definition.kind.upper()]


def exchange_of(given: Exchange) -> OfferExchange:
    """The terms of an exchange."""
    return OfferExchange(
        numerator=given.numerator,
        denominator=given.denominator,
        minimum_points=Points(given.minimum_points),
        maximum_points=_points(given.maximum_points),
        daily_points=_points(given.daily_points),
        unit_name=given.unit_name,
        account_hint=given.account_hint,
    )


def earning_of(given: Fixed | PerUnit, currency: str, language: str) -> OfferEarning:
    """What a purchase gives; the sentence tells it in that currency, or in another where that has no rate."""
    if isinstance(given, Fixed):
        text = TEXTS[language]["offer.earning.fixed"].format(points=points_text(given.points, language))
        return OfferEarning(points=Points(given.points), rates=[], text=text)
    return OfferEarning(points=None, rates=_rates(given.rates), text=purchase_text(given.rates, currency, language))


def _rates(rates: Mapping[str, Decimal]) -> list[OfferRate]:
    return [OfferRate(currency_code=CurrencyCode(one), points=rate) for one, rate in sorted(rates.items())]


def _points(points: int | None) -> Points | None:
    return None if points is None else Points(points)

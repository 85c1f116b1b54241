"""A program's public facts: its name, what it pays per unit of money, and how points can be earned."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated

import strawberry

from engine.earning import points_for
from engine.program import Definition, ProgramVersion
from laurel_graphql.fields import computed
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.texts import TEXTS, language_of, purchase_text, sign_up_text
from laurel_graphql.types.money import MoneyInput


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


@strawberry.type(description="One way to earn points, with its words in the shopper's language.")
class WayToEarn:
    handle: str = strawberry.field(description="The handle of the rule behind it, unique in the program.")
    kind: WayToEarnKind = strawberry.field(description="What it is that earns.")
    title: str = strawberry.field(description="A few words for it, localized.")
    description: str = strawberry.field(description="What it pays, in one localized sentence.")
    points: Points | None = strawberry.field(description="The fixed number of points, null where it depends on money.")
    rates: list[CurrencyRate] = strawberry.field(description="What it pays per unit of money, empty where it is fixed.")
    limits: list[str] = strawberry.field(
        description="What bounds it, each in one localized sentence: how often, for whom, with which goods."
    )
    starts_at: datetime | None = strawberry.field(description="From when on it pays, null for always.")
    ends_at: datetime | None = strawberry.field(
        description="The first moment at which it pays no more, null for never."
    )


@strawberry.type(description="The shop's program as it is live now.")
class Program:
    definition: strawberry.Private[Definition]
    name: str = strawberry.field(description="The program's name.")
    version: int = strawberry.field(description="The number of the published version that is live.")
    time_zone: str = strawberry.field(description="The zone of its days, as an IANA name.")
    reminder_days: list[int] = strawberry.field(
        description="How many days ahead members are reminded of points that expire, longest first."
    )
    currency_rates: list[CurrencyRate] = strawberry.field(
        description="What purchases pay, by currency; empty when they pay nothing."
    )
    ways_to_earn: list[WayToEarn] = strawberry.field(description="Everything that earns points.")

    @computed("The points that goods of this price would earn, null when the currency has no rate.")
    def points_for(
        self, money: Annotated[MoneyInput, strawberry.argument(description="The price of the goods.")]
    ) -> Points | None:
        """Half-even(amount × rate), by the same function that decides real orders."""
        points = points_for(self.definition, money.minor(), money.currency_code)
        return None if points is None else Points(points)


def program_of(version: ProgramVersion, shop_currency: str, locale: str) -> Program:
    """The public facts of a version, worded for a locale and for the currency that the shop sells in."""
    definition = version.definition
    return Program(
        definition=definition,
        name=definition.name,
        version=version.version,
        time_zone=definition.time_zone,
        reminder_days=sorted(getattr(definition, "reminder_days", (30, 7, 1)), reverse=True),
        currency_rates=rates_of(definition),
        ways_to_earn=_ways_to_earn(definition, shop_currency, language_of(locale)),
    )


def rates_of(definition: Definition) -> list[CurrencyRate]:
    """What purchases pay, by currency."""
    if definition.purchase is None:
        return []
    return [
        CurrencyRate(currency_code=CurrencyCode(code), points_per_unit=rate)
        for code, rate in definition.purchase.rates.items()
    ]


def _ways_to_earn(definition: Definition, shop_currency: str, language: str) -> list[WayToEarn]:
    texts = TEXTS[language]
    ways: list[WayToEarn] = []
    if definition.purchase is not None:
        ways.append(
            WayToEarn(
                handle=definition.purchase.handle,
                kind=WayToEarnKind.PURCHASE,
                title=texts["way.purchase.title"],
                description=purchase_text(definition.purchase.rates, shop_currency, language),
                points=None,
                rates=rates_of(definition),
                limits=[],
                starts_at=None,
                ends_at=None,
            )
        )
    if definition.sign_up is not None:
        points = definition.sign_up.points
        ways.append(
            WayToEarn(
                handle=definition.sign_up.handle,
                kind=WayToEarnKind.SIGN_UP,
                title=texts["way.sign_up.title"],
                description=sign_up_text(points, language),
                points=Points(points),
                rates=[],
                limits=[],
                starts_at=None,
                ends_at=None,
            )
        )
    return ways

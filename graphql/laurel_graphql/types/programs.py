"""A program's public facts: its name, what it pays per unit of money, and how points can be earned."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry

from engine.earning import points_for
from engine.program import Definition, ProgramVersion
from engine.tiers.versions import live_tiers
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.texts import language_of
from laurel_graphql.tier_sentences import rules_text
from laurel_graphql.types.money import MoneyInput
from laurel_graphql.types.plans import MembershipPlan, plan_of
from laurel_graphql.types.plans_read import plans_read
from laurel_graphql.types.program_games import GameOfProgram
from laurel_graphql.types.program_tiers import ProgramTier, program_tiers
from laurel_graphql.types.ways import CurrencyRate, WayToEarn, ways_to_earn


@strawberry.type(description="The shop's program as it is live now.")
class Program(GameOfProgram):
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

    @computed("The tiers, lowest first; empty before they are published.")
    async def tiers(self, info: StorefrontInfo) -> list[ProgramTier]:
        """Those that are live."""
        context = info.context
        async with context.reading() as connection:
            live = await live_tiers(connection, context.program_id)
        return [] if live is None else program_tiers(live.definition, self._words(context))

    @computed("How long a tier lasts and what counts for it, in sentences of the caller's language.")
    async def tier_terms(self, info: StorefrontInfo) -> list[str]:
        """Of the live tiers, empty before they are published."""
        context = info.context
        async with context.reading() as connection:
            live = await live_tiers(connection, context.program_id)
        return [] if live is None else rules_text(live.definition, self._words(context).language)

    @computed("The paid memberships that can be joined, in the merchant's order.")
    async def plans(self, info: StorefrontInfo) -> list[MembershipPlan]:
        """Those that are offered."""
        plans, reader = await plans_read(info.context)
        return [plan_of(plan, reader) for plan in plans]

    def _words(self, context: StorefrontContext) -> Words:
        return Words(context.locale, ZoneInfo(self.time_zone))


def program_of(version: ProgramVersion, shop_currency: str, locale: str, now: datetime) -> Program:
    """The public facts of a version at a moment, worded for a locale and for the currency that the shop sells in."""
    definition = version.definition
    return Program(
        definition=definition,
        name=definition.name,
        version=version.version,
        time_zone=definition.time_zone,
        reminder_days=sorted(definition.reminder_days, reverse=True),
        currency_rates=purchase_rates(definition),
        ways_to_earn=ways_to_earn(definition, shop_currency, language_of(locale), now),
    )


def purchase_rates(definition: Definition) -> list[CurrencyRate]:
    """What the program's plain rule for purchases pays, by currency."""
    purchase = definition.purchase
    return (
        []
        if purchase is None
        else [
            CurrencyRate(currency_code=CurrencyCode(code), points_per_unit=rate)
            for code, rate in purchase.rates.items()
        ]
    )

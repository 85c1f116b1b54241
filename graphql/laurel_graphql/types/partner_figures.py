"""What a partner's offers brought between two days, and for how long what does not match has waited."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry

from engine.conversions.aggregates import DAYS_MAXIMUM, figures_in_all
from engine.conversions.aggregates import OfferFigures as FiguresFacts
from engine.database import Connection, transaction_time
from engine.settlement.suspense import aging_of
from laurel_graphql.context import MerchantContext
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points
from laurel_graphql.types.agreement_records import PartnerAgreement
from laurel_graphql.types.money import Money
from laurel_graphql.types.statement_lines import exact_money
from laurel_graphql.types.suspense_records import AGES, SuspenseAge

_DEFAULT_DAYS = 30
FirstDay = Annotated[
    date | None, strawberry.argument(description="The first day, by the agreement's zone; by default 30 days in all.")
]
LastDay = Annotated[
    date | None, strawberry.argument(description="The last day, by default today; at most 400 days in all.")
]


@strawberry.type(description="What happened with an offer. Purchases count on their day, by how they stand now.")
class OfferFigures:
    offer_id: strawberry.ID = strawberry.field(description="The offer's global id.")
    claims: Points = strawberry.field(description="How often it was claimed.")
    clicks: Points = strawberry.field(description="How often its links were followed.")
    pending: Points = strawberry.field(description="Purchases that wait.")
    approved: Points = strawberry.field(description="Purchases that count.")
    declined: Points = strawberry.field(description="Purchases that do not count.")
    reversed: Points = strawberry.field(description="Purchases that were taken back.")
    points: Points = strawberry.field(description="Points for them, less those taken back.")
    amount: Money = strawberry.field(description="Money for all of it, not rounded: above zero the partner owes it.")


@strawberry.type(description="How many rows do not match for so long.")
class SuspenseCount:
    age: SuspenseAge = strawberry.field(description="For how long.")
    rows: Points = strawberry.field(description="How many.")


async def figures_read(
    connection: Connection,
    context: MerchantContext,
    number: int,
    agreed: PartnerAgreement,
    days: tuple[FirstDay, LastDay],
) -> list[OfferFigures]:
    """The figures of a partner's offers. Raises RequestError for days that are none, or too many."""
    zone = ZoneInfo(agreed.time_zone)
    last = days[1] or (await transaction_time(connection)).astimezone(zone).date()
    if not 1970 < last.year < 9000:
        raise RequestError(ErrorCode.BAD_USER_INPUT, "Days lie between the years 1971 and 8999.")
    first = days[0] or last - timedelta(days=_DEFAULT_DAYS - 1)
    if not 0 <= (last - first).days < DAYS_MAXIMUM:
        raise RequestError(ErrorCode.BAD_USER_INPUT, f"Ask for 1 to {DAYS_MAXIMUM} days.")
    found = await figures_in_all(connection, context.program_id, number, first, last, zone)
    return [_figures(one, agreed.currency) for one in found]


async def suspense_counts(connection: Connection, context: MerchantContext, number: int) -> list[SuspenseCount]:
    """The open rows of a partner by their age, youngest first; each age, also those without any."""
    found = await aging_of(connection, context.program_id, number)
    return [SuspenseCount(age=AGES[bucket], rows=Points(rows)) for bucket, rows in found.items()]


def _figures(record: FiguresFacts, currency: str) -> OfferFigures:
    return OfferFigures(
        offer_id=strawberry.ID(gid("Offer", record.offer_id)),
        claims=Points(record.claims),
        clicks=Points(record.clicks),
        pending=Points(record.pending),
        approved=Points(record.approved),
        declined=Points(record.declined),
        reversed=Points(record.reversed),
        points=Points(record.points),
        amount=exact_money(record.micros, currency),
    )

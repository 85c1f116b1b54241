"""Offers as the staff see them: everything that their definition says, and what is left."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum

import strawberry

from engine.money import exponent
from engine.offers.catalog import BudgetState
from engine.offers.catalog import Offer as OfferFacts
from engine.offers.claims import claims_of_offer
from engine.offers.definitions import Code, Exchange, Link, Made, OfferDefinition, Payment, Pool, Redemption
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.inputs.offers import OfferPayer
from laurel_graphql.inputs.rule_enums import CalendarPeriod
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.badge_records import Artwork, artwork_of
from laurel_graphql.types.claim_records import ClaimRecordConnection, claims_page
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.partner_values import (
    OfferEarning,
    OfferExchange,
    OfferKind,
    OfferPrice,
    earning_of,
    exchange_of,
    kind_of,
)
from laurel_graphql.types.reward_records import MemberLimit

FALLBACK_CURRENCY = "USD"
"""In which currency a sentence tells what is earned where the offer names none and has a rate for it."""


@strawberry.enum(description="Where an offer stands.")
class OfferState(Enum):
    DRAFT = strawberry.enum_value("DRAFT", description="It was never published.")
    PUBLISHED = strawberry.enum_value("PUBLISHED", description="Members can claim it.")
    EXHAUSTED = strawberry.enum_value("EXHAUSTED", description="Its budget is used up; what comes back opens it again.")
    CLOSED = strawberry.enum_value("CLOSED", description="It was closed.")


@strawberry.enum(description="What a budget is counted in.")
class OfferBudgetUnit(Enum):
    CLAIMS = strawberry.enum_value("CLAIMS", description="Claims.")
    POINTS = strawberry.enum_value("POINTS", description="Points.")
    MONEY = strawberry.enum_value("MONEY", description="Money.")


@strawberry.type(
    description="How much may be given away in all, and where it is. Free, held and spent are all there is."
)
class OfferBudget:
    unit: OfferBudgetUnit = strawberry.field(description="What it is counted in.")
    currency_code: CurrencyCode | None = strawberry.field(description="Its currency, null where it is no money.")
    total: Decimal = strawberry.field(description="All of it.")
    free: Decimal = strawberry.field(description="What can still be given away.")
    held: Decimal = strawberry.field(description="What claims hold until they are used or end.")
    spent: Decimal = strawberry.field(description="What was given away.")


@strawberry.type(description="Where codes come from: one of the two is not null.")
class OfferCodes:
    pool_id: strawberry.ID | None = strawberry.field(description="The global id of a pool of the partner's codes.")
    prefix: str | None = strawberry.field(description="What codes that the app makes begin with.")


@strawberry.type(description="Money for a purchase: one of `fixed` and `percent` is not null.")
class OfferPayment:
    payer: OfferPayer = strawberry.field(description="Who pays it.")
    fixed: Money | None = strawberry.field(description="So much, whatever was paid.")
    percent: Decimal | None = strawberry.field(description="A part of what was paid.")


@strawberry.type(description="What an offer gives. What does not fit its kind is null.")
class OfferGives:
    source: OfferCodes | None = strawberry.field(description="Where its codes come from.")
    url: str | None = strawberry.field(description="Where its link leads, with `{click}` where the click's id goes.")
    payment: OfferPayment | None = strawberry.field(description="Money for a purchase.")
    earning: OfferEarning | None = strawberry.field(description="Points for a purchase.")
    price: OfferPrice | None = strawberry.field(description="What a voucher costs.")
    exchange: OfferExchange | None = strawberry.field(description="At which rate points are exchanged.")
    valid_days: int | None = strawberry.field(description="For how many days a code is good, null for good.")
    worth: str = strawberry.field(description="What a voucher is worth there, in words; empty for none.")


@strawberry.type(description="The partner of an offer.")
class PartnerFace:
    id: strawberry.ID = strawberry.field(description="The partner's global id.")
    handle: str = strawberry.field(description="The partner's handle.")
    name: str = strawberry.field(description="The partner's name.")


@strawberry.type(name="Offer", description="Something that a partner gives to members.")
class OfferRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The offer's global id.")
    handle: str = strawberry.field(description="Its handle.")
    version: int = strawberry.field(description="Counts its changes. A claim keeps the one that it was made by.")
    position: int = strawberry.field(description="Its place in the list.")
    state: OfferState = strawberry.field(description="Where it stands.")
    partner: PartnerFace = strawberry.field(description="Whose it is.")
    title: str = strawberry.field(description="Its title.")
    description: str = strawberry.field(description="What it is; empty for nothing.")
    terms: str = strawberry.field(description="Terms; empty for none.")
    artwork: Artwork | None = strawberry.field(description="Its picture, null for none.")
    kind: OfferKind = strawberry.field(description="What kind of thing it gives.")
    gives: OfferGives = strawberry.field(description="What it gives.")
    tiers: list[str] = strawberry.field(description="Only for members of these tiers; empty: of any.")
    plans: list[str] = strawberry.field(description="Only for who has the benefits of these plans; empty: for anybody.")
    customer_tags: list[str] = strawberry.field(description="Only for customers with one of these; empty: for all.")
    starts_at: datetime | None = strawberry.field(description="From when on it can be had.")
    ends_at: datetime | None = strawberry.field(description="The first moment at which it is over.")
    member_limit: MemberLimit | None = strawberry.field(description="How often each member may have it; null: no end.")
    total_limit: int | None = strawberry.field(description="How many may be claimed in all; null: no end.")
    budget: OfferBudget | None = strawberry.field(description="How much may be given away in all; null: no end.")
    claims_made: Points = strawberry.field(description="How many were claimed.")
    claims_left: Points | None = strawberry.field(description="How many more its limit allows; null: no end.")
    created_at: datetime = strawberry.field(description="When it was made.")
    published_at: datetime | None = strawberry.field(description="When it was first published.")
    closed_at: datetime | None = strawberry.field(description="When it was closed.")
    archived_at: datetime | None = strawberry.field(description="When it was archived.")

    @computed("What members claimed of it, newest first.")
    async def claims(self, info: MerchantInfo, first: First = 20, after: After = None) -> ClaimRecordConnection:
        """One page of them."""
        context, before = info.context, number_after(after, "OfferClaim")
        async with context.reading() as connection:
            found = await claims_of_offer(connection, context.program_id, self.number, first + 1, before)
        return claims_page(found, first, after)


def offer_of(record: OfferFacts, desk: GameDesk) -> OfferRecord:
    """The offer of an engine's record."""
    said, limit = record.definition, record.definition.member_limit
    return OfferRecord(
        number=record.offer_id,
        id=strawberry.ID(gid("Offer", record.offer_id)),
        handle=record.handle,
        version=record.version,
        position=record.position,
        state=OfferState[record.state.upper()],
        partner=PartnerFace(
            id=strawberry.ID(gid("Partner", record.partner_id)), handle=record.partner.handle, name=record.partner.name
        ),
        title=said.title,
        description=said.description,
        terms=said.terms,
        artwork=None if said.artwork is None else artwork_of(said.artwork, desk),
        kind=kind_of(said),
        gives=_gives(said, desk.language),
        tiers=list(said.tiers),
        plans=list(said.plans),
        customer_tags=list(said.customer_tags),
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        member_limit=None
        if limit is None
        else MemberLimit(count=limit.count, period=CalendarPeriod[limit.period.upper()]),
        total_limit=said.total_limit,
        budget=_budget(record),
        claims_made=Points(record.claims_made),
        claims_left=None if record.claims_left is None else Points(record.claims_left),
        created_at=record.created_at,
        published_at=record.published_at,
        closed_at=record.closed_at,
        archived_at=record.archived_at,
    )


def _gives(said: OfferDefinition, language: str) -> OfferGives:
    gives, earning = said.gives, said.earning
    currency = said.currency or FALLBACK_CURRENCY
    return OfferGives(
        source=_codes(said.source),
        url=gives.url if isinstance(gives, Link) else None,
        payment=_payment(said.payment, currency),
        earning=None if earning is None else earning_of(earning, currency, language),
        price=OfferPrice(points=Points(gives.price)) if isinstance(gives, Redemption) else None,
        exchange=exchange_of(gives) if isinstance(gives, Exchange) else None,
        valid_days=gives.valid_days if isinstance(gives, Code | Redemption) else None,
        worth=gives.worth if isinstance(gives, Redemption) else "",
    )  # fmt: skip


def _codes(source: Pool | Made | None) -> OfferCodes | None:
    if isinstance(source, Pool):
        return OfferCodes(pool_id=strawberry.ID(gid("CodePool", source.pool_id)), prefix=None)
    return None if source is None else OfferCodes(pool_id=None, prefix=source.prefix)


def _payment(given: Payment | None, currency: str) -> OfferPayment | None:
    if given is None:
        return None
    return OfferPayment(
        payer=OfferPayer[given.payer.upper()],
        fixed=None if given.fixed_minor is None else money_of(given.fixed_minor, currency),
        percent=given.percent,
    )


def _budget(record: OfferFacts) -> OfferBudget | None:
    """As the row has it; of a draft, which has nothing yet, as it will be."""
    said = record.definition.budget
    state = record.budget
    if state is None and said is not None:
        state = BudgetState(record.definition.budget_unit or said.unit, said.amount, 0, 0)
    if state is None:
        return None
    unit = OfferBudgetUnit.__members__.get(state.unit.upper(), OfferBudgetUnit.MONEY)
    is_money = unit is OfferBudgetUnit.MONEY
    scale = -exponent(state.unit) if is_money else 0
    total, free, held, spent = (
        Decimal(amount).scaleb(scale) for amount in (state.total, state.free, state.held, state.spent)
    )
    currency = CurrencyCode(state.unit) if is_money else None
    return OfferBudget(unit=unit, currency_code=currency, total=total, free=free, held=held, spent=spent)

"""Offers of partners as a shopper sees them, also those that cannot be had, each with the reason why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import strawberry

from engine.offers.definitions import Code, Exchange, OfferDefinition, Redemption
from engine.offers.reading import OfferView
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.offer_sentences import offer_refusal_text
from laurel_graphql.pages import PageInfo, cursor_of, cut, number_after
from laurel_graphql.scalars import Points
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.offer_claims import OfferClaim, artwork_url, claim_of
from laurel_graphql.types.partner_values import (
    OfferEarning,
    OfferExchange,
    OfferKind,
    OfferPrice,
    earning_of,
    exchange_of,
    kind_of,
)

_REMAINING_MAXIMUM = 2**31 - 1
"""The largest number that GraphQL's Int can say."""


@strawberry.enum(description="Why an offer cannot be had now.")
class OfferReason(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Nobody is logged in.")
    OFFER_CLOSED = strawberry.enum_value("OFFER_CLOSED", description="The shop or the partner ended it.")
    NOT_STARTED = strawberry.enum_value("NOT_STARTED", description="It can be had from a later moment on.")
    ENDED = strawberry.enum_value("ENDED", description="It could be had until an earlier moment.")
    TIER_REQUIRED = strawberry.enum_value("TIER_REQUIRED", description="It is for members of other tiers.")
    PLAN_REQUIRED = strawberry.enum_value("PLAN_REQUIRED", description="It is for members of paid plans.")
    TAG_REQUIRED = strawberry.enum_value("TAG_REQUIRED", description="It is for other customers.")
    MEMBER_LIMIT = strawberry.enum_value("MEMBER_LIMIT", description="The member had as many as each may have.")
    SOLD_OUT = strawberry.enum_value("SOLD_OUT", description="None is left.")
    BUDGET_USED_UP = strawberry.enum_value("BUDGET_USED_UP", description="Its budget was given away.")
    NOT_ENOUGH_POINTS = strawberry.enum_value("NOT_ENOUGH_POINTS", description="The member has too few points.")
    CAP_REACHED = strawberry.enum_value("CAP_REACHED", description="What was agreed with the partner has no room now.")


@strawberry.type(description="The partner of an offer.")
class OfferPartner:
    handle: str = strawberry.field(description="The partner's handle.")
    name: str = strawberry.field(description="The partner's name.")
    website: str | None = strawberry.field(description="The partner's address.")
    about: str = strawberry.field(description="A few words about the partner; empty for none.")


@strawberry.type(description="Whether an offer can be had by this shopper now.")
class OfferAvailability:
    allowed: bool = strawberry.field(description="Whether it can be had now.")
    reason: OfferReason | None = strawberry.field(description="The first thing that is in the way, null for nothing.")
    message: str | None = strawberry.field(description="The same in the caller's language, with its numbers.")


@strawberry.type(description="Something that a partner gives to members. What does not fit its kind is null.")
class Offer:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The offer's global id.")
    handle: str = strawberry.field(description="Its handle, unique in the program.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    terms: str = strawberry.field(description="Terms, to be shown before it is claimed; empty for none.")
    kind: OfferKind = strawberry.field(description="What it gives.")
    partner: OfferPartner = strawberry.field(description="Whose it is.")
    artwork_url: str | None = strawberry.field(description="Its picture, an SVG; null for none.")
    starts_at: datetime | None = strawberry.field(description="From when on it can be had, null for always.")
    ends_at: datetime | None = strawberry.field(description="The first moment at which it is over, null for never.")
    remaining: int | None = strawberry.field(
        description="How many are left for all, by codes, budget and limit; null where there is no end to them."
    )
    availability: OfferAvailability = strawberry.field(description="Whether this shopper can have it now.")
    price: OfferPrice | None = strawberry.field(description="What a voucher costs.")
    exchange: OfferExchange | None = strawberry.field(description="At which rate points are exchanged.")
    earning: OfferEarning | None = strawberry.field(description="Points for purchases at the partner.")
    worth: str = strawberry.field(description="What a voucher is worth there, in words; empty for other kinds.")
    valid_days: int | None = strawberry.field(description="For how many days a code is good, null for good.")
    claim: OfferClaim | None = strawberry.field(description="What this shopper claimed last of it.")


@strawberry.type(description="An offer on a page.")
class OfferEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: Offer = strawberry.field(description="The offer.")


@strawberry.type(description="A page of offers.")
class OfferConnection:
    nodes: list[Offer] = strawberry.field(description="The offers, in the merchant's order.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The offers, each with its cursor.")
    def edges(self) -> list[OfferEdge]:
        """Made only where they are asked for."""
        return [OfferEdge(cursor=cursor_of("Offer", node.number), node=node) for node in self.nodes]


@dataclass(frozen=True, slots=True)
class OfferDesk:
    """What offers are told with: the caller's language and days, where pictures are, the shop's currency."""

    game: GameDesk
    currency: str


def offer_of(view: OfferView, desk: OfferDesk) -> Offer:
    """The offer of an engine's view."""
    offer, partner, definition = view.offer, view.offer.partner, view.offer.definition
    gives, earning = definition.gives, definition.earning
    return Offer(
        number=offer.offer_id,
        id=strawberry.ID(gid("Offer", offer.offer_id)),
        handle=offer.handle,
        title=definition.title,
        description=definition.description,
        terms=definition.terms,
        kind=kind_of(definition),
        partner=OfferPartner(handle=partner.handle, name=partner.name, website=partner.website, about=partner.about),
        artwork_url=artwork_url(definition.artwork, desk.game),
        starts_at=definition.starts_at,
        ends_at=definition.ends_at,
        remaining=None if view.remaining is None else min(view.remaining, _REMAINING_MAXIMUM),
        availability=_availability(view, desk),
        price=OfferPrice(points=Points(gives.price)) if isinstance(gives, Redemption) else None,
        exchange=exchange_of(gives) if isinstance(gives, Exchange) else None,
        earning=None if earning is None else earning_of(earning, desk.currency, desk.game.language),
        worth=gives.worth if isinstance(gives, Redemption) else "",
        valid_days=_valid_days(definition),
        claim=None if view.claim is None else claim_of(view.claim, desk.game),
    )


def connection_of(views: Sequence[OfferView], desk: OfferDesk, first: int, after: str | None) -> OfferConnection:
    """A page of `first` out of all offers, which are few and in the merchant's own order."""
    number = number_after(after, "Offer")
    start = 0
    if number is not None:
        start = 1 + next((at for at, view in enumerate(views) if view.offer.offer_id == number), len(views))
    found = [offer_of(view, desk) for view in views[start : start + first + 1]]
    return OfferConnection(nodes=found[:first], page_info=cut(found, "Offer", first, after))


def _availability(view: OfferView, desk: OfferDesk) -> OfferAvailability:
    reason = next(iter(view.reasons), None)
    if reason is None:
        return OfferAvailability(allowed=True, reason=None, message=None)
    message = offer_refusal_text(reason.code, reason.details, desk.game.words)
    return OfferAvailability(allowed=False, reason=OfferReason[reason.code], message=message)


def _valid_days(definition: OfferDefinition) -> int | None:
    return definition.gives.valid_days if isinstance(definition.gives, Code | Redemption) else None

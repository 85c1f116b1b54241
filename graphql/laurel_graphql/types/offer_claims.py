"""Claims: what a member was given by partners' offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.offers.claims import Claim
from engine.offers.definitions import Exchange, Redemption
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.scalars import Points
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.partner_values import OfferKind, kind_of

REDIRECTOR = "/offers/out"
"""The path of the app below which links of offers are followed."""


@strawberry.enum(description="What became of a claim.")
class OfferClaimStatus(Enum):
    READY = strawberry.enum_value("READY", description="It can be used.")
    USED = strawberry.enum_value("USED", description="The partner said that it was used.")
    VOID = strawberry.enum_value("VOID", description="It was taken back; points that it took were given back.")
    EXPIRED = strawberry.enum_value("EXPIRED", description="It was not used in time, or its offer is over.")


@strawberry.type(description="Whose offer was claimed.")
class ClaimedPartner:
    handle: str = strawberry.field(description="The partner's handle.")
    name: str = strawberry.field(description="The partner's name.")


@strawberry.type(description="The offer of a claim, as it was when it was claimed.")
class ClaimedOffer:
    id: strawberry.ID = strawberry.field(description="The offer's global id.")
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title.")
    kind: OfferKind = strawberry.field(description="What it gives.")
    terms: str = strawberry.field(description="Its terms; empty for none.")
    partner: ClaimedPartner = strawberry.field(description="Whose it is.")
    artwork_url: str | None = strawberry.field(description="Its picture, an SVG; null for none.")
    worth: str = strawberry.field(description="What a voucher is worth there, in words; empty for other kinds.")
    unit_name: str | None = strawberry.field(description="What the partner's points are called, null for other kinds.")


@strawberry.type(description="What a member was given by an offer. Nobody else is ever shown it.")
class OfferClaim:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The claim's global id.")
    status: OfferClaimStatus = strawberry.field(description="What became of it.")
    kind: OfferKind = strawberry.field(description="What it is.")
    code: str | None = strawberry.field(
        description="The code or voucher, or the member's number at the partner; null where there is none, and once it "
        "is void or expired."
    )
    url: str | None = strawberry.field(description="Where a link leads; null for other kinds, and once it is over.")
    points: Points = strawberry.field(description="The points that it took.")
    gives: Points | None = strawberry.field(description="The partner's points of an exchange, null for other kinds.")
    account: str | None = strawberry.field(description="The account there that an exchange goes to.")
    claimed_at: datetime = strawberry.field(description="When it was claimed.")
    expires_at: datetime | None = strawberry.field(description="The first moment at which it can no longer be used.")
    note: str | None = strawberry.field(description="Why it was taken back.")
    offer: ClaimedOffer = strawberry.field(description="What was claimed.")


@strawberry.type(description="A claim on a page.")
class OfferClaimEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: OfferClaim = strawberry.field(description="The claim.")


@strawberry.type(description="A page of claims.")
class OfferClaimConnection:
    nodes: list[OfferClaim] = strawberry.field(description="The claims, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The claims, each with its cursor.")
    def edges(self) -> list[OfferClaimEdge]:
        """Made only where they are asked for."""
        return [OfferClaimEdge(cursor=cursor_of("OfferClaim", node.number), node=node) for node in self.nodes]


def claim_of(record: Claim, desk: GameDesk) -> OfferClaim:
    """The claim of an engine's record."""
    is_link = record.kind == "link"
    return OfferClaim(
        number=record.claim_id,
        id=strawberry.ID(gid("OfferClaim", record.claim_id)),
        status=OfferClaimStatus[record.status],
        kind=OfferKind[record.kind.upper()],
        code=None if is_link else record.code,
        url=f"{desk.origin}{REDIRECTOR}/{record.code}" if is_link and record.code is not None else None,
        points=Points(record.points),
        gives=None if record.gives is None else Points(record.gives),
        account=record.account,
        claimed_at=record.created_at,
        expires_at=record.expires_at,
        note=record.note,
        offer=_offer_of(record, desk),
    )


def connection_of(records: Sequence[Claim], desk: GameDesk, first: int, after: str | None) -> OfferClaimConnection:
    """A page of `first`, when `first + 1` claims were asked for and these were found."""
    found = [claim_of(record, desk) for record in records]
    return OfferClaimConnection(nodes=found[:first], page_info=cut(found, "OfferClaim", first, after))


def artwork_url(reference: str | None, desk: GameDesk) -> str | None:
    """The picture of an offer, None for an offer without one."""
    return None if reference is None else desk.artwork_url(reference)


def _offer_of(record: Claim, desk: GameDesk) -> ClaimedOffer:
    definition = record.definition
    gives = definition.gives
    return ClaimedOffer(
        id=strawberry.ID(gid("Offer", record.offer_id)),
        handle=record.offer_handle,
        title=definition.title,
        kind=kind_of(definition),
        terms=definition.terms,
        partner=ClaimedPartner(handle=record.partner_handle, name=record.partner_name),
        artwork_url=artwork_url(definition.artwork, desk),
        worth=gives.worth if isinstance(gives, Redemption) else "",
        unit_name=gives.unit_name if isinstance(gives, Exchange) else None,
    )

"""Claims as the staff see them: whose, and what became of them. Codes are shown to their members only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry

from engine.offers.claims import Claim
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.scalars import Points
from laurel_graphql.types.offer_claims import OfferClaimStatus
from laurel_graphql.types.partner_purchases import PurchaseOffer
from laurel_graphql.types.partner_values import OfferKind


@strawberry.type(name="OfferClaim", description="What a member was given by an offer.")
class ClaimRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The claim's global id.")
    status: OfferClaimStatus = strawberry.field(description="What became of it.")
    kind: OfferKind = strawberry.field(description="What it is.")
    offer: PurchaseOffer = strawberry.field(description="Of which offer.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    customer_id: strawberry.ID | None = strawberry.field(
        description="The shop's customer, as `gid://shopify/Customer/…`; null once they were erased."
    )
    points: Points = strawberry.field(description="The points that it took.")
    gives: Points | None = strawberry.field(description="The partner's points of an exchange, null for other kinds.")
    claimed_at: datetime = strawberry.field(description="When it was claimed.")
    expires_at: datetime | None = strawberry.field(description="The first moment at which it can no longer be used.")
    settled_at: datetime | None = strawberry.field(description="When it was used or ended.")
    note: str | None = strawberry.field(description="Why it was taken back.")


@strawberry.type(name="OfferClaimEdge", description="A claim on a page.")
class ClaimRecordEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: ClaimRecord = strawberry.field(description="The claim.")


@strawberry.type(name="OfferClaimConnection", description="A page of claims.")
class ClaimRecordConnection:
    nodes: list[ClaimRecord] = strawberry.field(description="The claims, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The claims, each with its cursor.")
    def edges(self) -> list[ClaimRecordEdge]:
        """Made only where they are asked for."""
        return [ClaimRecordEdge(cursor=cursor_of("OfferClaim", node.number), node=node) for node in self.nodes]


def claim_record_of(record: Claim) -> ClaimRecord:
    """The claim of an engine's record, without its code."""
    customer = record.customer_id
    return ClaimRecord(
        number=record.claim_id,
        id=strawberry.ID(gid("OfferClaim", record.claim_id)),
        status=OfferClaimStatus[record.status],
        kind=OfferKind[record.kind.upper()],
        offer=PurchaseOffer(
            id=strawberry.ID(gid("Offer", record.offer_id)), handle=record.offer_handle, title=record.definition.title
        ),
        member_id=strawberry.ID(gid("Member", record.member_id)),
        customer_id=None if customer is None else strawberry.ID(f"gid://shopify/Customer/{customer}"),
        points=Points(record.points),
        gives=None if record.gives is None else Points(record.gives),
        claimed_at=record.created_at,
        expires_at=record.expires_at,
        settled_at=record.settled_at,
        note=record.note,
    )


def claims_page(records: Sequence[Claim], first: int, after: str | None) -> ClaimRecordConnection:
    """A page of `first`, when `first + 1` claims were asked for and these were found."""
    found = [claim_record_of(record) for record in records]
    return ClaimRecordConnection(nodes=found[:first], page_info=cut(found, "OfferClaim", first, after))

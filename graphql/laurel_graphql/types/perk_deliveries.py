"""What tiers and plans did for members: each delivery of a perk, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.perks.deliveries import Delivery
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.types.perks import PerkKind


@strawberry.enum(description="What became of a perk's delivery.")
class PerkDeliveryState(Enum):
    WAITING = strawberry.enum_value("WAITING", description="The shop is being asked for it.")
    DELIVERED = strawberry.enum_value("DELIVERED", description="The member has it.")
    REVOKING = strawberry.enum_value("REVOKING", description="The shop is being asked to take it back.")
    REVOKED = strawberry.enum_value("REVOKED", description="It was taken back.")
    FAILED = strawberry.enum_value("FAILED", description="It could not be given.")


@strawberry.type(description="One thing that a tier or a plan gave a member, on one occasion.")
class PerkDelivery:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The delivery's global id.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    customer_id: strawberry.ID | None = strawberry.field(
        description="The shop's customer who got it, `gid://shopify/Customer/…`; null once they were erased."
    )
    grantor: str = strawberry.field(description="What gave it, such as `tier:gold` or `plan:laurel-plus`.")
    perk: str = strawberry.field(description="The perk's handle.")
    kind: PerkKind = strawberry.field(description="What the perk does.")
    occasion: str = strawberry.field(description="What tells this time from another one.")
    state: PerkDeliveryState = strawberry.field(description="What became of it.")
    code: str | None = strawberry.field(description="The code, of perks that give one.")
    failure: str | None = strawberry.field(description="Why it failed, null where it did not.")
    created_at: datetime = strawberry.field(description="When it was due.")
    delivered_at: datetime | None = strawberry.field(description="When it was given.")
    ends_at: datetime | None = strawberry.field(description="The first moment at which it is over.")
    revoked_at: datetime | None = strawberry.field(description="When it was taken back.")
    used_at: datetime | None = strawberry.field(description="When an order used it.")


@strawberry.type(description="A delivery on a page.")
class PerkDeliveryEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: PerkDelivery = strawberry.field(description="The delivery.")


@strawberry.type(description="A page of deliveries.")
class PerkDeliveryConnection:
    nodes: list[PerkDelivery] = strawberry.field(description="The deliveries, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The deliveries, each with its cursor.")
    def edges(self) -> list[PerkDeliveryEdge]:
        """Made only where they are asked for."""
        return [PerkDeliveryEdge(cursor=cursor_of("PerkDelivery", node.number), node=node) for node in self.nodes]


def delivery_of(record: Delivery) -> PerkDelivery:
    """The delivery of an engine's record."""
    customer = record.customer_id
    return PerkDelivery(
        number=record.delivery_id,
        id=strawberry.ID(gid("PerkDelivery", record.delivery_id)),
        member_id=strawberry.ID(gid("Member", record.member_id)),
        customer_id=None if customer is None else strawberry.ID(f"gid://shopify/Customer/{customer}"),
        grantor=record.grantor,
        perk=record.perk,
        kind=PerkKind[record.kind.upper()],
        occasion=record.occasion,
        state=PerkDeliveryState[record.state.upper()],
        code=record.code,
        failure=record.failure,
        created_at=record.created_at,
        delivered_at=record.delivered_at,
        ends_at=record.ends_at,
        revoked_at=record.revoked_at,
        used_at=record.used_at,
    )


def connection_of(records: Sequence[Delivery], first: int, after: str | None) -> PerkDeliveryConnection:
    """A page of `first`, when `first + 1` deliveries were asked for and these were found."""
    found = [delivery_of(record) for record in records]
    return PerkDeliveryConnection(nodes=found[:first], page_info=cut(found, "PerkDelivery", first, after))

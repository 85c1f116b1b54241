"""Who holds a badge, as the staff see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry

from engine.badges.holders import Holder
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut


@strawberry.type(description="A member who has a badge.")
class BadgeHolder:
    number: strawberry.Private[int]
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    customer_id: strawberry.ID | None = strawberry.field(
        description="The member's customer in this shop, `gid://shopify/Customer/…`; null for none."
    )
    level: int = strawberry.field(description="The number of the highest level that they have of those asked for.")
    earned_at: datetime = strawberry.field(description="When they reached it, last if more than once.")


@strawberry.type(description="A holder on a page.")
class BadgeHolderEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: BadgeHolder = strawberry.field(description="The holder.")


@strawberry.type(description="A page of who has a badge.")
class BadgeHolderConnection:
    nodes: list[BadgeHolder] = strawberry.field(description="The holders, those first who have it since last.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The holders, each with its cursor.")
    def edges(self) -> list[BadgeHolderEdge]:
        """Made only where they are asked for."""
        return [BadgeHolderEdge(cursor=cursor_of("Achievement", node.number), node=node) for node in self.nodes]


def connection_of(found: Sequence[Holder], first: int, after: str | None) -> BadgeHolderConnection:
    """A page of `first`, when `first + 1` holders were asked for and these were found."""
    nodes = [_holder(one) for one in found]
    return BadgeHolderConnection(nodes=nodes[:first], page_info=cut(nodes, "Achievement", first, after))


def _holder(one: Holder) -> BadgeHolder:
    customer = one.customer_id
    return BadgeHolder(
        number=one.achievement_id,
        member_id=strawberry.ID(gid("Member", one.member_id)),
        customer_id=None if customer is None else strawberry.ID(f"gid://shopify/Customer/{customer}"),
        level=one.level,
        earned_at=one.earned_at,
    )

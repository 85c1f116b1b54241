"""The benefit ledger as people read it: each thing that was got because of a tier or a membership, with its value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry

from engine.memberships.benefits import BenefitEntry, benefits_of
from laurel_graphql.context import RequestContext
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut, number_after
from laurel_graphql.scalars import Points
from laurel_graphql.types.grantors import Grantors, read_grantors
from laurel_graphql.types.money import Money, money_of


@strawberry.type(description="Something that a member got because of a tier or a membership.")
class Benefit:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The entry's global id.")
    occurred_at: datetime = strawberry.field(description="When they got it.")
    perk: str = strawberry.field(description="The handle of the perk.")
    title: str = strawberry.field(description="What it was, in the caller's language.")
    grantor: str = strawberry.field(description="What gave it: the name of a tier, or a plan's title.")
    value: Money = strawberry.field(description="What it was worth, net of refunds.")
    points: Points = strawberry.field(description="The points that it gave, 0 for none.")


@strawberry.type(description="A benefit on a page.")
class BenefitEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: Benefit = strawberry.field(description="The benefit.")


@strawberry.type(description="A page of benefits.")
class BenefitConnection:
    nodes: list[Benefit] = strawberry.field(description="The benefits, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The benefits, each with its cursor.")
    def edges(self) -> list[BenefitEdge]:
        """Made only where they are asked for."""
        return [BenefitEdge(cursor=cursor_of("Benefit", node.number), node=node) for node in self.nodes]


async def benefits_page(context: RequestContext, member_id: int, first: int, after: str | None) -> BenefitConnection:
    """One page of what a member got."""
    before = number_after(after, "Benefit")
    async with context.reading() as connection:
        entries = await benefits_of(connection, context.program_id, member_id, first + 1, before)
        grantors = await read_grantors(connection, context)
    found = benefits_from(entries, grantors)
    return BenefitConnection(nodes=found[:first], page_info=cut(found, "Benefit", first, after))


def benefits_from(entries: Sequence[BenefitEntry], grantors: Grantors) -> list[Benefit]:
    """Entries of the ledger in words."""
    return [
        Benefit(
            number=entry.entry_id,
            id=strawberry.ID(gid("Benefit", entry.entry_id)),
            occurred_at=entry.occurred_at,
            perk=entry.perk,
            title=grantors.perk_title(entry.grantor, entry.perk),
            grantor=grantors.title(entry.grantor),
            value=money_of(entry.value_minor, entry.currency),
            points=Points(entry.points),
        )
        for entry in entries
    ]

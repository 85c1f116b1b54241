"""A member as they see themselves: what they have, what came and went and why, and what expires next."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.members import Member as MemberRecord
from engine.members import expiring, history
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.scalars import Points
from laurel_graphql.types.transactions import TransactionConnection, connection_of


@strawberry.type(description="What a member has.")
class Balance:
    available: Points = strawberry.field(
        description="Points that can be spent now. Those that are due to expire are already left out."
    )
    pending: Points = strawberry.field(description="Points that were earned and are held back for now.")
    lifetime: Points = strawberry.field(description="All points ever earned, net of what refunds took back.")


@strawberry.type(description="Points that expire together.")
class ExpiringPoints:
    points: Points = strawberry.field(description="How many.")
    expires_at: datetime = strawberry.field(description="The first moment at which they can no longer be spent.")


@strawberry.type(description="The logged-in shopper as a member of the program.")
class Member:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The member's global id.")
    version: int = strawberry.field(description="Rises with every change of the member's points.")
    joined_at: datetime = strawberry.field(description="When they became a member.")
    balance: Balance = strawberry.field(description="What they have.")

    @computed("What came and went, newest first.")
    async def transactions(self, info: StorefrontInfo, first: First = 20, after: After = None) -> TransactionConnection:
        """One page of the member's history."""
        context = info.context
        before = number_after(after, "Transaction")
        async with context.reading() as connection:
            entries = await history(connection, context.program_id, self.number, first + 1, before)
        return connection_of(entries, first, after, context.locale)

    @computed("What expires next, soonest first.")
    async def expiring(self, info: StorefrontInfo, first: First = 5) -> list[ExpiringPoints]:
        """The next dates on which points expire."""
        async with info.context.reading() as connection:
            lots = await expiring(connection, info.context.program_id, self.number, first)
        return [ExpiringPoints(points=Points(lot.points), expires_at=lot.expires_at) for lot in lots]


def member_of(record: MemberRecord) -> Member:
    """The member of an engine's record."""
    return Member(
        number=record.member_id,
        id=strawberry.ID(gid("Member", record.member_id)),
        version=record.version,
        joined_at=record.joined_at,
        balance=Balance(
            available=Points(record.available), pending=Points(record.pending), lifetime=Points(record.lifetime)
        ),
    )

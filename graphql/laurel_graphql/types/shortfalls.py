"""Refunds that found too few points, where the program tells the staff instead of making a debt of it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.shortfalls import FlaggedShortfall
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points


@strawberry.type(description="A refund that should have taken back more points than the member had.")
class Shortfall:
    transaction_id: strawberry.ID = strawberry.field(description="The transaction's global id.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    missing: Points = strawberry.field(description="Points that nobody had any more; the program bears them.")
    occurred_at: datetime = strawberry.field(description="When the refund happened in the shop.")
    order_name: str | None = strawberry.field(description="The order's name, where an order is the cause.")


def shortfall_of(record: FlaggedShortfall) -> Shortfall:
    """The shortfall of an engine's record."""
    return Shortfall(
        transaction_id=strawberry.ID(gid("Transaction", record.transaction_id)),
        member_id=strawberry.ID(gid("Member", record.member_id)),
        missing=Points(record.missing),
        occurred_at=record.occurred_at,
        order_name=record.order_name,
    )

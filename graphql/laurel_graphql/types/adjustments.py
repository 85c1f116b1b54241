"""Points that the staff gave or took, with who and why."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.adjustments import Adjustment as AdjustmentFacts
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points


@strawberry.type(description="Points that the staff gave or took.")
class Adjustment:
    transaction_id: strawberry.ID = strawberry.field(description="The transaction that it is.")
    points: Points = strawberry.field(description="Above 0 they were given, below 0 taken.")
    reason: str = strawberry.field(description="Why.")
    actor: str = strawberry.field(description="By whom, such as `staff:17`.")
    adjusted_at: datetime = strawberry.field(description="When.")
    available_before: Points = strawberry.field(description="What the member could spend before it.")
    available_after: Points = strawberry.field(description="What the member could spend after it.")


def adjustment_of(record: AdjustmentFacts) -> Adjustment:
    """The adjustment of an engine's record."""
    return Adjustment(
        transaction_id=strawberry.ID(gid("Transaction", record.transaction_id)),
        points=Points(record.points),
        reason=record.reason,
        actor=record.actor,
        adjusted_at=record.adjusted_at,
        available_before=Points(record.available_before),
        available_after=Points(record.available_after),
    )

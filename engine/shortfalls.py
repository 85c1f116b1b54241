"""Points that a refund should have taken and nobody had any more: borne by the program and shown to the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class FlaggedShortfall:
    """A transaction that fell short by so many points; `order_name` is the order's, where it was for one."""

    transaction_id: int
    member_id: int
    missing: int
    occurred_at: datetime
    order_name: str | None


_FLAGGED = text("""
    SELECT transaction_id, member_id, (detail ->> 'shortfall')::bigint, occurred_at, detail ->> 'order'
    FROM transactions WHERE program_id = :program_id AND detail ->> 'shortfall_policy' = 'flag'
    ORDER BY transaction_id DESC LIMIT :first
""")


async def flagged_shortfalls(connection: AsyncConnection, program_id: int, first: int) -> list[FlaggedShortfall]:
    """Where the program's policy is to tell the staff: the newest such transactions."""
    rows = await connection.execute(_FLAGGED, {"program_id": program_id, "first": first})
    return [FlaggedShortfall(*row) for row in rows]

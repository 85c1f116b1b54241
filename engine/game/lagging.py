"""Whether everything that was heard by a moment has reached the game: nothing is settled for good before that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# All of it ends by itself: a delivery is applied or parked after some tries, a mark drained or its member tried later.
_BEHIND = text("""
    SELECT EXISTS (SELECT FROM deliveries d WHERE d.program_id = :program_id AND d.state = 'pending'
            AND d.received_at <= :moment)
        OR EXISTS (SELECT FROM game_marks g WHERE g.program_id = :program_id AND g.marked_at <= :moment)
        OR EXISTS (SELECT FROM game_sweeps s WHERE s.program_id = :program_id)
""")


async def is_behind(connection: AsyncConnection, program_id: int, moment: datetime) -> bool:
    """Whether news that was heard by a moment still waits to be worked out, such as after the worker was away."""
    found: bool = (await connection.execute(_BEHIND, {"program_id": program_id, "moment": moment})).scalar_one()
    return found

"""What was heard before something is settled is worked out first: news that wait to be applied, members to be followed.

After an outage of the worker a season would otherwise be frozen without what its last days were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

LONGEST = timedelta(hours=6)
"""How long a backlog is waited for: one delivery in trouble does not keep everybody from their prizes."""

_PENDING = text("""
    SELECT EXISTS (SELECT FROM deliveries
        WHERE program_id = :program_id AND state = 'pending' AND received_at <= :before)
""")
_MARKED = text("SELECT EXISTS (SELECT FROM game_marks WHERE program_id = :program_id AND marked_at <= :before)")


@dataclass(slots=True)
class Backlog:
    """What was heard until `since`, the moment at which something was found to be due."""

    since: datetime
    applied_at: datetime | None = None
    """When all that was heard had been applied: from then on only those are waited for who were marked by it."""

    async def is_worked_off(self, connection: AsyncConnection, program_id: int, now: datetime) -> bool:
        """Whether nothing of it is left to be worked out for a program, or it was waited for long enough."""
        if now >= self.since + LONGEST:
            return True
        if self.applied_at is None:
            given = {"program_id": program_id, "before": self.since}
            if (await connection.execute(_PENDING, given)).scalar_one():
                return False
            self.applied_at = now
        given = {"program_id": program_id, "before": self.applied_at}
        return not (await connection.execute(_MARKED, given)).scalar_one()

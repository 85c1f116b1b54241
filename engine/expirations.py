"""What a member is about to lose: every date on which points expire within the program's reminder windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.publishing import live_version

DATES_MAXIMUM = 500
"""No member is shown more dates than this."""

_SOON = text("""
    SELECT sum(remaining), expires_at FROM lots
    WHERE program_id = :program_id AND member_id = :member_id AND remaining > 0
    AND expires_at > now() AND expires_at <= now() + make_interval(days => :days)
    GROUP BY expires_at ORDER BY expires_at LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class ExpiringSoon:
    """Points that go at `expires_at`; `days_left` days of the program's calendar are left to use them, 0 is today."""

    points: int
    expires_at: datetime
    days_left: int


async def expiring_soon(connection: AsyncConnection, program_id: int, member_id: int) -> list[ExpiringSoon]:
    """Everything that a member's live program would remind them of by now, soonest first."""
    live = await live_version(connection, program_id)
    if live is None:
        return []
    rows = await connection.execute(
        _SOON,
        {
            "program_id": program_id, "member_id": member_id, "days": max(live.definition.reminder_days, default=0),
            "most": DATES_MAXIMUM,
        },
    )  # fmt: skip
    zone = ZoneInfo(live.definition.time_zone)
    now = await transaction_time(connection)
    return [ExpiringSoon(int(points), ends_at, days_left(ends_at, now, zone)) for points, ends_at in rows]


def days_left(ends_at: datetime, now: datetime, zone: ZoneInfo) -> int:
    """Days until the last day on which something that ends at `ends_at`, exclusive, can still be used."""
    last_moment = ends_at - timedelta(microseconds=1)
    return (last_moment.astimezone(zone).date() - now.astimezone(zone).date()).days

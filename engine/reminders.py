"""Whom to remind of points that are about to end, and of which: the data for those who send, who come later.

A program names thresholds, such as 30, 7 and 1 days. Points that end within a threshold, and not yet within the next
smaller one, are a reason to remind of it: once for each member, day on which points end, and threshold. Each reminder
lists everything that ends within the threshold, so that a member is not told of the first day only. It is worked out
from what is there now: points that were used meanwhile are in no reminder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.expirations import ExpiringSoon, days_left
from engine.publishing import live_version

MEMBERS_MAXIMUM = 1_000


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reason to remind a member. `key` is the same each time it is worked out: whoever sends notes it as sent."""

    member_id: int
    threshold_days: int
    last_day: date
    """The last day on which the points of this reminder can be used."""
    points: int
    ending: tuple[ExpiringSoon, ...]
    """Everything of the member's that ends within the threshold, soonest first."""

    @property
    def key(self) -> str:
        """What no second message is sent for."""
        return f"{self.member_id}/{self.last_day.isoformat()}/{self.threshold_days}"


_DUE = text("""
    WITH due AS (
        SELECT m.member_id FROM members m
        WHERE m.program_id = :program_id AND m.member_id > :after AND m.closed_at IS NULL
            AND m.next_expiry_at <= now() + make_interval(days => :threshold)
            AND EXISTS (SELECT 1 FROM lots l WHERE l.program_id = m.program_id AND l.member_id = m.member_id
                AND l.remaining > 0 AND l.expires_at > now() + make_interval(days => :smaller)
                AND l.expires_at <= now() + make_interval(days => :threshold))
        ORDER BY m.member_id LIMIT :most
    )
    SELECT d.member_id, l.expires_at, sum(l.remaining)::bigint, now(),
        l.expires_at > now() + make_interval(days => :smaller)
    FROM due d JOIN lots l ON l.program_id = :program_id AND l.member_id = d.member_id AND l.remaining > 0
        AND l.expires_at > now() AND l.expires_at <= now() + make_interval(days => :threshold)
    GROUP BY d.member_id, l.expires_at ORDER BY d.member_id, l.expires_at
""")


async def due_reminders(
    connection: AsyncConnection, program_id: int, threshold_days: int, *, after_member_id: int = 0, most: int = 100
) -> list[Reminder]:
    """The reminders of one threshold for up to `most` members, from the one after `after_member_id` on.

    None for a threshold that the live program does not name, or without one. Raises ValueError for `most` out of
    bounds.
    """
    if not 0 < most <= MEMBERS_MAXIMUM:
        raise ValueError(f"most is 1 to {MEMBERS_MAXIMUM}")
    live = await live_version(connection, program_id)
    if live is None or threshold_days not in live.definition.reminder_days:
        return []
    smaller = max((days for days in live.definition.reminder_days if days < threshold_days), default=0)
    rows = await connection.execute(
        _DUE,
        {
            "program_id": program_id, "threshold": threshold_days, "smaller": smaller, "after": after_member_id,
            "most": most,
        },
    )  # fmt: skip
    ending = [
        (member_id, ExpiringSoon(points, ends_at, days_left(ends_at, now, live.definition.zone)), is_new)
        for member_id, ends_at, points, now, is_new in rows
    ]
    found: list[Reminder] = []
    for member_id, of_member in groupby(ending, key=lambda one: one[0]):
        every = [(soon, is_new) for _, soon, is_new in of_member]
        found += _reminders(member_id, threshold_days, every, live.definition.zone)
    return found


def _reminders(
    member_id: int, threshold_days: int, ending: list[tuple[ExpiringSoon, bool]], zone: ZoneInfo
) -> list[Reminder]:
    points: dict[date, int] = {}
    for soon, is_new in ending:
        if is_new:
            last_day = _last_day(soon.expires_at, zone)
            points[last_day] = points.get(last_day, 0) + soon.points
    every = tuple(soon for soon, _ in ending)
    return [Reminder(member_id, threshold_days, day, total, every) for day, total in points.items()]


def _last_day(ends_at: datetime, zone: ZoneInfo) -> date:
    """The day of the last moment before an end."""
    return (ends_at - datetime.resolution).astimezone(zone).date()

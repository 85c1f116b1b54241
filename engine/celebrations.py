"""Birthdays are celebrated: on the day, in the program's zone, for each member once a year."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.applying import apply_events
from engine.birthdays import celebrated_on
from engine.database import transaction_time
from engine.events import Event, MemberEvent
from engine.publishing import live_version
from engine.rules.days import local_day, start_of_day

SOURCE = "birthday"

# A member's customer is the first of theirs; the event is looked for under any, so that a second customer is no second
# birthday.
_CELEBRATING = text("""
    SELECT DISTINCT ON (m.member_id) m.member_id, c.shop_id, c.customer_id
    FROM members m JOIN customers c ON c.program_id = m.program_id AND c.member_id = m.member_id
    WHERE m.program_id = :program_id AND m.merged_into IS NULL AND m.closed_at IS NULL AND c.deleted_at IS NULL
    AND m.birthday_month = :month AND m.birthday_day = ANY(:days) AND m.birthday_set_on < :day
    AND NOT EXISTS (SELECT FROM member_events e WHERE e.program_id = m.program_id AND e.member_id = m.member_id
        AND e.source = 'birthday' AND e.occurred_at >= :since)
    ORDER BY m.member_id, c.shop_id, c.customer_id LIMIT :most
""")


async def celebrate(connection: AsyncConnection, program_id: int, most: int = 200) -> int:
    """Let the rules for birthdays see whose it is today; returns how many members that were."""
    now = await transaction_time(connection)
    live = await live_version(connection, program_id, now)
    if live is None or not live.definition.event_rules(SOURCE):
        return 0
    zone = live.definition.zone
    day = local_day(now, zone)
    days = [day.day]
    if day.month == 2 and day == celebrated_on(2, 29, day.year):
        days = [day.day, 29]
    since = start_of_day(day.replace(day=1) - timedelta(days=300), zone)
    rows = await connection.execute(
        _CELEBRATING,
        {
            "program_id": program_id, "month": day.month, "days": sorted(set(days)), "day": day, "since": since,
            "most": most,
        },
    )  # fmt: skip
    events = [
        Event(
            program_id, row.shop_id, now, _birthday(row.member_id, row.customer_id, day.year, start_of_day(day, zone))
        )
        for row in rows
    ]
    return await _apply(connection, events)


async def _apply(connection: AsyncConnection, events: list[Event]) -> int:
    """Apply these at once; where that cannot be, one by one, so that one of them costs nobody else their birthday."""
    if not events:
        return 0
    try:
        async with connection.begin_nested():
            await apply_events(connection, events)
    except IntegrityError:  # such as a balance that can become no larger
        if len(events) == 1:
            return 0
        return sum([await _apply(connection, [event]) for event in events])
    return len(events)


def _birthday(member_id: int, customer_id: int, year: int, began_at: datetime) -> MemberEvent:
    return MemberEvent(customer_id, SOURCE, f"{member_id}-{year}", began_at)

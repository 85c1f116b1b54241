"""What members do besides buying, as their shop's staff and software report it: once under each id, by any rule for it.

The customer has to be known to the shop's program; nothing here comes from a shopper's own word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.applying import apply_events
from engine.database import transaction_time
from engine.enrollment import CustomerKey, find_members
from engine.events import Event, FieldValue, MemberEvent
from engine.members import member_of_customer
from engine.publishing import live_version
from engine.rules.days import local_day

NAMED_SOURCES = frozenset({"review", "manual"})
"""Events that have a trigger of their own; any other name is a custom event."""
FIELDS_MAXIMUM = 20
TEXT_MAXIMUM = 200
AHEAD_MAXIMUM = timedelta(minutes=10)
"""How far another clock may be ahead of ours."""
AGE_MAXIMUM = timedelta(days=730)
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class EventRefused(Exception):  # noqa: N818  # a refusal, told to whoever reports
    """An event that is not taken: INVALID_NAME, INVALID_ID, INVALID_TIME, INVALID_FIELD or CUSTOMER_NOT_FOUND."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """What came of a report: whether it was new, and the points that all rules together gave for it."""

    new: bool
    points: int


_POINTS = text("""
    SELECT COALESCE(sum(posted), 0) FROM awards
    WHERE program_id = :program_id AND shop_id = :shop_id AND source = :source AND source_id = :source_id
""")
_WRITTEN_NOW = text("""
    SELECT recorded_at = now() FROM member_events
    WHERE program_id = :program_id AND shop_id = :shop_id AND source = :source AND source_id = :source_id
""")
_KNOWN = text("""
    SELECT 1 FROM member_events
    WHERE program_id = :program_id AND shop_id = :shop_id AND source = :source AND source_id = :source_id
""")


async def record_event(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, *, name: str, event_id: str,
    occurred_at: datetime | None = None, fields: Mapping[str, FieldValue] | None = None,
) -> RecordedEvent:  # fmt: skip
    """Take a report in: `name` is review, manual or the name of a custom event; `occurred_at` None means now.

    A repeat of its id changes nothing and says what was given then. Raises EventRefused.
    """
    now = await transaction_time(connection)
    fact = MemberEvent(
        customer_id, source_of(name), _checked_id(event_id), _checked_moment(occurred_at or now, now),
        _checked_fields(fields or {}),
    )  # fmt: skip
    if not await find_members(connection, [CustomerKey(program_id, shop_id, customer_id)]):
        raise EventRefused("CUSTOMER_NOT_FOUND")
    return await _apply(connection, Event(program_id, shop_id, now, fact))


async def visit_due(connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int) -> date | None:
    """The day of the program for which a visit of this customer is still to be recorded; None where no rule asks."""
    live = await live_version(connection, program_id)
    if live is None or not live.definition.event_rules("visit"):
        return None
    day = local_day(await transaction_time(connection), live.definition.zone)
    member = await member_of_customer(connection, program_id, shop_id, customer_id)
    key = {"program_id": program_id, "shop_id": shop_id, "source": "visit", "source_id": _visit(member.member_id, day)}
    return day if (await connection.execute(_KNOWN, key)).one_or_none() is None else None


async def record_visit(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, day: date
) -> RecordedEvent:
    """A member came to the shop on a day of the program; once a day, whatever the number of pages."""
    now = await transaction_time(connection)
    member = await member_of_customer(connection, program_id, shop_id, customer_id)
    fact = MemberEvent(customer_id, "visit", _visit(member.member_id, day), now)
    return await _apply(connection, Event(program_id, shop_id, now, fact))


def _visit(member_id: int, day: date) -> str:
    return f"{member_id}-{day.isoformat()}"


async def _apply(connection: AsyncConnection, event: Event) -> RecordedEvent:
    assert isinstance(event.fact, MemberEvent)
    key = {
        "program_id": event.program_id, "shop_id": event.shop_id, "source": event.fact.source,
        "source_id": event.fact.source_id,
    }  # fmt: skip
    if (await connection.execute(_KNOWN, key)).one_or_none() is None:
        await apply_events(connection, [event])
    # Of several at once, the one whose transaction wrote it was the first.
    new = bool((await connection.execute(_WRITTEN_NOW, key)).scalar_one_or_none())
    points = await connection.execute(_POINTS, {**key, "source": f"event:{event.fact.source}"})
    return RecordedEvent(new, int(points.scalar_one()))


def source_of(name: str) -> str:
    """The source that rules know an event's name by. Raises EventRefused."""
    if name in NAMED_SOURCES:
        return name
    if not _NAME.fullmatch(name):
        raise EventRefused("INVALID_NAME")
    return f"custom:{name}"


def _checked_id(event_id: str) -> str:
    if not 1 <= len(event_id) <= TEXT_MAXIMUM or not event_id.isprintable():
        raise EventRefused("INVALID_ID")
    return event_id


def _checked_moment(moment: datetime, now: datetime) -> datetime:
    if not now - AGE_MAXIMUM <= moment <= now + AHEAD_MAXIMUM:
        raise EventRefused("INVALID_TIME")
    return min(moment, now)


def _checked_fields(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    if len(fields) > FIELDS_MAXIMUM:
        raise EventRefused("INVALID_FIELD")
    for name, value in fields.items():
        too_long = isinstance(value, str) and (len(value) > TEXT_MAXIMUM or "\x00" in value)
        unreal = isinstance(value, Decimal) and not (value.is_finite() and abs(value) < 10**15)
        if not _FIELD.fullmatch(name) or too_long or unreal:
            raise EventRefused("INVALID_FIELD")
    return dict(fields)

"""The books of a partner for whoever looks at them: what happened and what it comes to, and of whom nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.partners.kinds import EventKind

READ_MAXIMUM = 250
_COLUMNS = """event_id, kind, points, micros, prepaid_micros, currency, agreement_version,
        payload::jsonb ->> 'offer' AS offer_handle, reference, corrects, occurred_at, recorded_at, actor"""
_OF_PARTNER = text(f"""
    SELECT {_COLUMNS} FROM partner_events WHERE program_id = :program_id AND partner_id = :partner_id
    AND event_id < CASE WHEN CAST(:before AS bigint) IS NULL THEN 9223372036854775807 ELSE CAST(:before AS bigint) END
    ORDER BY event_id DESC LIMIT :first
""")
_OF_CONVERSION = text(f"""
    SELECT {_COLUMNS} FROM partner_events WHERE program_id = :program_id AND conversion_id = :conversion_id
    ORDER BY event_id LIMIT :first
""")


@dataclass(frozen=True, slots=True)
class BookEntry:
    """An event as it is shown; `micros` above zero are owed by the partner, `prepaid_micros` of it were covered."""

    event_id: int
    kind: EventKind
    points: int
    micros: int
    prepaid_micros: int
    currency: str
    agreement_version: int
    offer_handle: str | None
    reference: str | None
    corrects: int | None
    occurred_at: datetime
    recorded_at: datetime
    actor: str


async def books_of(
    connection: AsyncConnection, program_id: int, partner_id: int, first: int, before: int | None = None
) -> list[BookEntry]:
    """A partner's events, newest first, from the one after `before` on; `first` up to 250."""
    given = {"program_id": program_id, "partner_id": partner_id, "first": min(first, READ_MAXIMUM), "before": before}
    return [BookEntry(*row) for row in await connection.execute(_OF_PARTNER, given)]


async def events_of_conversion(connection: AsyncConnection, program_id: int, conversion_id: int) -> list[BookEntry]:
    """What a purchase at a partner came to, oldest first."""
    given = {"program_id": program_id, "conversion_id": conversion_id, "first": READ_MAXIMUM}
    return [BookEntry(*row) for row in await connection.execute(_OF_CONVERSION, given)]

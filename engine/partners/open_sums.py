"""What a partner's signed events come to that no statement has taken up, kept as they are signed.

They are signed one after the other under the lock of the partner's signatures, which its statements hold as well: so
the sums are exact for every event up to the newest signed one, and whoever looks at a running cycle reads a few rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

SETTLED_UNTIL = """CASE WHEN p.closed_until IS NOT NULL THEN p.closed_until ELSE (SELECT min(v.effective_from)
        FROM agreement_versions v WHERE v.program_id = p.program_id AND v.partner_id = p.partner_id) END"""
"""Since when nothing is closed with a partner `p`: what occurred before is late."""

_KEY = "program_id = :program_id AND partner_id = :partner_id"
# Ids of a partner's events rise as they can be seen: between the first and the last of them there are no others.
_ADD = text(f"""
    INSERT INTO partner_open_sums AS kept (program_id, partner_id, kind, currency, events, late, points, micros,
        prepaid_micros)
    SELECT e.program_id, e.partner_id, e.kind, e.currency, count(*), count(*) FILTER (WHERE e.occurred_at < since.at),
        sum(e.points), sum(e.micros), sum(e.prepaid_micros)
    FROM partner_events e, (SELECT {SETTLED_UNTIL} AS at FROM partners p WHERE {_KEY}) since
    WHERE {_KEY} AND e.event_id BETWEEN :first AND :last GROUP BY e.program_id, e.partner_id, e.kind, e.currency
    ON CONFLICT (program_id, partner_id, kind, currency) DO UPDATE SET events = kept.events + EXCLUDED.events,
        late = kept.late + EXCLUDED.late, points = kept.points + EXCLUDED.points,
        micros = kept.micros + EXCLUDED.micros, prepaid_micros = kept.prepaid_micros + EXCLUDED.prepaid_micros
""")
# Whatever is left occurred later than the statement ends.
_TAKE = text("""
    UPDATE partner_open_sums k SET events = k.events - s.events, late = 0, points = k.points - s.points,
        micros = k.micros - s.micros, prepaid_micros = k.prepaid_micros - s.prepaid_micros
    FROM (
        SELECT e.kind, e.currency, count(*) AS events, sum(e.points) AS points, sum(e.micros) AS micros,
            sum(e.prepaid_micros) AS prepaid_micros
        FROM statement_lines l JOIN partner_events e USING (program_id, event_id)
        WHERE l.program_id = :program_id AND l.statement_id = :statement_id GROUP BY e.kind, e.currency
    ) s WHERE k.program_id = :program_id AND k.partner_id = :partner_id AND k.kind = s.kind AND k.currency = s.currency
""")
_NEWEST = f"""(SELECT CASE WHEN max(newest.event_id) IS NULL THEN 0 ELSE max(newest.event_id) END FROM (
        SELECT event_id FROM partner_event_signatures WHERE {_KEY} ORDER BY position DESC LIMIT 1) newest)"""
# In one statement, so that all three are of one moment: what is kept, what is about to be signed, and less what is of a
# cycle that has not begun.
_READ = text(f"""
    SELECT kind, currency, sum(events), sum(late), sum(points), sum(micros), sum(prepaid_micros) FROM (
        SELECT kind, currency, events, late, points, micros, prepaid_micros FROM partner_open_sums WHERE {_KEY}
        UNION ALL
        SELECT kind, currency, 1, CASE WHEN occurred_at < :starts_at THEN 1 ELSE 0 END, points, micros, prepaid_micros
        FROM partner_events WHERE {_KEY} AND event_id > {_NEWEST} AND occurred_at < :ends_at
        UNION ALL
        SELECT kind, currency, -1, 0, -points, -micros, -prepaid_micros
        FROM partner_events WHERE {_KEY} AND event_id <= {_NEWEST} AND occurred_at >= :ends_at
    ) running GROUP BY kind, currency HAVING sum(events) > 0
""")


@dataclass(frozen=True, slots=True)
class OpenSum:
    """The open events of one kind in one currency; `late` of them are from before the newest statement's end."""

    kind: str
    currency: str
    events: int
    late: int
    points: int
    micros: int
    prepaid_micros: int


async def add_signed(connection: AsyncConnection, program_id: int, partner_id: int, events: Sequence[int]) -> None:
    """Count events that were signed just now, by their rising ids. The caller holds the lock of the signatures."""
    given = {"program_id": program_id, "partner_id": partner_id, "first": events[0], "last": events[-1]}
    await connection.execute(_ADD, given)


async def take_settled(connection: AsyncConnection, program_id: int, partner_id: int, statement_id: int) -> None:
    """Count no longer what a new statement took up. The caller holds the lock of the signatures."""
    given = {"program_id": program_id, "partner_id": partner_id, "statement_id": statement_id}
    await connection.execute(_TAKE, given)


async def open_sums(
    connection: AsyncConnection, program_id: int, partner_id: int, starts_at: datetime, ends_at: datetime
) -> list[OpenSum]:
    """What is open and occurred before `ends_at`; nothing before `starts_at` is open that is not late."""
    given: dict[str, Any] = {"program_id": program_id, "partner_id": partner_id}
    rows = await connection.execute(_READ, given | {"starts_at": starts_at, "ends_at": ends_at})
    return [OpenSum(row[0], row[1], *(int(number) for number in row[2:])) for row in rows]

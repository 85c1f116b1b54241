"""Which events a statement takes up, and what they come to.

An event is taken up once. How far the statements of a partner reach is known by the position of signatures: it rises
from signing to signing, so that nothing that was committed late is ever passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.partners.open_sums import take_settled
from engine.settlement.statements import BooksAltered
from engine.settlement.totals import KindTotal, Totals, totals_of
from engine.settlement.trees import write_tree

_PATIENCE = text("SET LOCAL statement_timeout = '10min'")
"""A quarter of millions of events is one statement; nobody else waits for it but its own partner's settlement."""

OPEN = """partner_event_signatures s JOIN partner_events e USING (program_id, event_id)
    WHERE s.program_id = :program_id AND s.partner_id = :partner_id AND s.position > :settled_position
    AND NOT EXISTS (SELECT FROM statement_lines l WHERE l.program_id = s.program_id AND l.event_id = s.event_id)"""
"""Signed events of a partner that no statement has taken up."""

_REACHES = text("""
    SELECT settled_position FROM statements WHERE program_id = :program_id AND partner_id = :partner_id
    ORDER BY number DESC LIMIT 1
""")
_FIRST_OPEN = text(f"SELECT min(e.occurred_at) FROM {OPEN}")
_TAKE_UP = text(f"""
    INSERT INTO statement_lines (program_id, statement_id, position, event_id, late)
    SELECT :program_id, :statement_id, row_number() OVER (ORDER BY e.event_id) - 1, e.event_id,
        e.occurred_at < :starts_at
    FROM {OPEN} AND e.occurred_at < :ends_at
""")
_STILL_OPEN = text(f"""
    SELECT CASE WHEN o.lowest IS NULL THEN h.highest ELSE o.lowest - 1 END
    FROM (SELECT min(s.position) AS lowest FROM {OPEN}) o, (SELECT max(position) AS highest
        FROM partner_event_signatures WHERE program_id = :program_id AND partner_id = :partner_id) h
""")
_LINES = """statement_lines l JOIN partner_events e USING (program_id, event_id)
    WHERE l.program_id = :program_id AND l.statement_id = :statement_id"""
# What is summed has to be what is signed: both are of the same row, written once.
_SUMS = text(f"""
    SELECT e.kind, e.currency, count(*) AS events, sum(e.points) AS points, sum(e.micros) AS micros,
        sum(e.prepaid_micros) AS prepaid_micros,
        count(*) FILTER (WHERE e.leaf_hash <> sha256(decode('00', 'hex') || convert_to(e.payload, 'UTF8'))
            OR NOT CAST(e.payload AS jsonb) @> jsonb_build_object('id', CAST(e.event_id AS text), 'kind', e.kind,
                'points', e.points, 'micros', CAST(e.micros AS text), 'currency', e.currency)) AS altered
    FROM {_LINES} GROUP BY e.kind, e.currency
""")


@dataclass(frozen=True, slots=True)
class Books:
    """The books of a partner as closing finds them."""

    program_id: int
    partner_id: int
    settled_position: int
    first_open_at: datetime | None
    """When the oldest event occurred that no statement has taken up."""

    @property
    def key(self) -> dict[str, int]:
        """What the statements of this module know them by."""
        return {
            "program_id": self.program_id, "partner_id": self.partner_id, "settled_position": self.settled_position
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What a statement has taken up, and how far the partner's statements reach with it."""

    lines: int
    totals: Totals
    root: bytes
    settled_position: int


async def read_books(connection: AsyncConnection, program_id: int, partner_id: int) -> Books:
    """The books as they stand; all events are signed by now, and the caller holds the partner's settlement."""
    books = Books(program_id, partner_id, await settled_position(connection, program_id, partner_id), None)
    return replace(books, first_open_at=(await connection.execute(_FIRST_OPEN, books.key)).scalar_one())


async def settled_position(connection: AsyncConnection, program_id: int, partner_id: int) -> int:
    """Up to which signature every event of a partner is on a statement; 0 before the first one."""
    given = {"program_id": program_id, "partner_id": partner_id}
    return (await connection.execute(_REACHES, given)).scalar_one_or_none() or 0


async def take_up(
    connection: AsyncConnection, books: Books, statement_id: int, starts_at: datetime, ends_at: datetime
) -> TakenUp | None:
    """Put every open event that occurred before `ends_at` on a statement, in the order of their ids.

    None where there is none. Raises BooksAltered.
    """
    await connection.execute(_PATIENCE)
    given = {**books.key, "statement_id": statement_id, "starts_at": starts_at, "ends_at": ends_at}
    lines = (await connection.execute(_TAKE_UP, given)).rowcount
    if not lines:
        return None
    totals = await sums_of_lines(connection, books.program_id, statement_id)
    root = await write_tree(connection, books.program_id, statement_id)
    await take_settled(connection, books.program_id, books.partner_id, statement_id)
    reaches: int = (await connection.execute(_STILL_OPEN, books.key)).scalar_one()
    return TakenUp(lines, totals, root, reaches)


async def sums_of_lines(connection: AsyncConnection, program_id: int, statement_id: int) -> Totals:
    """What the lines of a statement come to, by the events themselves. Raises BooksAltered."""
    given = {"program_id": program_id, "statement_id": statement_id}
    sums = (await connection.execute(_SUMS, given)).all()
    if altered := sum(row.altered for row in sums):
        raise BooksAltered(f"{altered} events of statement {statement_id} do not say what their hashes say")
    return totals_of(
        KindTotal(row.kind, row.currency, row.events, int(row.points), int(row.micros), int(row.prepaid_micros))
        for row in sums
    )

"""Statements and their lines as pages, files and partners read them. Nothing here names a member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.partners.catalog import agreements_of, partner_of
from engine.partners.cycles import cycle_of
from engine.partners.facts import timeline
from engine.partners.open_sums import open_sums
from engine.settlement.comparing import Leaf
from engine.settlement.statements import Statement, read_totals
from engine.settlement.totals import KindTotal, Totals, totals_of

PAGE_MAXIMUM = 1_000

_STATEMENT = """
    SELECT program_id, statement_id, partner_id, number, cycle_starts_at, cycle_ends_at, interim, lines, totals, root,
        payload, token, issued_at, issued_by FROM statements
"""
_ONE = text(f"{_STATEMENT} WHERE program_id = :program_id AND statement_id = :statement_id")
_BY_NUMBER = text(f"{_STATEMENT} WHERE program_id = :program_id AND partner_id = :partner_id AND number = :number")
_LIST = text(f"""{_STATEMENT} WHERE program_id = :program_id
    AND (partner_id = :partner_id OR CAST(:partner_id AS bigint) IS NULL)
    AND (statement_id < :after OR CAST(:after AS bigint) IS NULL) ORDER BY statement_id DESC LIMIT :first
""")
_LINES = text("""
    SELECT l.position, e.event_id, e.kind, e.points, e.micros, e.prepaid_micros, e.currency, e.agreement_version,
        e.reference, e.corrects, e.occurred_at, e.recorded_at, l.late, e.payload, e.leaf_hash, s.token
    FROM statement_lines l JOIN partner_events e USING (program_id, event_id)
    JOIN partner_event_signatures s USING (program_id, event_id)
    WHERE l.program_id = :program_id AND l.statement_id = :statement_id AND l.position > :after
    ORDER BY l.position LIMIT :most
""")
_LEAVES = text("""
    SELECT e.event_id, e.leaf_hash FROM statement_lines l JOIN partner_events e USING (program_id, event_id)
    WHERE l.program_id = :program_id AND l.statement_id = :statement_id AND l.position >= :first
    ORDER BY l.position LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An event on a statement; `position` from 0 is its leaf in the tree, `late` that its own cycle was closed before.

    `micros` above zero: the partner owes the program. `subject` and `offer` are as the partner knows them.
    """

    position: int
    event_id: int
    kind: str
    points: int
    micros: int
    prepaid_micros: int
    currency: str
    agreement_version: int
    reference: str | None
    corrects: int | None
    occurred_at: datetime
    recorded_at: datetime
    late: bool
    payload: str
    leaf_hash: bytes
    token: str
    subject: str | None
    offer: str | None


@dataclass(frozen=True, slots=True)
class RunningCycle:
    """What is on no statement yet, since the last one and until the running cycle ends; `late` of it is from before."""

    starts_at: datetime
    ends_at: datetime
    totals: Totals
    late: int


async def statement_of(connection: AsyncConnection, program_id: int, statement_id: int) -> Statement | None:
    """One statement; None where the program has no such one."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "statement_id": statement_id})).one_or_none()
    return None if row is None else _statement(row)


async def statement_by_number(
    connection: AsyncConnection, program_id: int, partner_id: int, number: int
) -> Statement | None:
    """One statement of a partner by its number; None where it has no such one."""
    given = {"program_id": program_id, "partner_id": partner_id, "number": number}
    row = (await connection.execute(_BY_NUMBER, given)).one_or_none()
    return None if row is None else _statement(row)


async def statements_of(
    connection: AsyncConnection, program_id: int, partner_id: int | None = None, *, first: int = 20,
    after: int | None = None,
) -> list[Statement]:  # fmt: skip
    """The statements of a partner, or of all, newest first; `after` is the id of one, those that follow it are read."""
    given = {
        "program_id": program_id, "partner_id": partner_id, "after": after, "first": min(max(first, 0), PAGE_MAXIMUM)
    }  # fmt: skip
    return [_statement(row) for row in await connection.execute(_LIST, given)]


async def lines_of(
    connection: AsyncConnection, program_id: int, statement_id: int, *, after: int = -1, most: int = PAGE_MAXIMUM
) -> list[StatementLine]:
    """Lines of a statement in their order, those behind position `after`, at most PAGE_MAXIMUM at once."""
    given = {
        "program_id": program_id, "statement_id": statement_id, "after": after, "most": min(max(most, 0), PAGE_MAXIMUM)
    }  # fmt: skip
    return [_line(row) for row in await connection.execute(_LINES, given)]


async def leaves_of(
    connection: AsyncConnection, program_id: int, statement_id: int, *, first: int = 0, most: int = PAGE_MAXIMUM
) -> list[Leaf]:
    """Rows of a statement by event and hash, from a position on: what another side compares its own with."""
    given = {
        "program_id": program_id, "statement_id": statement_id, "first": first, "most": min(max(most, 0), PAGE_MAXIMUM)
    }  # fmt: skip
    return [Leaf(str(row.event_id), bytes(row.leaf_hash)) for row in await connection.execute(_LEAVES, given)]


async def running_cycle(connection: AsyncConnection, program_id: int, partner_id: int) -> RunningCycle | None:
    """What is open with a partner in the cycle that runs now; None for a partner without an agreement."""
    partner = await partner_of(connection, program_id, partner_id)
    agreements = await agreements_of(connection, program_id, partner_id)
    if partner is None or not agreements:
        return None
    cycle = cycle_of(agreements, await transaction_time(connection))
    starts_at = partner.closed_until or timeline(agreements)[0].effective_from
    found = await open_sums(connection, program_id, partner_id, starts_at, cycle.ends_at)
    totals = totals_of(
        KindTotal(one.kind, one.currency, one.events, one.points, one.micros, one.prepaid_micros) for one in found
    )
    return RunningCycle(starts_at, cycle.ends_at, totals, sum(one.late for one in found))


def _statement(row: Any) -> Statement:
    return Statement(
        row.program_id, row.statement_id, row.partner_id, row.number, row.cycle_starts_at, row.cycle_ends_at,
        row.interim, row.lines, read_totals(row.totals), bytes(row.root), row.payload, row.token, row.issued_at,
        row.issued_by,
    )  # fmt: skip


def _line(row: Any) -> StatementLine:
    said = orjson.loads(row.payload)
    return StatementLine(
        row.position, row.event_id, row.kind, row.points, row.micros, row.prepaid_micros, row.currency,
        row.agreement_version, row.reference, row.corrects, row.occurred_at, row.recorded_at, row.late, row.payload,
        bytes(row.leaf_hash), row.token, said["subject"], said["offer"],
    )  # fmt: skip

"""Rows that do not match, as they are opened and settled; `suspense` is what people see of them.

A row is of one statement and of one thing: what two sides say of a reference, or a currency that is not paid for. It is
open once, however often it is found, and keeps the day on which it was found first; once settled it stays as it is,
and what comes up again is a new row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement

SuspenseProblem = Literal["only_ours", "only_theirs", "different", "unpaid", "paid_differently"]
Resolution = Literal["matched", "paid", "accepted"]
Evidence = Mapping[str, Any]
"""What one side says, as JSON; numbers as text."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """Something that does not match. `kind` is that of the events it is about, "" where it is about all of them."""

    problem: SuspenseProblem
    reference: str
    kind: str = ""
    event_id: int | None = None
    ours: Evidence = field(default_factory=dict)
    theirs: Evidence = field(default_factory=dict)
    currency: str = ""
    opened_at: datetime | None = None
    """Since when it does not match, where that is known to be earlier than now."""


# Somebody settled the very same thing by hand: a file that says it once more brings up nothing new.
_OPEN = BulkStatement(
    {
        "statement_id": "bigint", "problem": "text", "kind": "text", "reference": "text", "currency": "text",
        "event_id": "bigint", "ours": "jsonb", "theirs": "jsonb", "opened_at": "timestamptz", "place": "integer",
    },
    """INSERT INTO suspense_rows (program_id, row_id, partner_id, statement_id, reconciliation_id, problem, kind,
        reference, currency, event_id, ours, theirs, opened_at)
    SELECT :program_id, nextval('ledger_ids'), :partner_id, g.statement_id, CAST(:reconciliation_id AS bigint),
        g.problem, g.kind, g.reference, g.currency, g.event_id, g.ours, g.theirs, LEAST(g.opened_at, now())
    FROM (SELECT n.* FROM given n WHERE NOT EXISTS (SELECT FROM suspense_rows s WHERE s.program_id = :program_id
            AND s.partner_id = :partner_id AND s.statement_id = n.statement_id AND s.problem = n.problem
            AND s.kind = n.kind AND s.reference = n.reference AND s.currency = n.currency
            AND s.resolution = 'accepted' AND s.ours = n.ours
            AND s.theirs - ARRAY['rows', 'dates'] = n.theirs - ARRAY['rows', 'dates'])
        ORDER BY n.place) g
    ON CONFLICT (program_id, statement_id, problem, kind, reference, currency) WHERE settled_at IS NULL
    DO UPDATE SET ours = EXCLUDED.ours, theirs = EXCLUDED.theirs""",
)  # fmt: skip
_SETTLE = text("""
    UPDATE suspense_rows SET settled_at = now(), settled_by = :actor, resolution = :resolution, note = :note
    WHERE program_id = :program_id AND row_id = ANY(:rows) AND settled_at IS NULL RETURNING opened_at
""")
_OPEN_ROWS = text("""
    SELECT row_id, statement_id, reconciliation_id, problem, kind, reference, currency, ours, theirs, opened_at
    FROM suspense_rows WHERE program_id = :program_id AND partner_id = :partner_id AND settled_at IS NULL
    AND problem = ANY(:problems) ORDER BY row_id
""")


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row that is not settled."""

    row_id: int
    statement_id: int
    reconciliation_id: int | None
    problem: SuspenseProblem
    kind: str
    reference: str
    currency: str
    ours: Evidence
    theirs: Evidence
    opened_at: datetime


async def open_rows(
    connection: AsyncConnection, program_id: int, partner_id: int, statement_id: int, rows: Sequence[NewRow], *,
    reconciliation_id: int | None = None,
) -> None:  # fmt: skip
    """Open what is not open yet; what is open already says what it says now."""
    given = [
        (
            statement_id, row.problem, row.kind, row.reference, row.currency, row.event_id, _json(row.ours),
            _json(row.theirs), row.opened_at, place,
        )
        for place, row in enumerate(rows)
    ]  # fmt: skip
    await _OPEN.run(
        connection, given, program_id=program_id, partner_id=partner_id, reconciliation_id=reconciliation_id
    )


async def rows_open(
    connection: AsyncConnection, program_id: int, partner_id: int, problems: Sequence[SuspenseProblem]
) -> list[OpenRow]:
    """The partner's open rows of some kinds of problems, of all statements."""
    given = {"program_id": program_id, "partner_id": partner_id, "problems": list(problems)}
    return [OpenRow(*row) for row in await connection.execute(_OPEN_ROWS, given)]


async def settle_rows(
    connection: AsyncConnection, program_id: int, row_ids: Sequence[int], resolution: Resolution, *, note: str,
    actor: str,
) -> list[datetime]:  # fmt: skip
    """End open rows; since when those were open that were. Rows that are settled already stay as they are.

    `note` is read in any language: a person's words, a payment's reference, or a file's name and a statement's number.
    """
    if not row_ids:
        return []
    given = {
        "program_id": program_id, "rows": list(row_ids), "resolution": resolution, "note": note, "actor": actor
    }  # fmt: skip
    return list((await connection.execute(_SETTLE, given)).scalars())


def _json(evidence: Evidence) -> str:
    return orjson.dumps(evidence, option=orjson.OPT_SORT_KEYS).decode()

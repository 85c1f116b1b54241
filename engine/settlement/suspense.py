"""What does not match: our books, the partner's file and the payments, until somebody or something settles it.

Every row ages from the day on which it was found, so that nobody can forget it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adjustments import REASON_MAXIMUM, checked_text
from engine.settlement.suspense_store import Evidence, Resolution, SuspenseProblem, settle_rows

Bucket = Literal["0-30", "31-60", "61-90", "90+"]
BUCKETS: tuple[Bucket, ...] = get_args(Bucket)
PAGE_MAXIMUM = 500


class SuspenseRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A row was not settled. `code`: ROW_NOT_FOUND, ALREADY_SETTLED, NOTE_INVALID."""

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class SuspenseRow:
    """Something that two sides say differently, or that one of them does not know.

    `age_days` counts whole days from the opening to now, or to the settling. `kind` is "" where it is about all kinds.
    """

    row_id: int
    partner_id: int
    statement_id: int
    statement_number: int
    reconciliation_id: int | None
    problem: SuspenseProblem
    kind: str
    reference: str
    event_id: int | None
    ours: Evidence
    theirs: Evidence
    opened_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    resolution: Resolution | None
    note: str | None
    age_days: int

    @property
    def bucket(self) -> Bucket:
        """Which age it is counted with."""
        return bucket_of(self.age_days)


def bucket_of(age_days: int) -> Bucket:
    """The age that so many whole days are counted with; the 30th still belongs to the first."""
    return BUCKETS[0 if age_days <= 30 else 1 if age_days <= 60 else 2 if age_days <= 90 else 3]


_ROW = """
    SELECT r.row_id, r.partner_id, r.statement_id, s.number, r.reconciliation_id, r.problem, r.kind, r.reference,
        r.event_id, r.ours, r.theirs, r.opened_at, r.settled_at, r.settled_by, r.resolution, r.note,
        CAST(floor(extract(epoch FROM CASE WHEN r.settled_at IS NULL THEN now() ELSE r.settled_at END - r.opened_at)
            / 86400) AS integer) AS age_days
    FROM suspense_rows r JOIN statements s USING (program_id, statement_id)
"""
_LIST = text(f"""{_ROW} WHERE r.program_id = :program_id
    AND (r.partner_id = :partner_id OR CAST(:partner_id AS bigint) IS NULL)
    AND (r.statement_id = :statement_id OR CAST(:statement_id AS bigint) IS NULL)
    AND (r.settled_at IS NULL OR NOT :open_only)
    AND ((r.opened_at, r.row_id) > (SELECT a.opened_at, a.row_id FROM suspense_rows a
        WHERE a.program_id = :program_id AND a.row_id = :after) OR CAST(:after AS bigint) IS NULL)
    ORDER BY r.opened_at, r.row_id LIMIT :first
""")
_ONE = text(f"{_ROW} WHERE r.program_id = :program_id AND r.row_id = :row_id")
_AGES = text("""
    SELECT CAST(floor(extract(epoch FROM now() - opened_at) / 86400) AS integer) AS age_days, count(*) AS rows
    FROM suspense_rows WHERE program_id = :program_id AND settled_at IS NULL
    AND (partner_id = :partner_id OR CAST(:partner_id AS bigint) IS NULL) GROUP BY 1
""")


async def suspense_of(
    connection: AsyncConnection, program_id: int, partner_id: int | None = None, *, statement_id: int | None = None,
    open_only: bool = True, first: int = 20, after: int | None = None,
) -> list[SuspenseRow]:  # fmt: skip
    """Rows of a partner, a statement or all, oldest first; `after` is the id of one, those that follow it are read."""
    given = {
        "program_id": program_id, "partner_id": partner_id, "statement_id": statement_id, "open_only": open_only,
        "first": min(max(first, 0), PAGE_MAXIMUM), "after": after,
    }  # fmt: skip
    return [SuspenseRow(*row) for row in await connection.execute(_LIST, given)]


async def aging_of(connection: AsyncConnection, program_id: int, partner_id: int | None = None) -> dict[Bucket, int]:
    """How many open rows there are of each age."""
    ages = dict.fromkeys(BUCKETS, 0)
    for row in await connection.execute(_AGES, {"program_id": program_id, "partner_id": partner_id}):
        ages[bucket_of(row.age_days)] += row.rows
    return ages


async def settle_suspense(
    connection: AsyncConnection, program_id: int, row_id: int, *, note: str, actor: str
) -> SuspenseRow:
    """End a row by hand, with what was found out; the same thing said once more opens no new one.

    Raises SuspenseRefused: ROW_NOT_FOUND, ALREADY_SETTLED, NOTE_INVALID.
    """
    said = checked_text(note, REASON_MAXIMUM)
    if said is None:
        raise SuspenseRefused("NOTE_INVALID", "note", f"Say what was found out, in 1 to {REASON_MAXIMUM} characters.")
    given = {"program_id": program_id, "row_id": row_id}
    ended = await settle_rows(connection, program_id, [row_id], "accepted", note=said, actor=actor)
    row = (await connection.execute(_ONE, given)).one_or_none()
    if row is None:
        raise SuspenseRefused("ROW_NOT_FOUND", None, "The program has no such row.")
    if not ended:
        raise SuspenseRefused("ALREADY_SETTLED", None, "It is settled already.")
    return SuspenseRow(*row)

"""Files of grants and opening balances as operations: checked first, then started, carried out in batches, or canceled.

The same file is the same operation, for good. What identifies a person is kept only until their row is applied, and
never longer than `CHECKED_DAYS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.files.kinds import KindName

CHECKED_DAYS = 7
"""After so many days an operation that nobody started is forgotten."""
ROWS_KEPT_DAYS = 90
"""After so many days the rows of an operation that ended are forgotten; what they did is in the ledger."""
PROBLEMS_MAXIMUM = 100

State = Literal["checked", "running", "finished", "canceled"]


class BulkRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """What was asked about an operation cannot be done; nothing was changed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """An operation and how far it is: `rows_done` of `rows_total` rows are applied or refused."""

    operation_id: int
    kind: KindName
    name: str
    state: State
    rows_total: int
    rows_done: int
    points_total: int
    """The points of the rows that were or will be applied."""
    reason: str
    requested_by: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class BulkTotals:
    """An operation's rows counted. `shared` rows are about a member whom an earlier row is about, too."""

    applied: int
    waiting: int
    refused: int
    points_applied: int
    points_waiting: int
    members: int
    newcomers: int
    shared: int
    problems: dict[str, int]
    """How often each problem occurs, by its code."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that has no effect, as its spreadsheet program numbers it, and why."""

    number: int
    problem: str


_COLUMNS = """operation_id, kind, name, state, rows_total, rows_done, points_total, reason, requested_by, created_at,
    updated_at"""
_ONE = "program_id = :program_id AND operation_id = :operation_id"


async def bulk_operation(connection: AsyncConnection, program_id: int, operation_id: int) -> BulkOperation | None:
    """One operation, or None."""
    key = {"program_id": program_id, "operation_id": operation_id}
    row = (await connection.execute(text(f"SELECT {_COLUMNS} FROM bulk_operations WHERE {_ONE}"), key)).one_or_none()
    return BulkOperation(*row) if row else None


async def bulk_operations(connection: AsyncConnection, program_id: int, first: int) -> list[BulkOperation]:
    """The newest operations of a program."""
    rows = await connection.execute(
        text(
            f"SELECT {_COLUMNS} FROM bulk_operations WHERE program_id = :program_id "
            "ORDER BY operation_id DESC LIMIT :first"
        ),
        {"program_id": program_id, "first": first},
    )
    return [BulkOperation(*row) for row in rows]


async def refused_rows(
    connection: AsyncConnection, program_id: int, operation_id: int, *, first: int = PROBLEMS_MAXIMUM, after: int = 0
) -> list[RefusedRow]:
    """Rows without an effect, in the order of the file, from the one after row `after` on."""
    rows = await connection.execute(
        text(
            f"SELECT row_number, problem FROM bulk_rows WHERE {_ONE} AND state = 'refused' AND row_number > :after "
            "ORDER BY row_number LIMIT :first"
        ),
        {"program_id": program_id, "operation_id": operation_id, "after": after, "first": first},
    )
    return [RefusedRow(*row) for row in rows]


_TOTALS = text(f"""
    SELECT count(*) FILTER (WHERE state = 'applied'), count(*) FILTER (WHERE state = 'waiting'),
        count(*) FILTER (WHERE state = 'refused'), COALESCE(sum(points) FILTER (WHERE state = 'applied'), 0),
        COALESCE(sum(points) FILTER (WHERE state = 'waiting'), 0),
        count(DISTINCT member_id) FILTER (WHERE state <> 'refused'),
        count(DISTINCT cells ->> 'customer_id') FILTER (WHERE state = 'waiting' AND member_id IS NULL),
        count(*) FILTER (WHERE state <> 'refused')
    FROM bulk_rows WHERE {_ONE}
""")
_PROBLEMS = text(f"""
    SELECT split_part(problem, ':', 1), count(*) FROM bulk_rows WHERE {_ONE} AND state = 'refused'
    GROUP BY 1 ORDER BY 2 DESC, 1
""")


async def bulk_totals(connection: AsyncConnection, program_id: int, operation_id: int) -> BulkTotals:
    """What the rows of an operation come to."""
    key = {"program_id": program_id, "operation_id": operation_id}
    counted = (await connection.execute(_TOTALS, key)).one()
    applied, waiting, refused, points_applied, points_waiting, known, newcomers, effective = map(int, counted)
    problems = {code: int(count) for code, count in await connection.execute(_PROBLEMS, key)}
    members = known + newcomers
    return BulkTotals(
        applied, waiting, refused, points_applied, points_waiting, members, newcomers, effective - members, problems
    )


async def start_operation(
    connection: AsyncConnection, program_id: int, operation_id: int, *, actor: str
) -> BulkOperation:
    """Let a checked operation be carried out; its postings name who started it. Started ones stay as they are.

    Raises BulkRefused for one that does not exist or was canceled.
    """
    await _change(
        connection, program_id, operation_id,
        "state = CASE WHEN rows_done = rows_total THEN 'finished' ELSE 'running' END, requested_by = :actor",
        "state = 'checked'", {"actor": actor},
    )  # fmt: skip
    found = await _found(connection, program_id, operation_id)
    if found.state == "canceled":
        raise BulkRefused("CANCELED", "This operation was canceled; hand the file in again.")
    return found


async def cancel_operation(connection: AsyncConnection, program_id: int, operation_id: int) -> BulkOperation:
    """Apply no more rows. What was applied stays. Ended operations stay as they are.

    Raises BulkRefused for one that does not exist.
    """
    changed = await _change(
        connection, program_id, operation_id, "state = 'canceled', rows_done = rows_total",
        "state IN ('checked', 'running')", {},
    )  # fmt: skip
    if changed:
        await connection.execute(
            text(
                f"UPDATE bulk_rows SET state = 'refused', problem = 'canceled', cells = '{{}}' "
                f"WHERE {_ONE} AND state = 'waiting'"
            ),
            {"program_id": program_id, "operation_id": operation_id},
        )
    return await _found(connection, program_id, operation_id)


async def _change(
    connection: AsyncConnection, program_id: int, operation_id: int, assignments: str, condition: str,
    values: dict[str, Any],
) -> bool:  # fmt: skip
    done = await connection.execute(
        text(f"UPDATE bulk_operations SET {assignments}, updated_at = now() WHERE {_ONE} AND {condition}"),
        {"program_id": program_id, "operation_id": operation_id, **values},
    )
    return bool(done.rowcount)


async def _found(connection: AsyncConnection, program_id: int, operation_id: int) -> BulkOperation:
    found = await bulk_operation(connection, program_id, operation_id)
    if found is None:
        raise BulkRefused("NOT_FOUND", "There is no such operation.")
    return found


async def running_operations(connection: AsyncConnection) -> list[tuple[int, int]]:
    """Program and id of the operations of the named tenants that are to be carried out, oldest first."""
    rows = await connection.execute(
        text("SELECT program_id, operation_id FROM bulk_operations WHERE state = 'running' ORDER BY operation_id")
    )
    return [(row.program_id, row.operation_id) for row in rows]


_FORGET_ROWS = text("""
    DELETE FROM bulk_rows r USING bulk_operations o
    WHERE o.program_id = r.program_id AND o.operation_id = r.operation_id
    AND o.updated_at < now() - CASE WHEN o.state = 'checked' THEN make_interval(days => :checked)
        WHEN o.state <> 'running' THEN make_interval(days => :kept) END
""")
_FORGET_CHECKED = text(
    "DELETE FROM bulk_operations WHERE state = 'checked' AND updated_at < now() - make_interval(days => :checked)"
)


async def forget_old_rows(connection: AsyncConnection) -> int:
    """Drop what is not needed any more of the named tenants' operations; returns how many rows went."""
    days = {"checked": CHECKED_DAYS, "kept": ROWS_KEPT_DAYS}
    gone = (await connection.execute(_FORGET_ROWS, days)).rowcount
    await connection.execute(_FORGET_CHECKED, {"checked": CHECKED_DAYS})
    return gone

"""Partners' files of reports as they stand: how far each is, which rows were refused; started, canceled, forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FileState = Literal["checked", "running", "finished", "canceled"]
CHECKED_DAYS = 7
"""After so many days a file that nobody started is forgotten."""
ROWS_KEPT_DAYS = 90
"""After so many days a file that ended is forgotten; its reports are kept as reports."""


class ReportFileRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """What was asked about a file cannot be done; nothing was changed. `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file with its rows counted: `ready` ones are still to be taken, `waiting` refunds were taken and wait."""

    file_id: int
    partner_id: int
    name: str
    state: FileState
    created_at: datetime
    updated_at: datetime
    created_by: str
    rows_total: int
    ready: int
    applied: int
    waiting: int
    repeated: int
    refused: int


@dataclass(frozen=True, slots=True)
class ReportFileProblem:
    """A refused row, as its spreadsheet program numbers it: a code, with a detail after a colon where there is one.

    `report-invalid:<column>`, `changed-since-row:<row>`, `too-long:<column>`, `too-many-cells`, `formula:<column>`,
    `canceled`, `failed`, and the codes of `receiving.receive_report`.
    """

    number: int
    problem: str


_FILE = """
    SELECT f.file_id, f.partner_id, f.name, f.state, f.created_at, f.updated_at, f.created_by,
        count(r.row_number) AS rows_total, count(*) FILTER (WHERE r.state = 'ready') AS ready,
        count(*) FILTER (WHERE r.state = 'applied') AS applied, count(*) FILTER (WHERE r.state = 'waiting') AS waiting,
        count(*) FILTER (WHERE r.state = 'repeated') AS repeated, count(*) FILTER (WHERE r.state = 'refused') AS refused
    FROM report_files f LEFT JOIN report_file_rows r ON r.program_id = f.program_id AND r.file_id = f.file_id
    WHERE f.program_id = :program_id"""
_GROUPED = "GROUP BY f.program_id, f.file_id"
_ONE = text(f"{_FILE} AND f.file_id = :file_id {_GROUPED}")
_OF_PARTNER = text(f"""{_FILE} AND f.file_id = ANY (ARRAY(SELECT file_id FROM report_files
    WHERE program_id = :program_id AND partner_id = :partner_id ORDER BY file_id DESC LIMIT :first))
    {_GROUPED} ORDER BY f.file_id DESC""")
_REFUSED = text("""
    SELECT row_number, problem FROM report_file_rows
    WHERE program_id = :program_id AND file_id = :file_id AND state = 'refused' AND row_number > :after
    ORDER BY row_number LIMIT :first
""")
_START = text("""
    UPDATE report_files SET state = 'running', updated_at = now()
    WHERE program_id = :program_id AND file_id = :file_id AND state = 'checked'
""")
_CANCEL = text("""
    UPDATE report_files SET state = 'canceled', updated_at = now()
    WHERE program_id = :program_id AND file_id = :file_id AND state IN ('checked', 'running')
""")
_CANCEL_ROWS = text("""
    UPDATE report_file_rows SET state = 'refused', problem = 'canceled', body = NULL
    WHERE program_id = :program_id AND file_id = :file_id AND state = 'ready'
""")
_OLD = """SELECT program_id, file_id FROM report_files WHERE updated_at < now() - CASE state
    WHEN 'checked' THEN make_interval(days => :checked) WHEN 'running' THEN NULL
    ELSE make_interval(days => :kept) END"""
_FORGET_ROWS = text(f"DELETE FROM report_file_rows WHERE (program_id, file_id) IN ({_OLD})")
_FORGET = text(f"DELETE FROM report_files WHERE (program_id, file_id) IN ({_OLD})")


async def report_file(connection: AsyncConnection, program_id: int, file_id: int) -> ReportFile | None:
    """One file, or None."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "file_id": file_id})).one_or_none()
    return None if row is None else ReportFile(*row)


async def report_files_of(
    connection: AsyncConnection, program_id: int, partner_id: int, first: int
) -> list[ReportFile]:  # fmt: skip
    """A partner's newest files."""
    given = {"program_id": program_id, "partner_id": partner_id, "first": first}
    return [ReportFile(*row) for row in await connection.execute(_OF_PARTNER, given)]


async def refused_reports(
    connection: AsyncConnection, program_id: int, file_id: int, *, first: int = 100, after: int = 0
) -> list[ReportFileProblem]:
    """Rows that had no effect, in the order of the file, from the one after row `after` on."""
    given = {"program_id": program_id, "file_id": file_id, "first": first, "after": after}
    return [ReportFileProblem(*row) for row in await connection.execute(_REFUSED, given)]


async def start_report_file(connection: AsyncConnection, program_id: int, file_id: int) -> ReportFile:
    """Let the rows of a checked file be taken, in the background. One that was started stays as it is.

    Raises ReportFileRefused: NOT_FOUND, CANCELED.
    """
    return await _change(connection, program_id, file_id, _START, "running")


async def cancel_report_file(connection: AsyncConnection, program_id: int, file_id: int) -> ReportFile:
    """Take no more rows; what was taken stays. One that ended stays as it is. Raises ReportFileRefused: NOT_FOUND."""
    return await _change(connection, program_id, file_id, _CANCEL, "canceled")


async def _change(
    connection: AsyncConnection, program_id: int, file_id: int, statement: Any, wanted: FileState
) -> ReportFile:
    key = {"program_id": program_id, "file_id": file_id}
    changed = (await connection.execute(statement, key)).rowcount
    if changed and wanted == "canceled":
        await connection.execute(_CANCEL_ROWS, key)
    found = await report_file(connection, program_id, file_id)
    if found is None:
        raise ReportFileRefused("NOT_FOUND", "There is no such file.")
    if found.state == "canceled" and wanted == "running":
        raise ReportFileRefused("CANCELED", "This file was canceled; hand it in again.")
    return found


async def forget_report_files(connection: AsyncConnection) -> int:
    """Forget what is old enough of the named tenants' files; returns how many files went."""
    days = {"checked": CHECKED_DAYS, "kept": ROWS_KEPT_DAYS}
    await connection.execute(_FORGET_ROWS, days)
    return (await connection.execute(_FORGET, days)).rowcount

"""Taking the rows of a partner's file, each as a report in a transaction of its own.

A process that dies takes back the row that it was at; whoever comes next goes on with the rows that are ready.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.conversions.receiving import receive_report
from engine.conversions.report_store import ReportAnswer
from engine.conversions.reports import report_of_body
from engine.crash import crash_point
from engine.database import tenant_transaction

BATCH_ROWS = 100

_RUNNING = text("""
    SELECT program_id, file_id FROM report_files WHERE state = 'running'
    AND file_id <> ALL(CAST(:without AS bigint[])) ORDER BY file_id LIMIT :most
""")
_READY = text("""
    SELECT row_number FROM report_file_rows WHERE program_id = :program_id AND file_id = :file_id AND state = 'ready'
    ORDER BY row_number LIMIT :most
""")
_TAKE = text("""
    SELECT r.body, f.partner_id, f.created_by FROM report_file_rows r
    JOIN report_files f ON f.program_id = r.program_id AND f.file_id = r.file_id AND f.state = 'running'
    WHERE r.program_id = :program_id AND r.file_id = :file_id AND r.row_number = :row_number AND r.state = 'ready'
    FOR UPDATE OF r SKIP LOCKED
""")
_SETTLE = text("""
    UPDATE report_file_rows SET state = :state, problem = :problem, conversion_id = :conversion_id, body = NULL
    WHERE program_id = :program_id AND file_id = :file_id AND row_number = :row_number AND state = 'ready'
""")
_FINISH = text("""
    UPDATE report_files f SET updated_at = now(), state = CASE WHEN EXISTS (
        SELECT FROM report_file_rows r WHERE r.program_id = f.program_id AND r.file_id = f.file_id
        AND r.state = 'ready') THEN 'running' ELSE 'finished' END
    WHERE program_id = :program_id AND file_id = :file_id AND state = 'running'
""")


async def running_files(
    connection: AsyncConnection, most: int = 100, without: Collection[int] = ()
) -> list[tuple[int, int]]:
    """Program and id of the named tenants' running files, oldest first, but for those of `without`."""
    rows = await connection.execute(_RUNNING, {"most": most, "without": list(without)})
    return [(row.program_id, row.file_id) for row in rows]


async def run_report_file(engine: AsyncEngine, program_id: int, file_id: int, most: int = BATCH_ROWS) -> int:
    """Take the next rows of a running file; returns how many were settled. Of two who do so each takes other rows."""
    key = {"program_id": program_id, "file_id": file_id}
    async with tenant_transaction(engine, program_id) as connection:
        ready = [row.row_number for row in await connection.execute(_READY, {**key, "most": most})]
    settled = 0
    for number in ready:
        settled += await _take(engine, program_id, {**key, "row_number": number})
    async with tenant_transaction(engine, program_id) as connection:
        await connection.execute(_FINISH, key)
    return settled


async def _take(engine: AsyncEngine, program_id: int, key: dict[str, Any]) -> bool:
    try:
        async with tenant_transaction(engine, program_id) as connection:
            return await _report(connection, program_id, key)
    except (DataError, IntegrityError):  # such as a balance that can become no larger: of no other row's concern
        async with tenant_transaction(engine, program_id) as connection:
            given = {**key, "state": "refused", "problem": "failed", "conversion_id": None}
            return bool((await connection.execute(_SETTLE, given)).rowcount)


async def _report(connection: AsyncConnection, program_id: int, key: dict[str, Any]) -> bool:
    row = (await connection.execute(_TAKE, key)).one_or_none()
    if row is None:
        return False
    report = report_of_body(row.body)
    answer = await receive_report(
        connection, program_id, row.partner_id, report, via="file", actor=row.created_by
    )  # fmt: skip
    crash_point("report-file-before-row")
    given = {**key, "state": _state(answer), "problem": answer.code, "conversion_id": answer.conversion_id}
    await connection.execute(_SETTLE, given)
    return True


def _state(answer: ReportAnswer) -> str:
    return "repeated" if answer.repeated and answer.state != "refused" else answer.state

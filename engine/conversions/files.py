"""Files of reports that a partner sends instead of calling: every row is read and noted first, and takes effect later.

A row says what a report says, in columns of the same names; a time without an offset is one of the agreement's zone,
and a day is its first moment. The same file is handed in once; the same report in another file is a repeat.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adjustments import checked_text
from engine.bulk import insert_rows
from engine.conversions.report_files import ReportFile, ReportFileRefused, report_file
from engine.conversions.reports import Report, ReportInvalid, body_hash, body_of, parse_report
from engine.database import transaction_time
from engine.files.columns import Columns
from engine.files.spreadsheets import TableRow, read_table
from engine.partners.agreements import agreement_at
from engine.rules.days import instant_of, zone_of

COLUMNS = Columns(
    frozenset({"kind", "report_id", "order", "occurred_at"}),
    frozenset({"amount", "currency", "member", "code", "click"}),
)
NAME_MAXIMUM = 200
_CHUNK_ROWS = 1_000
_HASH_BYTES = 1024 * 1024
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?", re.ASCII)

_INSERT = insert_rows(
    "report_file_rows",
    {
        "program_id": "bigint", "file_id": "bigint", "row_number": "integer", "state": "text", "body": "jsonb",
        "problem": "text",
    },
)  # fmt: skip
_BEGIN = text("""
    INSERT INTO report_files (program_id, file_id, partner_id, name, file_hash, created_by)
    VALUES (:program_id, nextval('ledger_ids'), :partner_id, :name, :file_hash, :actor)
    ON CONFLICT (program_id, partner_id, file_hash) DO NOTHING
""")
_LOCK = text("""
    SELECT file_id, state FROM report_files
    WHERE program_id = :program_id AND partner_id = :partner_id AND file_hash = :file_hash FOR UPDATE
""")
_AGAIN = text("""
    DELETE FROM report_file_rows WHERE program_id = :program_id AND file_id = :file_id
    AND state IN ('ready', 'repeated', 'refused')
""")
_TAKEN = text("SELECT row_number FROM report_file_rows WHERE program_id = :program_id AND file_id = :file_id")
_CHECKED = text("""
    UPDATE report_files SET state = 'checked', name = :name, updated_at = now()
    WHERE program_id = :program_id AND file_id = :file_id
""")
_KNOWN = text("""
    SELECT report_id, body_hash, state FROM partner_reports
    WHERE program_id = :program_id AND partner_id = :partner_id AND report_id = ANY(:report_ids)
""")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that was read: a report, or what is wrong with it as a code with a detail after a colon."""

    number: int
    report: Report | None
    problem: str | None = None


@dataclass(slots=True)
class _Check:
    program_id: int
    partner_id: int
    file_id: int
    zone: ZoneInfo
    taken: set[int]
    seen: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """The row and content of each report of the file."""


async def check_report_file(
    connection: AsyncConnection, program_id: int, partner_id: int, file: IO[bytes], name: str, *, actor: str
) -> ReportFile:
    """Read a partner's file and note what each row would do; it waits to be started.

    A file that was handed in before is the same one: while it runs nothing changes, otherwise rows that had no effect
    are looked at again. Raises FileRefused for a file that cannot be read, ReportFileRefused: NAME_INVALID,
    PARTNER_NOT_FOUND; then nothing is kept.
    """
    if checked_text(name, NAME_MAXIMUM) is None:
        raise ReportFileRefused("NAME_INVALID", f"The file needs a name of 1 to {NAME_MAXIMUM} characters.")
    agreement = await agreement_at(connection, program_id, partner_id, await transaction_time(connection))
    if agreement is None:
        raise ReportFileRefused("PARTNER_NOT_FOUND", "There is no such partner, or nothing is agreed with it yet.")
    file_hash = await asyncio.to_thread(_hash, file)
    key = {"program_id": program_id, "partner_id": partner_id, "file_hash": file_hash}
    await connection.execute(_BEGIN, {**key, "name": name, "actor": actor})
    file_id, state = (await connection.execute(_LOCK, key)).one()
    if state != "running":
        one = {"program_id": program_id, "file_id": file_id}
        await connection.execute(_AGAIN, one)
        taken = {row.row_number for row in await connection.execute(_TAKEN, one)}
        zone = zone_of(agreement.definition.time_zone)
        check = _Check(program_id, partner_id, file_id, zone, taken)
        await _check_rows(connection, check, read_table(file, name, COLUMNS))
        await connection.execute(_CHECKED, {**one, "name": name})
    found = await report_file(connection, program_id, file_id)
    assert found is not None, "it was just written"
    return found


def _hash(file: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_HASH_BYTES):
        digest.update(chunk)
    return digest.digest()


async def _check_rows(connection: AsyncConnection, check: _Check, table: Iterator[TableRow]) -> None:
    def chunk() -> list[_Row]:
        return [_read(row, check.zone) for row in islice(table, _CHUNK_ROWS)]

    while rows := await asyncio.to_thread(chunk):
        await _check_chunk(connection, check, rows)


def _read(row: TableRow, zone: ZoneInfo) -> _Row:
    if row.problem is not None:
        return _Row(row.number, None, row.problem)
    said = {name: cell for name, cell in row.cells.items() if cell}
    said["kind"] = said.get("kind", "").casefold()
    if _LOCAL.fullmatch(moment := said.get("occurred_at", "")):
        try:
            said["occurred_at"] = instant_of(datetime.fromisoformat(moment), zone).isoformat()
        except (ValueError, OverflowError):
            return _Row(row.number, None, "report-invalid:occurred_at")
    try:
        return _Row(row.number, parse_report(said))
    except ReportInvalid as invalid:
        return _Row(row.number, None, f"report-invalid:{invalid.field}")


async def _check_chunk(connection: AsyncConnection, check: _Check, rows: Sequence[_Row]) -> None:
    report_ids = [row.report.report_id for row in rows if row.report is not None]
    given = {"program_id": check.program_id, "partner_id": check.partner_id, "report_ids": report_ids}
    known = {row.report_id: row for row in await connection.execute(_KNOWN, given)}
    inserted = []
    for row in rows:
        state, problem = _judge(check, row, known)
        if row.number not in check.taken:
            ready = row.report if state == "ready" else None
            body = "null" if ready is None else orjson.dumps(body_of(ready)).decode()
            inserted.append((check.program_id, check.file_id, row.number, state, body, problem))
    await _INSERT.run(connection, inserted)


def _judge(check: _Check, row: _Row, known: dict[str, Any]) -> tuple[str, str | None]:
    if row.report is None:
        return "refused", row.problem
    content = body_hash(row.report)
    first, before = check.seen.setdefault(row.report.report_id, (row.number, content))
    if first != row.number:
        return ("repeated", f"same-as-row:{first}") if before == content else ("refused", f"changed-since-row:{first}")
    earlier = known.get(row.report.report_id)
    if earlier is None:
        return "ready", None
    if bytes(earlier.body_hash) != content:
        return "refused", "REPORT_CHANGED"
    return ("ready", None) if earlier.state == "refused" else ("repeated", None)

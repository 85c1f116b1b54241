"""The dry run of a file: every row is read, its customer looked up, and what it would do is noted. Nothing is given."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adjustments import REASON_MAXIMUM, checked_text
from engine.awards import read_awards
from engine.bulk import insert_rows
from engine.database import transaction_time
from engine.files.customers import CustomerFinder
from engine.files.grants import GRANT
from engine.files.imports import IMPORT
from engine.files.kinds import BulkKind, KindName, cells_of
from engine.files.operations import BulkOperation, BulkRefused, bulk_operation
from engine.files.rows import BulkRow, CustomerReader, RowProblem
from engine.files.spreadsheets import TableRow, read_table
from engine.gifts import GiftTerms, ProgramNotPublished, gift_terms
from engine.ledger import MemberKey

NAME_MAXIMUM = 200
_CHUNK_ROWS = 1_000
_HASH_BYTES = 1024 * 1024
KINDS: dict[KindName, BulkKind] = {"grant": GRANT, "import": IMPORT}

_INSERT = insert_rows(
    "bulk_rows",
    {
        "program_id": "bigint", "operation_id": "bigint", "row_number": "integer", "cells": "jsonb", "state": "text",
        "problem": "text", "member_id": "bigint", "points": "bigint",
    },
)  # fmt: skip
_BEGIN = text("""
    INSERT INTO bulk_operations
        (program_id, operation_id, kind, name, file_hash, state, rows_total, reason, requested_by)
    VALUES (:program_id, nextval('ledger_ids'), :kind, :name, :file_hash, 'checked', 0, :reason, :requested_by)
    ON CONFLICT (program_id, kind, file_hash) DO NOTHING
""")
_LOCK = text("""
    SELECT operation_id, state FROM bulk_operations
    WHERE program_id = :program_id AND kind = :kind AND file_hash = :file_hash FOR UPDATE
""")
_AGAIN = text("""
    DELETE FROM bulk_rows WHERE program_id = :program_id AND operation_id = :operation_id AND state <> 'applied'
""")
_APPLIED = text("""
    SELECT row_number FROM bulk_rows WHERE program_id = :program_id AND operation_id = :operation_id
""")
_NOTE = text("""
    UPDATE bulk_operations SET name = :name, reason = :reason, requested_by = :requested_by, updated_at = now(),
        rows_total = c.total, rows_done = c.done, points_total = c.points,
        state = CASE WHEN c.waiting = 0 AND c.applied > 0 THEN 'finished' ELSE 'checked' END
    FROM (
        SELECT count(*) AS total, count(*) FILTER (WHERE state <> 'waiting') AS done,
            count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'applied') AS applied,
            COALESCE(sum(points) FILTER (WHERE state <> 'refused'), 0) AS points
        FROM bulk_rows WHERE program_id = :program_id AND operation_id = :operation_id
    ) c WHERE program_id = :program_id AND operation_id = :operation_id
""")


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """A file that was handed in, by whom and why. `enroll`: customers that nobody knows become members."""

    program_id: int
    shop_id: int
    kind: KindName
    name: str
    reason: str
    requested_by: str
    enroll: bool = False


@dataclass(slots=True)
class _Check:
    request: BulkRequest
    kind: BulkKind
    operation_id: int
    file_hash: bytes
    terms: GiftTerms
    finder: CustomerFinder
    applied: set[int]
    seen: dict[Hashable, int] = field(default_factory=dict)


async def check_file(
    connection: AsyncConnection, request: BulkRequest, file: IO[bytes], read_customer: CustomerReader
) -> BulkOperation:
    """Read a file and note what each row would do; returns the operation, which waits to be started.

    A file that was handed in before is the same operation: while it runs, and where all of it was applied, nothing
    changes; rows that had no effect are looked at again. Raises FileRefused and BulkRefused, and then keeps nothing.
    """
    _checked(request)
    kind = KINDS[request.kind]
    file_hash = await asyncio.to_thread(_hash, request.shop_id, file)
    key = {"program_id": request.program_id, "kind": kind.name, "file_hash": file_hash}
    noted = {"name": request.name, "reason": request.reason, "requested_by": request.requested_by}
    await connection.execute(_BEGIN, key | noted)
    operation_id, state = (await connection.execute(_LOCK, key)).one()
    if state != "running":
        one = {"program_id": request.program_id, "operation_id": operation_id}
        await connection.execute(_AGAIN, one)
        applied = {number for (number,) in await connection.execute(_APPLIED, one)}
        now = await transaction_time(connection)
        finder = CustomerFinder(connection, request.program_id, request.shop_id, kind.enrolls or request.enroll, now)
        try:
            terms = await gift_terms(connection, request.program_id, now)
        except ProgramNotPublished:
            raise BulkRefused("PROGRAM_NOT_PUBLISHED", "Publish the program before giving points.") from None
        check = _Check(request, kind, operation_id, file_hash, terms, finder, applied)
        await _check_rows(connection, check, read_table(file, request.name, kind.columns), read_customer)
        await connection.execute(_NOTE, one | noted)
    found = await bulk_operation(connection, request.program_id, operation_id)
    assert found is not None
    return found


def _checked(request: BulkRequest) -> None:
    if checked_text(request.reason, REASON_MAXIMUM) is None:
        raise BulkRefused("REASON_INVALID", f"Say why, in 1 to {REASON_MAXIMUM} characters.")
    if checked_text(request.name, NAME_MAXIMUM) is None:
        raise BulkRefused("NAME_INVALID", f"The file needs a name of 1 to {NAME_MAXIMUM} characters.")


def _hash(shop_id: int, file: IO[bytes]) -> bytes:
    """The file by its content. A number means another customer in another shop, so it is another file there."""
    digest = hashlib.sha256(f"{shop_id}\n".encode())
    file.seek(0)
    while chunk := file.read(_HASH_BYTES):
        digest.update(chunk)
    return digest.digest()


async def _check_rows(
    connection: AsyncConnection, check: _Check, table: Iterator[TableRow], read_customer: CustomerReader
) -> None:
    def chunk() -> list[BulkRow]:
        return [_read(check.kind, row, read_customer) for row in islice(table, _CHUNK_ROWS)]

    while rows := await asyncio.to_thread(chunk):
        await _check_chunk(connection, check, rows)


def _read(kind: BulkKind, row: TableRow, read_customer: CustomerReader) -> BulkRow:
    if row.problem is not None:
        return BulkRow(row.number, problem=row.problem)
    try:
        return kind.read(row, read_customer)
    except RowProblem as problem:
        return BulkRow(row.number, problem=str(problem))


async def _check_chunk(connection: AsyncConnection, check: _Check, rows: Sequence[BulkRow]) -> None:
    members = await check.finder.find([row for row in rows if row.problem is None])
    judged = [_judge(check, row, members.get(row.number)) for row in rows]
    program_id = check.request.program_id
    keys = {
        row.number: check.kind.key(MemberKey(program_id, member_id), check.file_hash, row)
        for row, member_id in judged
        if row.problem is None and member_id is not None
    }
    awards = await read_awards(connection, keys.values())
    inserted = []
    for row, member_id in judged:
        if row.number in check.applied:
            continue
        state, problem = ("refused", row.problem) if row.problem else ("waiting", None)
        if keys.get(row.number) in awards:
            state, problem = ("refused", check.kind.repeated) if check.kind.repeated else ("applied", None)
        waits = state == "waiting"
        cells = cells_of(row, shop_id=check.request.shop_id if member_id is None else None) if waits else "{}"
        points = row.points if state != "refused" else None
        inserted.append((program_id, check.operation_id, row.number, cells, state, problem, member_id, points))
    await _INSERT.run(connection, inserted)


def _judge(check: _Check, row: BulkRow, found: int | str | None) -> tuple[BulkRow, int | None]:
    """A row with what is wrong with it in this program and file, and its member if there is one already."""
    if row.problem is not None:
        return row, None
    if isinstance(found, str):
        return replace(row, problem=found), None
    if row.last_day is not None and check.terms.is_over(row.last_day, check.finder.now):
        return replace(row, problem="date-past:expires_on"), found
    if row.joined_on is not None and row.joined_on > check.terms.today(check.finder.now):
        return replace(row, problem="date-ahead:joined_at"), found
    first = check.seen.setdefault((found or row.customer, found is None, check.kind.same(row)), row.number)
    return (replace(row, problem=f"same-as-row:{first}") if first != row.number else row), found

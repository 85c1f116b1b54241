"""A statement as a file: CSV and XLSX for people, JSON lines of signatures for whoever works it out again.

A workbook has the totals, too, on a sheet of their own; a CSV file has one table, and its rows add up to them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import IO, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.files.writing import MEDIA_TYPES, Cell, FileFormat, XlsxWriter, row_writer
from engine.partners.money import exact_amount, micros_of_minor
from engine.settlement.reading import PAGE_MAXIMUM, StatementLine, lines_of, statement_of
from engine.settlement.statements import Statement

StatementFormat = Literal["csv", "xlsx", "jsonl"]
STATEMENT_MEDIA_TYPES: dict[StatementFormat, str] = {
    "csv": MEDIA_TYPES["csv"], "xlsx": MEDIA_TYPES["xlsx"], "jsonl": "application/jsonl"
}  # fmt: skip

COLUMNS = (
    "statement", "line", "event", "kind", "reference", "subject", "offer", "points", "amount", "currency",
    "from_prepaid", "agreement", "occurred_at", "late", "corrects",
)  # fmt: skip
"""Added to at the end and never renamed. `amount` is exact, above zero where the partner owes the program."""
TOTAL_COLUMNS = ("statement", "what", "currency", "events", "points", "amount", "from_prepaid", "root")
"""Of the workbook's sheet `totals`: a row for each kind, then what is due, covered and left to pay, and all."""


async def write_statement(
    connection: AsyncConnection, program_id: int, statement_id: int, file_format: StatementFormat, file: IO[bytes]
) -> int:
    """Write a statement into an open file, page by page; how many lines it has.

    JSON lines begin with the token of the statement; the tokens of its events follow in the order of the tree. Raises
    LookupError for a statement that the program does not have.
    """
    statement = await statement_of(connection, program_id, statement_id)
    if statement is None:
        raise LookupError(f"the program has no statement {statement_id}")
    pages = _pages(connection, statement)
    if file_format == "jsonl":
        return await _write_tokens(pages, statement, file)
    return await _write_table(pages, statement, file_format, file)


async def _pages(connection: AsyncConnection, statement: Statement) -> AsyncIterator[Sequence[StatementLine]]:
    after = -1
    while page := await lines_of(
        connection, statement.program_id, statement.statement_id, after=after, most=PAGE_MAXIMUM
    ):
        yield page
        after = page[-1].position


async def _write_tokens(pages: AsyncIterator[Sequence[StatementLine]], statement: Statement, file: IO[bytes]) -> int:
    file.write(_token_line("statement", statement.token))
    written = 0
    async for page in pages:
        file.write(b"".join(_token_line("event", line.token) for line in page))
        written += len(page)
    return written


async def _write_table(
    pages: AsyncIterator[Sequence[StatementLine]], statement: Statement, file_format: FileFormat, file: IO[bytes]
) -> int:
    writer = await asyncio.to_thread(row_writer, file_format, file, COLUMNS)
    written = 0
    try:
        async for page in pages:
            await asyncio.to_thread(writer.write, [_cells(statement, line) for line in page])
            written += len(page)
        if isinstance(writer, XlsxWriter):  # a CSV has one table
            await asyncio.to_thread(writer.begin, "totals", TOTAL_COLUMNS)
            await asyncio.to_thread(writer.write, _totals(statement))
    except BaseException:
        await asyncio.shield(asyncio.to_thread(writer.discard))
        raise
    await asyncio.to_thread(writer.finish)
    return written


def _cells(statement: Statement, line: StatementLine) -> tuple[Cell, ...]:
    return (
        statement.number, line.position + 1, str(line.event_id), line.kind, line.reference, line.subject, line.offer,
        line.points, exact_amount(line.micros, line.currency), line.currency,
        exact_amount(line.prepaid_micros, line.currency), line.agreement_version, line.occurred_at, line.late,
        None if line.corrects is None else str(line.corrects),
    )  # fmt: skip


def _totals(statement: Statement) -> list[tuple[Cell, ...]]:
    number = statement.number
    rows: list[tuple[Cell, ...]] = [
        (number, one.kind, one.currency, one.events, one.points, exact_amount(one.micros, one.currency),
         exact_amount(one.prepaid_micros, one.currency), None)
        for one in statement.totals.kinds
    ]  # fmt: skip
    for due in statement.totals.dues:
        parts = (("due", due.due_minor), ("covered", due.covered_minor), ("to_pay", due.to_pay_minor))
        for what, minor in parts:
            amount = exact_amount(micros_of_minor(minor), due.currency)
            rows.append((number, what, due.currency, None, None, amount, None, None))
    return [*rows, (number, "all", None, statement.lines, None, None, None, statement.root.hex())]


def _token_line(name: str, token: str) -> bytes:
    """A compact JWS is made of letters, digits, dots, hyphens and underscores: there is nothing to escape."""
    return f'{{"{name}":"{token}"}}\n'.encode()

"""Files of rows that a merchant hands in, read as texts by column: CSV by `delimited_text`, XLSX by `workbooks`.

Nothing in a file is trusted: its size, the length of its lines and cells, its quotes and its bytes are bounded or
refused, and nothing in it is ever evaluated. What is wrong with the whole file raises `FileRefused`; what is wrong with
one row comes with the row.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from engine.files.columns import CELL_MAXIMUM, FILE_MAXIMUM_BYTES, ROWS_MAXIMUM, Columns, FileRefused, Record
from engine.files.delimited_text import read_delimited
from engine.files.workbooks import read_workbook

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as its spreadsheet program numbers it, the header being row 1; an absent cell is ""."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    problem: str | None = None
    """Why the row cannot be read: a code, with a detail after a colon; its cells are empty then."""


def read_table(file: IO[bytes], name: str, columns: Columns) -> Iterator[TableRow]:
    """The rows of a CSV or XLSX file, blank ones left out, read as they are asked for.

    `name` is what the file was called: a zip is a workbook only where it says so. Raises FileRefused, also in the
    middle, and for more than ROWS_MAXIMUM rows.
    """
    kind = _kind(file, name)
    records = read_workbook(file) if kind == "xlsx" else read_delimited(file, columns)
    header = next(records, None)
    if header is None:
        raise FileRefused("EMPTY", "the file is empty")
    positions = columns.positions(header.cells)
    rows = 0
    for record in records:
        if record.problem is None and not any(record.cells):
            continue
        rows += 1
        if rows > ROWS_MAXIMUM:
            raise FileRefused("TOO_MANY_ROWS", f"there are more than {ROWS_MAXIMUM} rows; take several files")
        yield _row(record, positions)


def _row(record: Record, positions: dict[str, int]) -> TableRow:
    problem = record.problem
    if problem is None and any(record.cells[len(positions) :]):
        problem = "too-many-cells"
    for name, position in positions.items():
        if position < len(record.cells) and len(record.cells[position]) > CELL_MAXIMUM:
            problem = f"too-long:{name}"
    if problem is not None:
        return TableRow(record.number, problem=problem)
    cells = record.cells
    return TableRow(record.number, {name: cells[at] if at < len(cells) else "" for name, at in positions.items()})


def _kind(file: IO[bytes], name: str) -> str:
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size > FILE_MAXIMUM_BYTES:
        raise FileRefused("TOO_LARGE", f"the file is larger than {FILE_MAXIMUM_BYTES // 1024 // 1024} MB")
    head = file.read(4)
    file.seek(0)
    if name.casefold().endswith(".xlsx"):
        if head != _ZIP:
            raise FileRefused("NOT_XLSX", "the file is called .xlsx and is no Excel workbook")
        return "xlsx"
    if head == _ZIP:
        raise FileRefused("ZIP", "the file is a zip archive; a workbook has to be called .xlsx")
    if head == _OLD_EXCEL:
        raise FileRefused("OLD_EXCEL", "this is Excel's old format; save the file as .xlsx or as CSV in UTF-8")
    if head[:2] in _WIDE_TEXT:
        raise FileRefused("NOT_UTF8", "the file is UTF-16; save it as CSV in UTF-8")
    return "csv"

"""Rows written as CSV or XLSX so that a spreadsheet program shows them and runs nothing of them.

A text that begins like a formula gets an apostrophe in front of it (OWASP ASVS 5, 1.2.10); numbers stay numbers, and
moments and days are ISO 8601, moments in UTC. CSV is UTF-8 with quotes and line ends as RFC 4180 has them.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Literal, Protocol

FileFormat = Literal["csv", "xlsx"]
MEDIA_TYPES: dict[FileFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Cell = str | int | bool | Decimal | date | datetime | None

_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_EXACT_NUMBER = 10**15
"""From here on a spreadsheet program would lose a number's last digits, so it becomes a text."""
_EXACT_DIGITS = 16
"""The same of a decimal number: with so many digits it becomes a text."""
_ROWS_OF_A_SHEET = 1_048_576


def shown(value: Cell) -> str | int | Decimal:
    """What stands in a cell. A decimal number is a number, so that an amount below zero is not taken for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    return f"'{value}" if value.startswith(_FORMULA_BEGINNINGS) else value


class RowWriter(Protocol):
    """Takes the rows of a file, the header first, and completes it."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows."""

    def finish(self) -> None:
        """Complete the file; it stays open."""

    def discard(self) -> None:
        """Give up instead, and leave nothing behind."""


def row_writer(file_format: FileFormat, file: IO[bytes], columns: Sequence[str]) -> RowWriter:
    """A writer of the format, with the header written."""
    return CsvWriter(file, columns) if file_format == "csv" else XlsxWriter(file, columns)


class CsvWriter:
    """Writes CSV as it comes."""

    def __init__(self, file: IO[bytes], columns: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8", newline="")
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow(columns)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows."""
        self._writer.writerows([_in_text(shown(value)) for value in row] for row in rows)

    def finish(self) -> None:
        """Complete the file; it stays open."""
        self._text.detach()

    def discard(self) -> None:
        """Give up."""
        self._text.detach()


class XlsxWriter:
    """Writes a workbook, kept on disk until it is complete; a further sheet is begun where one is full."""

    def __init__(self, file: IO[bytes], columns: Sequence[str]) -> None:
        from openpyxl import Workbook  # large, and seldom wanted

        self._file = file
        self._columns = list(columns)
        self._name: str | None = None
        self._workbook = Workbook(write_only=True)
        self._rows = _ROWS_OF_A_SHEET

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows."""
        for row in rows:
            if self._rows >= _ROWS_OF_A_SHEET:
                self._begin_sheet()
            self._sheet.append([_in_workbook(shown(value)) for value in row])
            self._rows += 1

    def finish(self) -> None:
        """Complete the file; it stays open."""
        if not self._workbook.worksheets:
            self._begin_sheet()
        self._workbook.save(self._file)

    def begin(self, name: str, columns: Sequence[str]) -> None:
        """Rows after this stand on a sheet of this name, or on several where one is full."""
        self._name, self._columns = name, list(columns)
        self._begin_sheet()

    def discard(self) -> None:
        """Give up. Saving is what removes the files in which a workbook's sheets grow."""
        with tempfile.TemporaryFile() as nowhere:
            self._workbook.save(nowhere)

    def _begin_sheet(self) -> None:
        self._sheet = self._workbook.create_sheet(self._name)
        self._sheet.append(self._columns)
        self._rows = 1


def _in_text(value: str | int | Decimal) -> str | int:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _in_workbook(value: str | int | Decimal) -> str | int | Decimal:
    if isinstance(value, Decimal):
        return value if len(value.as_tuple().digits) < _EXACT_DIGITS else f"{value:f}"
    if isinstance(value, int):
        return value if abs(value) < _EXACT_NUMBER else str(value)
    # XML has no place for control characters.
    return "".join(character if character >= " " or character in "\t\n\r" else "\ufffd" for character in value)

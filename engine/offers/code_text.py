"""A partner's codes read from a CSV text as it arrives: piece by piece, never the whole of it in memory.

Either the first row names a column `code`, or every row is one code.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import Literal

from engine.files.columns import FileRefused
from engine.files.delimited_text import RECORD_MAXIMUM

ROWS_MAXIMUM = 5_000_000
CODE_MINIMUM = 4
CODE_MAXIMUM = 64
HEADERS = frozenset({"code", "codes", "coupon", "coupons", "coupon code", "discount code", "voucher", "voucher code"})
"""What the column may be called: else a name would be handed out as a code."""

CodeProblem = Literal["missing", "length", "characters", "quotes", "columns"]
_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A row of the file, counted from 1: a code, or what is wrong with it."""

    number: int
    code: str
    problem: CodeProblem | None = None


class CodeText:
    """The text of one file, fed in pieces of bytes of any size."""

    def __init__(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")  # what is no UTF-8 is no code
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self._rest = ""
        self._record = ""
        self._rows = 0
        self._delimiter = ","
        self._column: int | None = None
        """Where the code stands; None in a file of one column."""
        self._begun = False

    def feed(self, piece: bytes) -> list[CodeRow]:
        """The rows that are complete with this piece. Raises FileRefused: the file cannot be read on from here."""
        return self._lines(self._decoder.decode(piece))

    def finish(self) -> list[CodeRow]:
        """The row that no line end follows, if there is one. Raises FileRefused."""
        rows = self._lines(self._decoder.decode(b"", final=True) + "\n")
        if self._record:
            raise FileRefused("OPEN_QUOTE", "a quotation mark is left open", self._rows)
        return rows

    def _lines(self, text: str) -> list[CodeRow]:
        *lines, self._rest = (self._rest + text).split("\n")
        rows = []
        for line in lines:
            row = self._row(line)
            if row is not None:
                rows.append(row)
        if len(self._record) + len(self._rest) > RECORD_MAXIMUM:
            message = f"the row is longer than {RECORD_MAXIMUM} characters; is a quotation mark left open?"
            raise FileRefused("ROW_TOO_LONG", message, self._rows + 1)
        return rows

    def _row(self, line: str) -> CodeRow | None:
        """The row that ends with this line; None where it is empty, the header, or goes on in the next line."""
        record = f"{self._record}\n{line}" if self._record else line
        if '"' in record and record.count('"') % 2:
            self._record = record
            return None
        self._record = ""
        self._rows += 1
        if self._rows > ROWS_MAXIMUM:
            raise FileRefused("TOO_MANY_ROWS", f"the file has more than {ROWS_MAXIMUM:,} rows", self._rows)
        if not record.strip():
            return None
        if not self._begun:
            self._begun = True
            if self._is_header(record):
                return None
        return self._checked(record)

    def _is_header(self, record: str) -> bool:
        for delimiter in _DELIMITERS:
            names = [cell.strip().lower() for cell in _cells(record, delimiter) or ()]
            places = [place for place, name in enumerate(names) if name in HEADERS]
            if places:
                self._delimiter, self._column = delimiter, places[0]
                return True
        if any(len(_cells(record, delimiter) or ()) > 1 for delimiter in _DELIMITERS):
            message = "no column is named 'code', and there is more than one"
            raise FileRefused("NO_CODE_COLUMN", message, self._rows)
        return False

    def _checked(self, record: str) -> CodeRow:
        cells = _cells(record, self._delimiter)
        if cells is None:
            return CodeRow(self._rows, "", "quotes")
        if self._column is None and len(cells) > 1:
            return CodeRow(self._rows, "", "columns")
        place = self._column or 0
        code = cells[place].strip() if place < len(cells) else ""
        return CodeRow(self._rows, code, problem_of(code))


def problem_of(code: str) -> CodeProblem | None:
    """What is wrong with a code, None where it can be handed out."""
    if not code:
        return "missing"
    if not CODE_MINIMUM <= len(code) <= CODE_MAXIMUM:
        return "length"
    return None if _VISIBLE.fullmatch(code) else "characters"


def _cells(record: str, delimiter: str) -> list[str] | None:
    """The cells of a record, None where its quotation marks make no sense."""
    if '"' not in record:
        return record.split(delimiter)
    try:
        return next(csv.reader([record], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None

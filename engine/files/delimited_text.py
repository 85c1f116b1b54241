"""CSV files as rows of text: UTF-8, separated by comma, semicolon or tab, with quotes as RFC 4180 has them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO

from engine.files.columns import Columns, FileRefused, Record

RECORD_MAXIMUM = 64_000
"""The longest record in characters: an open quote swallows everything after it, and is found here."""

_DELIMITERS = ",;\t"


class _Lines:
    """The lines of a text file, with a bound on what one record takes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        self.record = 0
        self._taken = 0

    def begin_record(self) -> None:
        """The next line begins a new record."""
        self.record += 1
        self._taken = 0

    def __next__(self) -> str:
        try:
            line = self._text.readline(RECORD_MAXIMUM + 1)
        except UnicodeDecodeError:
            raise FileRefused("NOT_UTF8", "the text is not UTF-8; save the file as CSV in UTF-8") from None
        if not line:
            raise StopIteration
        self._taken += len(line)
        if self._taken > RECORD_MAXIMUM:
            text = f"the row is longer than {RECORD_MAXIMUM} characters; is a quotation mark left open?"
            raise FileRefused("ROW_TOO_LONG", text, self.record)
        if "\0" in line:
            raise FileRefused("NUL", "there is a NUL character; this is no text file", self.record)
        return line

    def __iter__(self) -> Iterator[str]:
        return self

    def release(self) -> None:
        """Leave the file open for its owner."""
        if not self._text.closed:
            self._text.detach()


def read_delimited(file: IO[bytes], columns: Columns) -> Iterator[Record]:
    """The rows of a CSV file, the header first, with whichever delimiter makes most sense of that.

    Raises FileRefused, also in the middle.
    """
    delimiter = _sniff(file, columns)
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        while True:
            lines.begin_record()
            cells = next(reader)
            yield Record(lines.record, [cell.strip() for cell in cells])
    except StopIteration:
        return
    except csv.Error as error:
        if "end of data" in str(error):
            raise FileRefused("OPEN_QUOTE", "a quotation mark is left open", lines.record) from None
        raise FileRefused("BAD_QUOTE", "a quotation mark stands where none can be", lines.record) from None
    finally:
        lines.release()


def _sniff(file: IO[bytes], columns: Columns) -> str:
    """The delimiter with which the first line names most columns."""
    lines = _Lines(file)
    try:
        lines.begin_record()
        first = next(lines, "")
    finally:
        lines.release()
        file.seek(0)

    def named(delimiter: str) -> int:
        try:
            return columns.recognized(next(csv.reader([first], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=named)

"""What a file of rows may look like, and how one that may not is refused; `spreadsheets` reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

FILE_MAXIMUM_BYTES = 10 * 1024 * 1024
ROWS_MAXIMUM = 100_000
COLUMNS_MAXIMUM = 20
CELL_MAXIMUM = 1_000


class FileRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A file that cannot be taken at all. `code` is for programs, the text for people; `row` where one is to blame."""

    def __init__(self, code: str, message: str, row: int | None = None) -> None:
        super().__init__(f"Row {row}: {message}" if row else message)
        self.code = code
        self.row = row


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a kind of file must and may have; any other is refused, so that a slip of the pen shows."""

    required: frozenset[str]
    optional: frozenset[str]

    def positions(self, header: Sequence[str]) -> dict[str, int]:
        """Where each column stands. Raises FileRefused for a missing, unknown or doubled one."""
        names = [_name(cell) for cell in header]
        while names and not names[-1]:
            names.pop()
        known = ", ".join(sorted(self.required | self.optional))
        if len(names) > COLUMNS_MAXIMUM:
            raise FileRefused("TOO_MANY_COLUMNS", f"there are more than {COLUMNS_MAXIMUM} columns", 1)
        if missing := sorted(self.required - set(names)):
            raise FileRefused("COLUMN_MISSING", f"there is no column {missing[0]}; columns are: {known}", 1)
        for position, name in enumerate(names):
            if name not in self.required | self.optional:
                raise FileRefused("COLUMN_UNKNOWN", f"column {position + 1} is none of: {known}", 1)
            if name in names[:position]:
                raise FileRefused("COLUMN_TWICE", f"there are two columns {name}", 1)
        return {name: position for position, name in enumerate(names)}

    def recognized(self, header: Sequence[str]) -> int:
        """How many of the cells name a column."""
        return len((self.required | self.optional) & {_name(cell) for cell in header})


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row by position, trimmed, before they have names; `problem` as in `spreadsheets.TableRow`."""

    number: int
    cells: list[str]
    problem: str | None = None


def _name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())

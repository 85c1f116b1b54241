"""The partner's own file for a statement: a row for each thing that it has in its books, read strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, get_args

from engine.files.columns import Columns
from engine.files.spreadsheets import TableRow, read_table
from engine.money import POINTS_MAXIMUM, MoneyError, exponent
from engine.partners.events import REFERENCE_MAXIMUM
from engine.partners.kinds import EventKind
from engine.partners.money import MICROS_MAXIMUM, MICROS_PER_MINOR
from engine.settlement.matching import TheirRow

COLUMNS = Columns(
    required=frozenset({"reference"}), optional=frozenset({"kind", "points", "amount", "currency", "date"})
)
PROBLEMS_MAXIMUM = 50
_KINDS = frozenset(get_args(EventKind))
_WHOLE = re.compile(r"-?[0-9]{1,16}", re.ASCII)
# In 28 digits, as many as a decimal is exact in. A workbook's smallest numbers come as 1e-05.
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,13})?(e-[0-9]{1,2})?", re.ASCII)
_DATE_MAXIMUM = 40


class RowsInvalid(Exception):  # noqa: N818  # named for what was found
    """Rows of a file that cannot be read, each with its number and a code: nothing of the file is taken."""

    def __init__(self, problems: tuple[tuple[int, str], ...]) -> None:
        super().__init__(f"{len(problems)} rows cannot be read")
        self.problems = problems


def read_partner_file(file: IO[bytes], name: str, currencies: tuple[str, ...]) -> list[TheirRow]:
    """The rows of a partner's CSV or XLSX file; `currencies` are those of the statement.

    A row names a `reference`, and what it comes to by `points`, by `amount` in main units, or by both; which of them,
    all rows of a file have in common. Signs are those of our statement. Raises FileRefused for the file, RowsInvalid
    for rows of it, the first PROBLEMS_MAXIMUM.
    """
    rows: list[TheirRow] = []
    problems: list[tuple[int, str]] = []
    for row in read_table(file, name, COLUMNS):
        problem = row.problem
        if problem is None:
            try:
                rows.append(_read(row, currencies))
            except ValueError as error:
                problem = str(error)
        if problem is not None:
            problems.append((row.number, problem))
            if len(problems) == PROBLEMS_MAXIMUM:
                break
    problems.extend(_uneven(rows))
    if problems:
        raise RowsInvalid(tuple(problems[:PROBLEMS_MAXIMUM]))
    return rows


def _read(row: TableRow, currencies: tuple[str, ...]) -> TheirRow:
    """Raises ValueError with a code."""
    reference = _reference(row.cells["reference"])
    kind = row.cells.get("kind", "").casefold().replace(" ", "_").replace("-", "_")
    if kind and kind not in _KINDS:
        raise ValueError("kind-unknown")
    currency = row.cells.get("currency", "").upper()
    if not currency:
        if len(currencies) != 1:
            raise ValueError("currency-missing")
        currency = currencies[0]
    points, amount = row.cells.get("points", ""), row.cells.get("amount", "")
    if not points and not amount:
        raise ValueError("nothing-stated")
    date = row.cells.get("date", "")
    if len(date) > _DATE_MAXIMUM:
        raise ValueError("too-long:date")
    micros = _micros(amount, currency) if amount else None
    return TheirRow(row.number, reference, kind, currency, _points(points) if points else None, micros, date)


def _reference(cell: str) -> str:
    # Our own files put an apostrophe in front of what looks like a formula.
    reference = cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@" else cell
    if not reference:
        raise ValueError("reference-missing")
    if len(reference) > REFERENCE_MAXIMUM or not reference.isprintable():
        raise ValueError("reference-invalid")
    return reference


def _points(cell: str) -> int:
    if not _WHOLE.fullmatch(cell) or abs(int(cell)) > POINTS_MAXIMUM:
        raise ValueError("points-invalid")
    return int(cell)


def _micros(cell: str, currency: str) -> int:
    written = cell[1:] if cell.startswith("'-") else cell
    if not _AMOUNT.fullmatch(written):
        raise ValueError("amount-invalid")
    try:
        scaled = Decimal(written) * MICROS_PER_MINOR * 10 ** exponent(currency)
    except MoneyError:
        raise ValueError("currency-unknown") from None
    if abs(scaled) > MICROS_MAXIMUM or scaled != int(scaled):
        raise ValueError("amount-invalid")
    return int(scaled)


def _uneven(rows: list[TheirRow]) -> Iterator[tuple[int, str]]:
    """Rows without what the first one states: sums over them would say nothing."""
    for row in rows:
        for name in ("points", "micros"):
            if (getattr(row, name) is None) != (getattr(rows[0], name) is None):
                yield row.number, "amount-missing" if name == "micros" else "points-missing"
                break

"""The three-way match of a statement: our ledger, the partner's file, and the payment (`payment_rows`).

What a file does not agree about is opened as a row that ages. It ends by itself when a later file of the statement
agrees, or when what one side had in this statement is found with the other one in another: both book by their own day.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adjustments import checked_text
from engine.partners.catalog import agreements_of
from engine.settlement.locks import lock_settlement
from engine.settlement.matching import Matching, OurRow, TheirRow, difference_of, match
from engine.settlement.partner_file import RowsInvalid, read_partner_file
from engine.settlement.payments import tolerance_of
from engine.settlement.reading import statement_of
from engine.settlement.statements import Statement
from engine.settlement.suspense_store import NewRow, OpenRow, SuspenseProblem, open_rows, rows_open, settle_rows
from engine.settlement.timing import carried_over

LINES_MAXIMUM = 200_000
"""The longest statement that a file is matched with: twice as many rows as a file has."""
DIFFERENCES_MAXIMUM = 2_000
"""With more of them it is the file that is wrong: of another statement, or with other references."""
NAME_MAXIMUM = 200
_PART_BYTES = 1 << 16
OF_FILES: tuple[SuspenseProblem, ...] = ("only_ours", "only_theirs", "different")


class ReconciliationRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A file was not matched, and nothing was changed.

    `code`: STATEMENT_NOT_FOUND, STATEMENT_TOO_LONG, NAME_INVALID, ROWS_INVALID, TOO_DIFFERENT. `problems` are rows of
    the file, each with a code.
    """

    def __init__(self, code: str, message: str, problems: tuple[tuple[int, str], ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A file that was matched: so many rows it had, so many of them agreed, about so many things it differed.

    `repeated` says that the same file was matched before, and nothing was done.
    """

    reconciliation_id: int
    partner_id: int
    statement_id: int
    name: str
    rows_total: int
    matched: int
    differences: int
    created_at: datetime
    created_by: str
    repeated: bool = False


_SELECT = """
    SELECT reconciliation_id, partner_id, statement_id, name, rows_total, matched, differences, created_at, created_by
    FROM reconciliations WHERE program_id = :program_id AND statement_id = :statement_id
"""
_KNOWN = text(f"{_SELECT} AND file_hash = :file_hash")
_LIST = text(f"{_SELECT} ORDER BY reconciliation_id DESC LIMIT 100")
_INSERT = text("""
    INSERT INTO reconciliations (program_id, reconciliation_id, partner_id, statement_id, name, file_hash, rows_total,
        matched, differences, created_by)
    VALUES (:program_id, nextval('ledger_ids'), :partner_id, :statement_id, :name, :file_hash, :rows_total, :matched,
        :differences, :actor)
""")
_OURS = text("""
    SELECT e.event_id, e.reference, e.kind, e.currency, e.points, e.micros
    FROM statement_lines l JOIN partner_events e USING (program_id, event_id)
    WHERE l.program_id = :program_id AND l.statement_id = :statement_id ORDER BY l.position
""")


async def reconcile(
    connection: AsyncConnection, program_id: int, partner_id: int, statement_id: int, file: IO[bytes], name: str, *,
    actor: str,
) -> Reconciliation:  # fmt: skip
    """Match the partner's file for a statement with ours (`partner_file.read_partner_file` says how it looks).

    The same file again changes nothing. Raises FileRefused, ReconciliationRefused.
    """
    called = checked_text(name, NAME_MAXIMUM)
    if called is None:
        raise ReconciliationRefused("NAME_INVALID", f"A file has a name of 1 to {NAME_MAXIMUM} characters.")
    statement = await statement_of(connection, program_id, statement_id)
    if statement is None or statement.partner_id != partner_id:
        raise ReconciliationRefused("STATEMENT_NOT_FOUND", "The partner has no such statement.")
    if statement.lines > LINES_MAXIMUM:
        message = f"A statement of more than {LINES_MAXIMUM} lines is compared by its tokens, not by a file."
        raise ReconciliationRefused("STATEMENT_TOO_LONG", message)
    theirs, digest = await asyncio.to_thread(_read, file, called, statement)
    await lock_settlement(connection, program_id, partner_id)
    key = {"program_id": program_id, "statement_id": statement_id, "file_hash": digest}
    known = (await connection.execute(_KNOWN, key)).one_or_none()
    if known is not None:
        return replace(Reconciliation(*known), repeated=True)
    tolerances = {
        due.currency: tolerance_of(await agreements_of(connection, program_id, partner_id), statement, due.currency)
        for due in statement.totals.dues
    }
    ours = [OurRow(*row) for row in await connection.execute(_OURS, key)]
    matching = await asyncio.to_thread(match, ours, theirs, tolerances)
    if len(matching.differing) > DIFFERENCES_MAXIMUM:
        message = f"{len(matching.differing)} differences: this is hardly the file of statement {statement.number}."
        raise ReconciliationRefused("TOO_DIFFERENT", message)
    stored = {
        **key, "partner_id": partner_id, "name": called, "rows_total": len(theirs), "matched": matching.matched,
        "differences": len(matching.differing), "actor": actor,
    }  # fmt: skip
    await connection.execute(_INSERT, stored)
    made = Reconciliation(*(await connection.execute(_KNOWN, key)).one())
    await _follow(connection, statement, made, matching, tolerances, actor)
    return made


async def reconciliations_of(connection: AsyncConnection, program_id: int, statement_id: int) -> list[Reconciliation]:
    """The files that were matched with a statement, newest first, at most 100."""
    rows = await connection.execute(_LIST, {"program_id": program_id, "statement_id": statement_id})
    return [Reconciliation(*row) for row in rows]


def _read(file: IO[bytes], name: str, statement: Statement) -> tuple[list[TheirRow], bytes]:
    currencies = tuple(due.currency for due in statement.totals.dues)
    try:
        rows = read_partner_file(file, name, currencies)
    except RowsInvalid as error:
        message = "Rows of the file cannot be read; nothing of it was taken."
        raise ReconciliationRefused("ROWS_INVALID", message, error.problems) from None
    digest = hashlib.sha256()
    file.seek(0)
    while part := file.read(_PART_BYTES):
        digest.update(part)
    return rows, digest.digest()


async def _follow(
    connection: AsyncConnection, statement: Statement, made: Reconciliation, matching: Matching,
    tolerances: dict[str, int], actor: str,
) -> None:  # fmt: skip
    """Open what differs, unless another statement explains it, and settle what was open and agrees by now."""
    program_id, partner_id = statement.program_id, statement.partner_id
    known = await rows_open(connection, program_id, partner_id, OF_FILES)
    elsewhere = [row for row in known if row.statement_id != statement.statement_id]
    carried = carried_over(matching, elsewhere, tolerances)
    new = [
        difference_of(key, group) for key, group in matching.differing.items() if key not in carried.explained
    ]  # fmt: skip
    ended = [*_agreed_by_now(known, statement.statement_id, new), *carried.settled]
    note = f"{made.name} ({statement.number})"
    await settle_rows(connection, program_id, ended, "matched", note=note, actor=actor)
    await open_rows(
        connection, program_id, partner_id, statement.statement_id, new, reconciliation_id=made.reconciliation_id
    )


def _agreed_by_now(known: Iterable[OpenRow], statement_id: int, new: Iterable[NewRow]) -> list[int]:
    """Rows of earlier files of the statement that the newest one does not bring up again; not the partner's answers."""
    again: set[tuple[Any, ...]] = {(row.problem, row.kind, row.reference, row.currency) for row in new}
    return [
        row.row_id
        for row in known
        if row.statement_id == statement_id and row.reconciliation_id is not None
        and (row.problem, row.kind, row.reference, row.currency) not in again
    ]  # fmt: skip

"""What a partner says of a statement after it worked it out again: that it agrees, or about which rows it does not.

An answer is written once; a later one stands beside it. Each row that is disputed is opened like one of a file, so that
it ages until somebody settles it; agreeing settles them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, get_args

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.settlement.comparing import DIFFERENCES_MAXIMUM, Difference, Problem
from engine.settlement.locks import lock_settlement
from engine.settlement.merkle import HASH_BYTES
from engine.settlement.reading import statement_by_number
from engine.settlement.statements import Statement
from engine.settlement.suspense_store import NewRow, SuspenseProblem, open_rows, rows_open, settle_rows

ANSWERS_MAXIMUM = 100
"""How often a partner can answer one statement."""
_PROBLEMS: dict[Problem, SuspenseProblem] = {
    "altered": "different", "missing_here": "only_ours", "missing_there": "only_theirs"
}  # fmt: skip
"""As the partner sees them: "here" is with the partner."""


class AnswerRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """An answer was not taken.

    `code`: STATEMENT_NOT_FOUND, ROOT_INVALID, ROOT_DIFFERS, DIFFERENCES_INVALID, EVENT_UNKNOWN, TOO_MANY.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class StatementAnswer:
    """What a partner answered: the root that it came to, and the rows about which it differs, as it sees them."""

    answer_id: int
    statement_id: int
    agreed: bool
    root: bytes
    differences: tuple[Difference, ...]
    answered_at: datetime
    actor: str


_LIST = text("""
    SELECT answer_id, statement_id, agreed, root, differences, answered_at, actor FROM statement_answers
    WHERE program_id = :program_id AND statement_id = :statement_id ORDER BY answer_id DESC LIMIT :most
""")
_INSERT = text("""
    INSERT INTO statement_answers (program_id, answer_id, statement_id, partner_id, agreed, root, differences, actor)
    VALUES (:program_id, nextval('ledger_ids'), :statement_id, :partner_id, :agreed, :root,
        CAST(:differences AS jsonb), :actor)
""")
_PLACES = text("""
    SELECT e.event_id, e.kind, e.points, e.micros, e.currency, s.number
    FROM partner_events e LEFT JOIN statement_lines l USING (program_id, event_id)
    LEFT JOIN statements s ON s.program_id = l.program_id AND s.statement_id = l.statement_id
    WHERE e.program_id = :program_id AND e.partner_id = :partner_id AND e.event_id = ANY(:events)
""")


async def answer_statement(
    connection: AsyncConnection, program_id: int, partner_id: int, number: int, *, agreed: bool, root: bytes,
    differences: Sequence[Difference] = (), actor: str,
) -> StatementAnswer:  # fmt: skip
    """Take a partner's answer to its statement of that number, by the root that it worked out itself.

    Who agrees has our root. `differences` are as the partner sees them: "missing_here" is a row of ours that it does
    not know. The newest answer again changes nothing. Raises AnswerRefused.
    """
    if len(root) != HASH_BYTES:
        raise AnswerRefused("ROOT_INVALID", "root", f"A root has {HASH_BYTES} bytes.")
    await lock_settlement(connection, program_id, partner_id)
    statement = await statement_by_number(connection, program_id, partner_id, number)
    if statement is None:
        raise AnswerRefused("STATEMENT_NOT_FOUND", None, "There is no such statement.")
    if agreed and root != statement.root:
        raise AnswerRefused("ROOT_DIFFERS", "root", "This is not the root of the statement.")
    rows = await _disputed(connection, statement, agreed, differences)
    known = await answers_of(connection, program_id, statement.statement_id)
    said = tuple(Difference(one.problem, one.event, one.position, one.reason) for one in differences)
    if known and (known[0].agreed, known[0].root, known[0].differences) == (agreed, root, said):
        return known[0]
    if len(known) >= ANSWERS_MAXIMUM:
        raise AnswerRefused("TOO_MANY", None, f"This statement was answered {ANSWERS_MAXIMUM} times.")
    given = {
        "program_id": program_id, "partner_id": partner_id, "statement_id": statement.statement_id, "agreed": agreed,
        "root": root, "actor": actor, "differences": orjson.dumps([asdict(one) for one in said]).decode(),
    }  # fmt: skip
    await connection.execute(_INSERT, given)
    await open_rows(connection, program_id, partner_id, statement.statement_id, rows)
    await _settle_undisputed(connection, statement, rows, actor)
    return (await answers_of(connection, program_id, statement.statement_id))[0]


async def answers_of(connection: AsyncConnection, program_id: int, statement_id: int) -> list[StatementAnswer]:
    """The answers to a statement, newest first."""
    given = {"program_id": program_id, "statement_id": statement_id, "most": ANSWERS_MAXIMUM}
    return [_answer(row) for row in await connection.execute(_LIST, given)]


async def _disputed(
    connection: AsyncConnection, statement: Statement, agreed: bool, differences: Sequence[Difference]
) -> list[NewRow]:
    """The rows to open. What the partner names of ours has to be on the statement, else it disputes nothing."""
    if len(differences) > DIFFERENCES_MAXIMUM or (agreed and differences):
        message = f"A disagreement names at most {DIFFERENCES_MAXIMUM} rows, an agreement none."
        raise AnswerRefused("DIFFERENCES_INVALID", "differences", message)
    names = {one.event for one in differences}
    digits = all(name.isascii() and name.isdigit() and len(name) <= 18 for name in names)
    if len(names) != len(differences) or not digits or any(
        one.problem not in get_args(Problem) for one in differences
    ):  # fmt: skip
        raise AnswerRefused("DIFFERENCES_INVALID", "differences", "Each difference names the id of another event.")
    given = {
        "program_id": statement.program_id, "partner_id": statement.partner_id, "events": [int(name) for name in names]
    }  # fmt: skip
    known = {row.event_id: row for row in await connection.execute(_PLACES, given)}
    rows = []
    for one in differences:
        ours = known.get(int(one.event))
        here = ours is not None and ours.number == statement.number
        if here == (one.problem == "missing_there"):
            raise AnswerRefused("EVENT_UNKNOWN", "differences", f"Event {one.event} is not where this answer has it.")
        rows.append(NewRow(_PROBLEMS[one.problem], one.event, "", ours.event_id if ours else None, _evidence(ours), {}))
    return rows


async def _settle_undisputed(
    connection: AsyncConnection, statement: Statement, rows: Sequence[NewRow], actor: str
) -> None:
    """End what an earlier answer disputed and this one does not."""
    still = {(row.problem, row.reference) for row in rows}
    ended = [
        row.row_id
        for row in await rows_open(
            connection, statement.program_id, statement.partner_id, tuple(_PROBLEMS.values())
        )
        if row.statement_id == statement.statement_id and row.reconciliation_id is None
        and (row.problem, row.reference) not in still
    ]  # fmt: skip
    await settle_rows(connection, statement.program_id, ended, "matched", note="", actor=actor)


def _evidence(row: Any) -> dict[str, str]:
    """What we say of an event, and on which statement it is, where it is on another one."""
    if row is None:
        return {}
    said = {"kind": row.kind, "points": str(row.points), "micros": str(row.micros), "currency": row.currency}
    return said if row.number is None else {**said, "statement": str(row.number)}


def _answer(row: Any) -> StatementAnswer:
    differences = tuple(Difference(**one) for one in row.differences)
    return StatementAnswer(
        row.answer_id, row.statement_id, row.agreed, bytes(row.root), differences, row.answered_at, row.actor
    )

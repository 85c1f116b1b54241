"""Carrying out a file that was checked: some hundred rows in a transaction, with what became of each of them.

A process that dies takes back its batch and nothing else, and whoever comes next goes on with the rows that wait. The
key of each row's award keeps it from having a second effect, whatever else is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import Award, AwardKey, read_awards, write_awards
from engine.bulk import BulkStatement
from engine.crash import crash_point
from engine.enrollment import CustomerKey, enroll
from engine.files.checks import KINDS
from engine.files.kinds import BulkKind, KeptRow, Posting, kept_row
from engine.files.rows import RowProblem
from engine.gifts import GiftTerms, gift_terms
from engine.ledger import Ledger, MemberKey
from engine.redactions import Subject, find_erased
from engine.rules.days import start_of_day

BATCH_ROWS = 500

_LOCK = text("""
    SELECT kind, file_hash, reason, requested_by, now() FROM bulk_operations
    WHERE program_id = :program_id AND operation_id = :operation_id AND state = 'running' FOR UPDATE SKIP LOCKED
""")
_WAITING = text("""
    SELECT row_number, points, member_id, cells FROM bulk_rows
    WHERE program_id = :program_id AND operation_id = :operation_id AND state = 'waiting'
    ORDER BY row_number LIMIT :most
""")
_CLOSED = text("""
    SELECT member_id FROM members
    WHERE program_id = :program_id AND member_id = ANY(:member_ids) AND closed_at IS NOT NULL
""")
_JOINED = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint", "joined_at": "timestamptz"},
    """UPDATE members m SET joined_at = g.joined_at, version = m.version + 1 FROM given g
    WHERE m.program_id = g.program_id AND m.member_id = g.member_id AND m.joined_at > g.joined_at""",
)
_SETTLE = BulkStatement(
    {
        "program_id": "bigint", "operation_id": "bigint", "row_number": "integer", "state": "text", "problem": "text",
        "member_id": "bigint",
    },
    """UPDATE bulk_rows r SET state = g.state, problem = g.problem, member_id = g.member_id, cells = '{}',
        points = CASE WHEN g.state = 'applied' THEN r.points END
    FROM given g WHERE r.program_id = g.program_id AND r.operation_id = g.operation_id
        AND r.row_number = g.row_number""",
)  # fmt: skip
_PROGRESS = text("""
    UPDATE bulk_operations SET rows_done = rows_done + :settled, points_total = points_total - :lost,
        state = CASE WHEN :more THEN 'running' ELSE 'finished' END, updated_at = now()
    WHERE program_id = :program_id AND operation_id = :operation_id
""")


@dataclass(slots=True)
class _Batch:
    program_id: int
    operation_id: int
    kind: BulkKind
    file_hash: bytes
    reason: str
    actor: str
    now: datetime
    terms: GiftTerms
    rows: list[KeptRow]


@dataclass(slots=True)
class _Outcome:
    kept: KeptRow
    member_id: int | None = None
    problem: str | None = None


async def run_batch(
    connection: AsyncConnection, program_id: int, operation_id: int, most: int = BATCH_ROWS
) -> int | None:
    """Apply the next rows of a running operation in this transaction; returns how many were settled.

    None when it is not running, or when somebody else is at it just now.
    """
    key = {"program_id": program_id, "operation_id": operation_id}
    found = (await connection.execute(_LOCK, key)).one_or_none()
    if found is None:
        return None
    kind, file_hash, reason, actor, now = found
    waiting = (await connection.execute(_WAITING, {**key, "most": most + 1})).fetchall()
    batch = _Batch(
        program_id, operation_id, KINDS[kind], file_hash, reason, actor, now,
        await gift_terms(connection, program_id, now), [kept_row(*row) for row in waiting[:most]],
    )  # fmt: skip
    outcomes = await _apply(connection, batch)
    crash_point("bulk-after-ledger")
    await _SETTLE.run(connection, [_settled(batch, one) for one in outcomes])
    lost = sum(one.kept.row.points for one in outcomes if one.problem)
    progress = {"settled": len(outcomes), "lost": lost, "more": len(waiting) > most}
    await connection.execute(_PROGRESS, key | progress)
    crash_point("bulk-before-commit")
    return len(outcomes)


def _settled(batch: _Batch, one: _Outcome) -> tuple[Any, ...]:
    state = "refused" if one.problem else "applied"
    return batch.program_id, batch.operation_id, one.kept.row.number, state, one.problem, one.member_id


async def _apply(connection: AsyncConnection, batch: _Batch) -> list[_Outcome]:
    outcomes = await _with_members(connection, batch)
    members = sorted({MemberKey(batch.program_id, one.member_id) for one in outcomes if one.member_id is not None})
    if not members:
        return outcomes
    ledger = await Ledger.open(connection, members)
    if batch.kind.takes:
        await ledger.load_lots(members)
    await ledger.draw_ids(batch.kind.ids_per_row * len(outcomes))
    await _refuse_closed(connection, batch, ledger, outcomes)
    awards = await _post(connection, batch, ledger, outcomes)
    await _note_joining(connection, batch, outcomes)
    await ledger.write()
    await write_awards(connection, awards)
    return outcomes


async def _with_members(connection: AsyncConnection, batch: _Batch) -> list[_Outcome]:
    """The rows with their members; customers who are none yet become one, unless they were erased meanwhile."""
    outcomes = [_Outcome(kept, kept.member_id) for kept in batch.rows]
    new = [one for one in outcomes if one.member_id is None]
    erased = await find_erased(
        connection, [Subject(batch.program_id, one.kept.shop_id, _customer(one.kept), None, None) for one in new]
    )
    for position in erased:
        new[position].problem = "customer-erased"
    joining: dict[CustomerKey, datetime] = {}
    for one in new:
        if one.problem is None:
            key = CustomerKey(batch.program_id, one.kept.shop_id, _customer(one.kept))
            joining[key] = min(joining.get(key, batch.now), _joined_at(batch, one.kept))
    members = await enroll(connection, joining)
    for one in new:
        if one.problem is None:
            one.member_id = members[CustomerKey(batch.program_id, one.kept.shop_id, _customer(one.kept))]
    return outcomes


def _customer(kept: KeptRow) -> int:
    assert isinstance(kept.row.customer, int), "a row without a member names a customer"
    return kept.row.customer


def _joined_at(batch: _Batch, kept: KeptRow) -> datetime:
    joined_on = kept.row.joined_on
    return batch.now if joined_on is None else min(start_of_day(joined_on, batch.terms.zone), batch.now)


async def _refuse_closed(
    connection: AsyncConnection, batch: _Batch, ledger: Ledger, outcomes: Sequence[_Outcome]
) -> None:
    roots = [key.member_id for key in ledger.holdings]
    values = {"program_id": batch.program_id, "member_ids": roots}
    closed = {member_id for (member_id,) in await connection.execute(_CLOSED, values)}
    for one in outcomes:
        if one.member_id is not None:
            one.member_id = ledger.root(MemberKey(batch.program_id, one.member_id)).member_id
            one.problem = "customer-closed" if one.member_id in closed else None


async def _post(
    connection: AsyncConnection, batch: _Batch, ledger: Ledger, outcomes: Sequence[_Outcome]
) -> list[Award]:
    """Plan the points of every row that has no problem; a row whose award exists already has no second effect."""
    open_rows = [one for one in outcomes if one.problem is None]
    keys = [_key(batch, one) for one in open_rows]
    given = set(await read_awards(connection, keys))
    awards = []
    for one, key in zip(open_rows, keys, strict=True):
        if key in given:
            one.problem = batch.kind.repeated
            continue
        given.add(key)
        row = one.kept.row
        detail = {"reason": row.reason or batch.reason, "operation": str(batch.operation_id), "row": str(row.number)}
        posting = Posting(row, MemberKey(batch.program_id, one.member_id or 0), batch.file_hash, batch.actor, detail)
        try:
            award = batch.kind.post(ledger, batch.terms, posting)
        except RowProblem as problem:
            one.problem = str(problem)
        else:
            awards += [award] if award else []
    return awards


def _key(batch: _Batch, one: _Outcome) -> AwardKey:
    return batch.kind.key(MemberKey(batch.program_id, one.member_id or 0), batch.file_hash, one.kept.row)


async def _note_joining(connection: AsyncConnection, batch: _Batch, outcomes: Sequence[_Outcome]) -> None:
    """Who joined before they became a member here keeps that day."""
    joined: dict[int, datetime] = {}
    for one in outcomes:
        if one.problem is None and one.member_id is not None and one.kept.row.joined_on is not None:
            moment = _joined_at(batch, one.kept)
            joined[one.member_id] = min(joined.get(one.member_id, moment), moment)
    await _JOINED.run(connection, [(batch.program_id, member_id, moment) for member_id, moment in joined.items()])

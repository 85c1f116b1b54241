"""Partners' answers to statements, and the rows that they dispute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from engine.database import tenant_transaction
from engine.settlement.answers import AnswerRefused, StatementAnswer, answer_statement, answers_of
from engine.settlement.comparing import Difference, Leaf, compare, in_order
from engine.settlement.merkle import leaf_hash, root_of
from engine.settlement.reading import leaves_of
from engine.settlement.statements import Statement
from engine.settlement.suspense import suspense_of
from tests.support.settling import Settling

MARCH = datetime(2024, 3, 5, tzinfo=UTC)


async def answer(
    settling: Settling, statement: Statement, root: bytes, differences: Sequence[Difference] = (), *,
    agreed: bool = False, partner: int | None = None,
) -> StatementAnswer:  # fmt: skip
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        return await answer_statement(
            connection, settling.program_id, partner or statement.partner_id, statement.number, agreed=agreed,
            root=root, differences=differences, actor="partner-key:1",
        )  # fmt: skip


async def disputed(settling: Settling) -> list[tuple[str, str]]:
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        rows = await suspense_of(connection, settling.program_id)
    return [(row.problem, row.reference) for row in rows if row.problem != "unpaid"]


async def three_lines(settling: Settling) -> Statement:
    partner = await settling.partner()
    for points in (10, 20, 30):
        await settling.record(partner, "issued", points, MARCH, reference=f"A-{points}")
    return await settling.issue(partner)


async def test_a_partner_with_the_same_rows_comes_to_our_root_and_agrees(settling: Settling) -> None:
    statement = await three_lines(settling)
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        leaves = await leaves_of(connection, settling.program_id, statement.statement_id)
    made = await answer(settling, statement, root_of(one.hash for one in in_order(reversed(leaves))), agreed=True)
    assert (made.agreed, made.root) == (True, statement.root)
    # Saying it again changes nothing.
    assert await answer(settling, statement, statement.root, agreed=True) == made
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        assert await answers_of(connection, settling.program_id, statement.statement_id) == [made]


async def test_a_disagreement_points_to_the_rows_and_ends_with_an_agreement(settling: Settling) -> None:
    statement = await three_lines(settling)
    later = await settling.record(statement.partner_id, "issued", 40, MARCH)
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        ours = await leaves_of(connection, settling.program_id, statement.statement_id)
    altered = Leaf(ours[0].event, leaf_hash(b"another amount"))
    theirs = [altered, ours[1], Leaf(str(later), leaf_hash(b"later"))]
    found = compare(theirs, ours)
    assert found == (
        Difference("altered", ours[0].event, 0), Difference("missing_here", ours[2].event, None),
        Difference("missing_there", str(later), 2),
    )  # fmt: skip

    made = await answer(settling, statement, root_of(one.hash for one in theirs), found)

    assert (made.agreed, made.differences) == (False, found)
    assert await disputed(settling) == [
        ("different", ours[0].event), ("only_ours", ours[2].event), ("only_theirs", str(later))
    ]  # fmt: skip
    await answer(settling, statement, root_of(one.hash for one in theirs), found[:1])
    assert await disputed(settling) == [("different", ours[0].event)]
    await answer(settling, statement, statement.root, agreed=True)
    assert await disputed(settling) == []


REFUSED: list[tuple[list[Difference], bytes, bool, str]] = [
    ([], b"short", True, "ROOT_INVALID"), ([], b"x" * 32, True, "ROOT_DIFFERS"),
    ([Difference("altered", "1", 0)], b"x" * 32, False, "EVENT_UNKNOWN"),
    ([Difference("altered", "first", 0)], b"x" * 32, False, "DIFFERENCES_INVALID"),
    ([Difference("altered", "1", 0)] * 2, b"x" * 32, False, "DIFFERENCES_INVALID"),
    ([Difference("altered", "9" * 30, 0)], b"x" * 32, False, "DIFFERENCES_INVALID"),
    ([Difference("missing_there", str(n), 0) for n in range(1_001)], b"x" * 32, False, "DIFFERENCES_INVALID"),
]  # fmt: skip


async def test_what_is_no_answer_is_refused_and_changes_nothing(settling: Settling) -> None:
    statement = await three_lines(settling)
    for differences, root, agreed, code in REFUSED:
        with pytest.raises(AnswerRefused) as refused:
            await answer(settling, statement, root, differences, agreed=agreed)
        assert refused.value.code == code
    assert await settling.scalar("SELECT count(*) FROM statement_answers") == 0


async def test_a_partner_reaches_neither_statements_nor_events_of_another_one(settling: Settling) -> None:
    statement = await three_lines(settling)
    lake = await settling.partner(handle="lake")
    with pytest.raises(AnswerRefused) as refused:
        await answer(settling, statement, statement.root, agreed=True, partner=lake)
    assert refused.value.code == "STATEMENT_NOT_FOUND"
    theirs = await settling.record(lake, "issued", 1, MARCH)
    other = await settling.issue(lake)
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        (first, *_) = await leaves_of(connection, settling.program_id, statement.statement_id)
    with pytest.raises(AnswerRefused) as refused:
        await answer(settling, other, other.root, [Difference("altered", first.event, 0)])
    assert refused.value.code == "EVENT_UNKNOWN"
    assert (await answer(settling, other, other.root, [Difference("altered", str(theirs), 0)])).agreed is False


async def test_a_statement_is_answered_a_hundred_times_at_most(settling: Settling) -> None:
    statement = await three_lines(settling)
    await settling.scalar(
        """WITH made AS (INSERT INTO statement_answers (program_id, answer_id, statement_id, partner_id, agreed, root,
            actor) SELECT :program_id, -n, :statement_id, :partner_id, false, '', 'p' FROM generate_series(1, 100) n
            RETURNING 1) SELECT count(*) FROM made""",
        statement_id=statement.statement_id, partner_id=statement.partner_id,
    )  # fmt: skip
    with pytest.raises(AnswerRefused) as refused:
        await answer(settling, statement, statement.root, agreed=True)
    assert refused.value.code == "TOO_MANY"

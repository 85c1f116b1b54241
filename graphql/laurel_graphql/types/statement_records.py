"""Statements as the staff see them: what a cycle came to, and what the partner said to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple

import strawberry

from engine.settlement.answers import StatementAnswer, answers_of
from engine.settlement.reading import lines_of
from engine.settlement.reconciliation import reconciliations_of
from engine.settlement.statements import Statement as StatementFacts
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import After, First, PageInfo, cursor_of, cut, number_after
from laurel_graphql.types.statement_lines import (
    StatementDue,
    StatementLineConnection,
    StatementTotal,
    dues_of,
    lines_page,
    totals_of,
)


class _Place(NamedTuple):
    """Where a statement stands in a list: its own number counts for one partner only."""

    number: int


@strawberry.enum(description="How two lists of entries differ, as the partner sees it.")
class StatementProblem(Enum):
    ALTERED = strawberry.enum_value("ALTERED", description="Both have the entry, with other content.")
    MISSING_HERE = strawberry.enum_value("MISSING_HERE", description="The partner has no such entry.")
    MISSING_THERE = strawberry.enum_value("MISSING_THERE", description="We have no such entry.")


@strawberry.enum(description="Why the partner disputes an entry that it has as we do.")
class StatementDisputeReason(Enum):
    UNKNOWN_ORDER = strawberry.enum_value("UNKNOWN_ORDER", description="It never reported such an order.")
    WRONG_AMOUNT = strawberry.enum_value("WRONG_AMOUNT", description="It does not come to what was agreed.")
    UNKNOWN_AGREEMENT = strawberry.enum_value("UNKNOWN_AGREEMENT", description="It knows no such agreement.")
    TAKEN_BACK_TWICE = strawberry.enum_value("TAKEN_BACK_TWICE", description="It takes back more than was given.")


@strawberry.type(description="An entry that the partner's books have otherwise.")
class StatementDifference:
    problem: StatementProblem = strawberry.field(description="How they differ.")
    reason: StatementDisputeReason | None = strawberry.field(
        description="What the partner's own records say against an altered entry, where it said so."
    )
    event_id: str = strawberry.field(description="The entry's id.")


@strawberry.type(name="StatementAnswer", description="What the partner said to a statement.")
class StatementAnswerRecord:
    agreed: bool = strawberry.field(description="Whether the partner's books say the same.")
    root: str = strawberry.field(description="The root hash of the partner's books, as hexadecimal digits.")
    differences: list[StatementDifference] = strawberry.field(description="Where they differ; empty where agreed.")
    answered_at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="Who answered.")


@strawberry.type(name="Reconciliation", description="A file of the partner's, matched with a statement.")
class ReconciliationRecord:
    id: strawberry.ID = strawberry.field(description="The reconciliation's global id.")
    name: str = strawberry.field(description="The file's name.")
    rows_total: int = strawberry.field(description="How many rows it has.")
    matched: int = strawberry.field(description="How many of them agree.")
    differences: int = strawberry.field(description="About how many things the two sides differ.")
    created_at: datetime = strawberry.field(description="When.")
    created_by: str = strawberry.field(description="Who did it.")


@strawberry.type(name="Statement", description="What happened with a partner in a cycle: numbered and never changed.")
class StatementRecord:
    statement_number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The statement's global id.")
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    number: int = strawberry.field(description="Its number, without a gap for each partner.")
    starts_at: datetime = strawberry.field(description="The first moment of its cycle.")
    ends_at: datetime = strawberry.field(description="The first moment after it.")
    interim: bool = strawberry.field(description="Whether it ends before its cycle; the rest is in the next one.")
    line_count: int = strawberry.field(description="How many entries it has.")
    totals: list[StatementTotal] = strawberry.field(description="Sums by currency and kind.")
    dues: list[StatementDue] = strawberry.field(description="What it comes to, by currency.")
    root: str = strawberry.field(description="The root hash of its entries, as hexadecimal digits.")
    issued_at: datetime = strawberry.field(description="When it was issued.")
    issued_by: str = strawberry.field(description="Who issued it.")

    @computed("Its entries, in the order of their ids.")
    async def lines(self, info: MerchantInfo, first: First = 20, after: After = None) -> StatementLineConnection:
        """One page of them."""
        context, start = info.context, number_after(after, "StatementLine")
        async with context.reading() as connection:
            found = await lines_of(
                connection, context.program_id, self.statement_number,
                after=-1 if start is None else start - 1, most=first + 1,
            )  # fmt: skip
        return lines_page(found, first, after)

    @computed("What the partner said to it, newest first.")
    async def answers(self, info: MerchantInfo) -> list[StatementAnswerRecord]:
        """All that it ever said."""
        async with info.context.reading() as connection:
            found = await answers_of(connection, info.context.program_id, self.statement_number)
        return [_answer(one) for one in found]

    @computed("Files of the partner's that were matched with it, newest first.")
    async def reconciliations(self, info: MerchantInfo) -> list[ReconciliationRecord]:
        """Each file once."""
        async with info.context.reading() as connection:
            found = await reconciliations_of(connection, info.context.program_id, self.statement_number)
        return [
            ReconciliationRecord(
                id=strawberry.ID(gid("Reconciliation", one.reconciliation_id)), name=one.name,
                rows_total=one.rows_total, matched=one.matched,
                differences=one.differences, created_at=one.created_at, created_by=one.created_by,
            )
            for one in found
        ]  # fmt: skip


@strawberry.type(name="StatementEdge", description="A statement on a page.")
class StatementRecordEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: StatementRecord = strawberry.field(description="The statement.")


@strawberry.type(description="A page of statements.")
class StatementConnection:
    nodes: list[StatementRecord] = strawberry.field(description="The statements, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The statements, each with its cursor.")
    def edges(self) -> list[StatementRecordEdge]:
        """Made only where they are asked for."""
        return [
            StatementRecordEdge(cursor=cursor_of("Statement", node.statement_number), node=node) for node in self.nodes
        ]


def statement_of(record: StatementFacts) -> StatementRecord:
    """The statement of an engine's record."""
    return StatementRecord(
        statement_number=record.statement_id,
        id=strawberry.ID(gid("Statement", record.statement_id)),
        partner_id=strawberry.ID(gid("Partner", record.partner_id)),
        number=record.number,
        starts_at=record.starts_at,
        ends_at=record.ends_at,
        interim=record.interim,
        line_count=record.lines,
        totals=totals_of(record.totals),
        dues=dues_of(record.totals),
        root=record.root.hex(),
        issued_at=record.issued_at,
        issued_by=record.issued_by,
    )


def connection_of(records: Sequence[StatementFacts], first: int, after: str | None) -> StatementConnection:
    """A page of `first`, when `first + 1` statements were asked for and these were found."""
    places = [_Place(record.statement_id) for record in records]
    page = cut(places, "Statement", first, after)
    return StatementConnection(nodes=[statement_of(record) for record in records[:first]], page_info=page)


def _answer(record: StatementAnswer) -> StatementAnswerRecord:
    return StatementAnswerRecord(
        agreed=record.agreed,
        root=record.root.hex(),
        differences=[
            StatementDifference(
                problem=StatementProblem[one.problem.upper()],
                reason=None if one.reason is None else StatementDisputeReason[one.reason.upper()],
                event_id=one.event,
            )
            for one in record.differences
        ],
        answered_at=record.answered_at,
        actor=record.actor,
    )

"""Files of grants and opening balances: what they would do, how far they are, and what was wrong with which row."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.files.operations import BulkOperation as OperationFacts
from engine.files.operations import bulk_totals, refused_rows
from engine.files.rows import problem_text
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import First
from laurel_graphql.scalars import Points


@strawberry.enum(description="What the rows of a file are.")
class BulkOperationKind(Enum):
    GRANT = strawberry.enum_value("GRANT", description="Points given.")
    IMPORT = strawberry.enum_value("IMPORT", description="Opening balances.")


@strawberry.enum(description="How far a file is.")
class BulkOperationState(Enum):
    CHECKED = strawberry.enum_value("CHECKED", description="It was read and waits to be started.")
    RUNNING = strawberry.enum_value("RUNNING", description="Its rows are being applied.")
    FINISHED = strawberry.enum_value("FINISHED", description="All its rows were applied or refused.")
    CANCELED = strawberry.enum_value("CANCELED", description="No more of its rows are applied.")


@strawberry.type(description="How often rows of a file have one problem.")
class BulkProblemCount:
    code: str = strawberry.field(description="The problem, for programs.")
    count: int = strawberry.field(description="How often.")


@strawberry.type(description="The rows of a file, counted.")
class BulkTotals:
    applied: int = strawberry.field(description="Rows that were applied.")
    waiting: int = strawberry.field(description="Rows that would be or are still to be applied.")
    refused: int = strawberry.field(description="Rows without an effect.")
    points_applied: Points = strawberry.field(description="Points of the rows that were applied.")
    points_waiting: Points = strawberry.field(description="Points of the rows that wait.")
    members: int = strawberry.field(description="How many members the rows are about.")
    newcomers: int = strawberry.field(description="How many of them become members by it.")
    shared: int = strawberry.field(description="Rows about a member whom an earlier row is about, too.")
    problems: list[BulkProblemCount] = strawberry.field(description="How often each problem occurs.")


@strawberry.type(description="A row of a file that has no effect.")
class RefusedRow:
    row: int = strawberry.field(description="Its number, as a spreadsheet program counts; the header is row 1.")
    problem: str = strawberry.field(description="What is wrong with it, as a code with a detail.")
    message: str = strawberry.field(description="The same for people to read.")


@strawberry.type(description="A file of grants or opening balances.")
class BulkOperation:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The operation's global id.")
    kind: BulkOperationKind = strawberry.field(description="What its rows are.")
    name: str = strawberry.field(description="What the file is called.")
    state: BulkOperationState = strawberry.field(description="How far it is.")
    rows_total: int = strawberry.field(description="How many rows it has.")
    rows_done: int = strawberry.field(description="How many of them were applied or refused.")
    points_total: Points = strawberry.field(description="The points of the rows that were or will be applied.")
    reason: str = strawberry.field(description="Why, as it is kept with every grant.")
    requested_by: str = strawberry.field(description="Who handed it in or started it.")
    created_at: datetime = strawberry.field(description="When it was handed in.")
    updated_at: datetime = strawberry.field(description="When it last moved.")

    @computed("Its rows, counted.")
    async def totals(self, info: MerchantInfo) -> BulkTotals:
        """What the rows come to."""
        async with info.context.reading() as connection:
            found = await bulk_totals(connection, info.context.program_id, self.number)
        return BulkTotals(
            applied=found.applied,
            waiting=found.waiting,
            refused=found.refused,
            points_applied=Points(found.points_applied),
            points_waiting=Points(found.points_waiting),
            members=found.members,
            newcomers=found.newcomers,
            shared=found.shared,
            problems=[BulkProblemCount(code=code, count=count) for code, count in found.problems.items()],
        )

    @computed("Its rows without an effect, in the file's order.")
    async def refused_rows(
        self,
        info: MerchantInfo,
        first: First = 20,
        after_row: Annotated[int, strawberry.argument(description="Only those after this row.")] = 0,
    ) -> list[RefusedRow]:
        """What was wrong with which row."""
        async with info.context.reading() as connection:
            found = await refused_rows(
                connection, info.context.program_id, self.number, first=first, after=max(0, after_row)
            )
        return [RefusedRow(row=one.number, problem=one.problem, message=problem_text(one.problem)) for one in found]


def operation_of(record: OperationFacts) -> BulkOperation:
    """The operation of an engine's record."""
    return BulkOperation(
        number=record.operation_id,
        id=strawberry.ID(gid("BulkOperation", record.operation_id)),
        kind=BulkOperationKind[record.kind.upper()],
        name=record.name,
        state=BulkOperationState[record.state.upper()],
        rows_total=record.rows_total,
        rows_done=record.rows_done,
        points_total=Points(record.points_total),
        reason=record.reason,
        requested_by=record.requested_by,
        created_at=record.created_at,
        updated_at=record.updated_at,
    )

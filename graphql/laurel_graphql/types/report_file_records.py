"""Files of a partner's reports as the staff see them: how far each is, and which rows had no effect."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.conversions.report_files import ReportFile, refused_reports
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import First


@strawberry.enum(description="How far a file of reports is.")
class ReportFileState(Enum):
    CHECKED = strawberry.enum_value("CHECKED", description="It was read; nothing of it has an effect until it starts.")
    RUNNING = strawberry.enum_value("RUNNING", description="Its rows are being taken.")
    FINISHED = strawberry.enum_value("FINISHED", description="All of its rows were looked at.")
    CANCELED = strawberry.enum_value("CANCELED", description="No more of its rows are taken; what was taken stays.")


@strawberry.type(description="A row of a file that had no effect.")
class ReportFileProblem:
    row: int = strawberry.field(description="Its number, as spreadsheet programs count.")
    problem: str = strawberry.field(description="Why, as a code, with a detail after a colon where there is one.")


@strawberry.type(name="ReportFile", description="Reports of a partner in a file, as far as they were taken.")
class ReportFileRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The file's global id.")
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    name: str = strawberry.field(description="Its name.")
    state: ReportFileState = strawberry.field(description="How far it is.")
    rows_total: int = strawberry.field(description="How many rows it has.")
    ready: int = strawberry.field(description="How many are still to be taken.")
    applied: int = strawberry.field(description="How many had their effect.")
    waiting: int = strawberry.field(description="How many are refunds that wait for their purchase.")
    repeated: int = strawberry.field(description="How many were known already.")
    refused: int = strawberry.field(description="How many had no effect.")
    created_at: datetime = strawberry.field(description="When it was handed in.")
    created_by: str = strawberry.field(description="Who handed it in.")
    updated_at: datetime = strawberry.field(description="When it last went on.")

    @computed("Rows that had no effect, in the order of the file.")
    async def problems(
        self,
        info: MerchantInfo,
        first: First = 100,
        after_row: Annotated[int, strawberry.argument(description="The row after which the page starts.")] = 0,
    ) -> list[ReportFileProblem]:
        """One page of them."""
        async with info.context.reading() as connection:
            found = await refused_reports(
                connection, info.context.program_id, self.number, first=first, after=after_row
            )
        return [ReportFileProblem(row=one.number, problem=one.problem) for one in found]


def report_file_of(record: ReportFile) -> ReportFileRecord:
    """The file of an engine's record."""
    return ReportFileRecord(
        number=record.file_id,
        id=strawberry.ID(gid("ReportFile", record.file_id)),
        partner_id=strawberry.ID(gid("Partner", record.partner_id)),
        name=record.name,
        state=ReportFileState[record.state.upper()],
        rows_total=record.rows_total,
        ready=record.ready,
        applied=record.applied,
        waiting=record.waiting,
        repeated=record.repeated,
        refused=record.refused,
        created_at=record.created_at,
        created_by=record.created_by,
        updated_at=record.updated_at,
    )

"""Pools of partners' codes and the files that fill them, as the staff see them. Codes themselves are never shown."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from engine.offers.import_progress import PoolImport, imports_of
from engine.offers.pools import CodePool
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points


@strawberry.enum(description="How far a file of codes is.")
class PoolImportState(Enum):
    RUNNING = strawberry.enum_value("RUNNING", description="It is being read.")
    FINISHED = strawberry.enum_value("FINISHED", description="All of it was read.")
    BROKEN_OFF = strawberry.enum_value(
        "BROKEN_OFF", description="It ended early. What was read is kept; the same file can be sent again."
    )


@strawberry.type(description="A row of a file that was not taken.")
class PoolImportProblem:
    row: int | None = strawberry.field(description="Its number, from 1 on; null where the file could not be read on.")
    problem: str = strawberry.field(description="What is wrong, as a code.")


@strawberry.type(name="PoolImport", description="A file of codes, as far as it has come.")
class PoolImportRecord:
    id: strawberry.ID = strawberry.field(description="The import's global id.")
    name: str = strawberry.field(description="The file's name.")
    state: PoolImportState = strawberry.field(description="How far it is.")
    bytes_total: Points | None = strawberry.field(description="Its size, null where the sender did not say.")
    bytes_done: Points = strawberry.field(description="How much of it was read.")
    rows_added: Points = strawberry.field(description="Codes that were new.")
    rows_repeated: Points = strawberry.field(description="Codes that a pool of the partner had already.")
    rows_refused: Points = strawberry.field(description="Rows that are no codes.")
    problems: list[PoolImportProblem] = strawberry.field(description="What was wrong with the first of them.")
    created_at: datetime = strawberry.field(description="When it began.")
    updated_at: datetime = strawberry.field(description="When it last went on.")


@strawberry.type(name="CodePool", description="Codes that a partner gave to be handed out, one by one.")
class CodePoolRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The pool's global id.")
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    name: str = strawberry.field(description="Its name.")
    codes_left: Points = strawberry.field(description="How many can still be handed out; 0 once it has ended.")
    codes_added: Points = strawberry.field(description="How many were ever taken in.")
    low_water: Points = strawberry.field(description="Below so many it is said to run low.")
    low_since: datetime | None = strawberry.field(description="Since when it runs low, null while it does not.")
    expires_at: datetime | None = strawberry.field(description="The first moment at which nothing is handed out.")
    ended: bool = strawberry.field(description="Whether it was closed or has expired.")
    closed_at: datetime | None = strawberry.field(description="When it was closed.")
    created_at: datetime = strawberry.field(description="When it was made.")

    @computed("Its files, newest first; the last hundred.")
    async def imports(self, info: MerchantInfo) -> list[PoolImportRecord]:
        """With their progress, also while they are being read."""
        async with info.context.reading() as connection:
            found = await imports_of(connection, info.context.program_id, self.number)
        return [import_of(one) for one in found]


def pool_of(record: CodePool) -> CodePoolRecord:
    """The pool of an engine's record."""
    return CodePoolRecord(
        number=record.pool_id,
        id=strawberry.ID(gid("CodePool", record.pool_id)),
        partner_id=strawberry.ID(gid("Partner", record.partner_id)),
        name=record.name,
        codes_left=Points(record.codes_left),
        codes_added=Points(record.codes_added),
        low_water=Points(record.low_water),
        low_since=record.low_since,
        expires_at=record.expires_at,
        ended=record.ended,
        closed_at=record.closed_at,
        created_at=record.created_at,
    )


def import_of(record: PoolImport) -> PoolImportRecord:
    """The file of an engine's record."""
    return PoolImportRecord(
        id=strawberry.ID(gid("PoolImport", record.import_id)),
        name=record.name,
        state=PoolImportState[record.state.upper()],
        bytes_total=None if record.bytes_total is None else Points(record.bytes_total),
        bytes_done=Points(record.bytes_done),
        rows_added=Points(record.rows_added),
        rows_repeated=Points(record.rows_repeated),
        rows_refused=Points(record.rows_refused),
        problems=[PoolImportProblem(row=one.row, problem=one.problem) for one in record.problems],
        created_at=record.created_at,
        updated_at=record.updated_at,
    )

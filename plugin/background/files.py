"""Files of grants and opening balances that were started are carried out by any worker, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.files.operations import forget_old_rows, running_operations
from engine.files.runs import run_batch

BATCHES_AT_ONCE = 20
"""How much of one file is done before it is the next one's turn."""

log = structlog.get_logger("laurel.files")


async def carry_out_files(engine: AsyncEngine, programs: Sequence[int]) -> int:
    """Carry out a part of every file that was started; returns how many rows were settled.

    One that cannot go on holds up none of the others: it is tried again in the next round, and a person can cancel it.
    """
    async with tenant_transaction(engine, *programs) as connection:
        operations = await running_operations(connection)
    settled = 0
    for program_id, operation_id in operations:
        try:
            settled += await _carry_out(engine, program_id, operation_id)
        except DBAPIError as error:
            log.warning("file held up", program=program_id, operation=operation_id, error=type(error).__name__)
    return settled


async def _carry_out(engine: AsyncEngine, program_id: int, operation_id: int) -> int:
    settled = 0
    for _ in range(BATCHES_AT_ONCE):
        async with tenant_transaction(engine, program_id) as connection:
            done = await run_batch(connection, program_id, operation_id)
        if not done:
            break
        settled += done
    return settled


async def forget_files(engine: AsyncEngine, programs: Sequence[int]) -> int:
    """Drop what is no longer needed of the files that were handed in."""
    async with tenant_transaction(engine, *programs) as connection:
        return await forget_old_rows(connection)

"""What the worker does over and over for partners: approve what nobody decided, take the rows of their files."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.conversions.approving import approve_if_due, due_approvals
from engine.conversions.file_runs import BATCH_ROWS, run_report_file, running_files
from engine.database import tenant_transaction
from plugin.background.tenants import Tenants

APPROVED_AT_ONCE = 200

log = structlog.get_logger("laurel.rounds")


@dataclass(frozen=True, slots=True)
class PartnerRounds:
    """The rounds that take a transaction for each thing, over one process's engine."""

    engine: AsyncEngine
    tenants: Tenants

    async def approve(self) -> int:
        """Approve conversions whose hold is over, each by itself: the trouble of one holds up no other."""
        async with tenant_transaction(self.engine, *await self.tenants.read()) as connection:
            due = await due_approvals(connection, APPROVED_AT_ONCE)
        approved = 0
        for program_id, conversion_id in due:
            try:
                async with tenant_transaction(self.engine, program_id) as connection:
                    approved += await approve_if_due(connection, program_id, conversion_id)
            except Exception as error:
                log.error("conversion not approved", program=program_id, conversion=conversion_id, exc_info=error)
        return approved

    async def report_files(self) -> int:
        """Take the next rows of every file that was started; one that cannot go on holds up no other."""
        async with tenant_transaction(self.engine, *await self.tenants.read()) as connection:
            running = await running_files(connection)
        taken = 0
        for program_id, file_id in running:
            try:
                taken += await run_report_file(self.engine, program_id, file_id, BATCH_ROWS)
            except Exception as error:
                log.error("reports of a file held up", program=program_id, file=file_id, exc_info=error)
        return taken

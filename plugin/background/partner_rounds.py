"""What the worker does over and over for partners: approve what nobody decided, take the rows of their files."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.conversions.approving import approve_if_due, due_approvals
from engine.conversions.file_runs import BATCH_ROWS, run_report_file, running_files
from engine.database import tenant_transaction
from plugin.background.tenants import Tenants

APPROVED_AT_ONCE = 200
FILES_AT_ONCE = 100

log = structlog.get_logger("laurel.rounds")


@dataclass(frozen=True, slots=True)
class PartnerRounds:
    """The rounds that take a transaction for each thing, over one process's engine.

    What failed is passed over until everything else had its turn: many that fail for good hold up no others.
    """

    engine: AsyncEngine
    tenants: Tenants
    _failed: set[int] = field(default_factory=set)
    _failed_files: set[int] = field(default_factory=set)

    async def approve(self) -> int:
        """Approve conversions whose hold is over, each by itself: the trouble of one holds up no other."""
        async with tenant_transaction(self.engine, *await self.tenants.read()) as connection:
            due = await due_approvals(connection, APPROVED_AT_ONCE, self._failed)
        if len(due) < APPROVED_AT_ONCE:
            self._failed.clear()
        approved = 0
        for program_id, conversion_id in due:
            try:
                async with tenant_transaction(self.engine, program_id) as connection:
                    approved += await approve_if_due(connection, program_id, conversion_id)
            except Exception as error:
                self._failed.add(conversion_id)
                log.error("conversion not approved", program=program_id, conversion=conversion_id, exc_info=error)
        return approved

    async def report_files(self) -> int:
        """Take the next rows of every file that was started; one that cannot go on holds up no other."""
        async with tenant_transaction(self.engine, *await self.tenants.read()) as connection:
            running = await running_files(connection, FILES_AT_ONCE, self._failed_files)
        if len(running) < FILES_AT_ONCE:
            self._failed_files.clear()
        taken = 0
        for program_id, file_id in running:
            try:
                taken += await run_report_file(self.engine, program_id, file_id, BATCH_ROWS)
            except Exception as error:
                self._failed_files.add(file_id)
                log.error("reports of a file held up", program=program_id, file=file_id, exc_info=error)
        return taken

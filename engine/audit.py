"""Checks every invariant of the ledger and of what is derived from it, in one snapshot, each as a query that finds breaches.

A check returns how many rows it looked at and how many break the rule. What is only waiting (unsealed transactions, pending
deliveries) is lag, printed and no breach.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from engine.audit_chain import audit_chain, audit_hashes
from engine.audit_checks import CHECKS, LAGS
from engine.database import APPLICATION_ROLE, name_tenants, sqlalchemy_url


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One invariant: what it says, how many rows were looked at and how many break it."""

    name: str
    statement: str
    checked: int
    breaches: int


@dataclass(slots=True)
class AuditReport:
    """All checks of one snapshot, what lags behind, and how far history is sealed."""

    checks: list[CheckResult] = field(default_factory=list)
    lags: dict[str, int] = field(default_factory=dict)
    blocks: int = 0
    sealed_transactions: int = 0

    @property
    def breaches(self) -> int:
        """How many rows break a rule; 0 is what must be."""
        return sum(check.breaches for check in self.checks)


async def audit(connection: AsyncConnection, program_ids: list[int]) -> AuditReport:
    """Audit these programs. The connection's transaction should be REPEATABLE READ, so that all checks see one state."""
    report = AuditReport()
    for check in CHECKS:
        row = (await connection.execute(text(check.sql), {"programs": program_ids})).one()
        report.checks.append(CheckResult(check.name, check.statement, int(row.checked), int(row.breaches)))
    checked, wrong = await audit_hashes(connection, program_ids)
    statement = "each transaction's hash is that of its content and transfers"
    report.checks.append(CheckResult("content-hashes", statement, checked, wrong))
    chain = await audit_chain(connection, program_ids)
    statement = "blocks are numbered without gaps, chained, and hold the hashes of the transactions they name"
    report.checks.append(CheckResult("block-chain", statement, chain.blocks, chain.breaches))
    report.blocks, report.sealed_transactions = chain.blocks, chain.sealed
    for name, sql in LAGS.items():
        report.lags[name] = int((await connection.execute(text(sql), {"programs": program_ids})).scalar_one())
    return report


def run_audit(url: str, program_id: int | None = None) -> AuditReport:
    """Audit one program or all, by a connection of its own. Raises SQLAlchemyError when the database cannot be read."""
    return asyncio.run(_run(url, program_id))


async def _run(url: str, program_id: int | None) -> AuditReport:
    engine = create_async_engine(sqlalchemy_url(url), isolation_level="REPEATABLE READ")
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET ROLE {APPLICATION_ROLE}"))
            rows = await connection.execute(text("SELECT DISTINCT program_id FROM shop_directory ORDER BY program_id"))
            programs = [one for (one,) in rows if program_id in (None, one)]
            await name_tenants(connection, programs)
            return await audit(connection, programs)
    finally:
        await engine.dispose()

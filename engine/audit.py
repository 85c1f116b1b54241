"""Checks every invariant of the ledger and of what is derived from it, in one snapshot.

Each check is a query that tells how many rows it looked at and how many break the rule. What is only waiting (unsealed
transactions, pending deliveries) is lag, printed and no breach.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from engine.audit_chain import audit_chain, audit_hashes
from engine.audit_checks import CHECKS, LAGS
from engine.audit_orders import audit_orders
from engine.audit_standings import audit_standings
from engine.challenges.audit_checks import CHALLENGE_CHECKS
from engine.conversions.audit_checks import CONVERSION_CHECKS
from engine.database import APPLICATION_ROLE, create_engine, name_tenants, sqlalchemy_url, tenant_transaction
from engine.game.audit_game import audit_game
from engine.hosts.audit_checks import HOST_CHECKS
from engine.leaderboards.audit_checks import audit_boards
from engine.leaderboards.audit_seasons import audit_seasons
from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.keys import BoardRedis
from engine.leagues.audit_leagues import audit_leagues
from engine.offers.audit_checks import OFFER_CHECKS
from engine.offers.pool_audit import POOL_CHECKS
from engine.partners.audit_checks import PARTNER_CHECKS
from engine.perks.audit_checks import PERK_CHECKS
from engine.rewards.audit_checks import REWARD_CHECKS
from engine.settlement.audit_checks import SETTLEMENT_CHECKS
from engine.settlement.audit_statements import audit_statements

_DUE = text("""
    SELECT NOT EXISTS (SELECT FROM audits WHERE program_id = :program_id AND audited_at > now() - interval '23 hours')
""")
_CHECKS = (
    *CHECKS, *REWARD_CHECKS, *PERK_CHECKS, *CHALLENGE_CHECKS,
    *PARTNER_CHECKS, *OFFER_CHECKS, *POOL_CHECKS, *CONVERSION_CHECKS, *SETTLEMENT_CHECKS,
    *HOST_CHECKS,
)  # fmt: skip


class UnknownProgramError(Exception):
    """An audit was asked for a program that does not exist: nothing was checked, so nothing was found right."""


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
    boards_not_compared: int = 0

    @property
    def breaches(self) -> int:
        """How many rows break a rule; 0 is what must be."""
        return sum(check.breaches for check in self.checks)


async def audit(connection: AsyncConnection, program_ids: list[int]) -> AuditReport:
    """Audit these programs; a REPEATABLE READ transaction lets all checks see one state."""
    report = AuditReport()
    for check in _CHECKS:
        row = (await connection.execute(text(check.sql), {"programs": program_ids})).one()
        report.checks.append(CheckResult(check.name, check.statement, int(row.checked), int(row.breaches)))
    checked, wrong = await audit_hashes(connection, program_ids)
    statement = "each transaction's hash is that of its content and transfers"
    report.checks.append(CheckResult("content-hashes", statement, checked, wrong))
    checked, wrong = await audit_orders(connection, program_ids)
    statement = "what was posted for each order is what its stored facts are worth by the version that decided it"
    report.checks.append(CheckResult("orders-worth", statement, checked, wrong))
    checked, wrong = await audit_standings(connection, program_ids)
    statement = "each member's tier and memberships are what their facts and the versions say"
    report.checks.append(CheckResult("standings", statement, checked, wrong))
    checked, wrong = await audit_game(connection, program_ids)
    statement = "what each member reached, and the points for it, are what their facts and the definitions say"
    report.checks.append(CheckResult("achievements", statement, checked, wrong))
    checked, wrong = await audit_seasons(connection, program_ids)
    statement = "each closed season is what was sealed, and every prize belongs to a place that has it"
    report.checks.append(CheckResult("board-seasons", statement, checked, wrong))
    checked, wrong = await audit_leagues(connection, program_ids)
    statement = "the cohorts, places and outcomes of each week of a league follow from its seed and scores"
    report.checks.append(CheckResult("league-weeks", statement, checked, wrong))
    checked, wrong = await audit_statements(connection, program_ids)
    statement = "the sums, what is due, the root and the signed text of each statement follow from its events"
    report.checks.append(CheckResult("statements", statement, checked, wrong))
    chain = await audit_chain(connection, program_ids)
    statement = "blocks are numbered without gaps, chained, and hold the hashes of the transactions they name"
    report.checks.append(CheckResult("block-chain", statement, chain.blocks, chain.breaches))
    report.blocks, report.sealed_transactions = chain.blocks, chain.sealed
    for name, sql in LAGS.items():
        report.lags[name] = int((await connection.execute(text(sql), {"programs": program_ids})).scalar_one())
    return report


async def audit_due(engine: AsyncEngine, program_ids: Sequence[int], redis: BoardRedis | None = None) -> int:
    """Audit each of these programs that was not audited for a day, and record what was found; returns the breaches."""
    breaches = 0
    for program_id in program_ids:
        async with tenant_transaction(engine, program_id) as connection:
            lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended('laurel-audit', :program_id))")
            free = (await connection.execute(lock, {"program_id": program_id})).scalar_one()
            if not free or not (await connection.execute(_DUE, {"program_id": program_id})).scalar_one():
                continue
            # The lock is held while another connection reads for as long as it takes.
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            report = await _audit_snapshot(engine, program_id)
            await _audit_boards(report, engine, redis, [program_id])
            breaches += report.breaches
            await connection.execute(
                text("INSERT INTO audits VALUES (:program_id, now(), :checks, :breaches, :blocks, :sealed)"),
                {
                    "program_id": program_id, "checks": len(report.checks), "breaches": report.breaches,
                    "blocks": report.blocks, "sealed": report.sealed_transactions,
                },
            )  # fmt: skip
    return breaches


async def _audit_snapshot(engine: AsyncEngine, program_id: int) -> AuditReport:
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    async with tenant_transaction(snapshot, program_id) as connection:
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        return await audit(connection, [program_id])


async def last_breaches(connection: AsyncConnection) -> int:
    """How many breaches the newest audit of each of the named tenants found, in all."""
    newest = "SELECT DISTINCT ON (program_id) breaches FROM audits ORDER BY program_id, audited_at DESC"
    return int((await connection.execute(text(f"SELECT COALESCE(sum(breaches), 0) FROM ({newest}) a"))).scalar_one())


def run_audit(url: str, program_id: int | None = None, *, redis_url: str | None = None) -> AuditReport:
    """Audit one program or all, by a connection of its own; boards in Redis where it is named and answers.

    Raises UnknownProgramError, and SQLAlchemyError when the database cannot be read.
    """
    return asyncio.run(_run(url, program_id, redis_url))


async def _run(url: str, program_id: int | None, redis_url: str | None) -> AuditReport:
    engine = create_async_engine(sqlalchemy_url(url), isolation_level="REPEATABLE READ")
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET ROLE {APPLICATION_ROLE}"))
            rows = await connection.execute(text("SELECT DISTINCT program_id FROM shop_directory ORDER BY program_id"))
            programs = [one for (one,) in rows if program_id in (None, one)]
            if program_id is not None and not programs:
                raise UnknownProgramError(f"there is no program {program_id}")
            await name_tenants(connection, programs)
            report = await audit(connection, programs)
    finally:
        await engine.dispose()
    application, redis = create_engine(url), connect_boards(redis_url) if redis_url else None
    try:
        await _audit_boards(report, application, redis, programs)
    finally:
        await application.dispose()
        if redis is not None:
            await redis.aclose()
    return report


async def _audit_boards(
    report: AuditReport, engine: AsyncEngine, redis: BoardRedis | None, programs: Sequence[int]
) -> None:
    """Add what became of the boards: Redis is no part of the snapshot, so they are read in one of their own."""
    found = await audit_boards(engine, redis, programs)
    statement = "each board's scores are what its members' activities count, counted in two ways"
    report.checks.append(CheckResult("board-scores", statement, found.scores_checked, found.scores_wrong))
    statement = "Redis holds these scores, in the right order, and nobody else's"
    report.checks.append(CheckResult("board-entries", statement, found.entries_checked, found.entries_wrong))
    report.lags |= {"marked members of boards": found.members_behind, "boards updating": found.boards_updating}
    report.boards_not_compared = found.boards_not_compared

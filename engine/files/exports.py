"""What a merchant can take out: members, balances and transactions of a period, and what was moved in it altogether.

The columns are part of the contract with whoever reads the files: they are added to at the end and never renamed.
A period is made of whole days of the program's zone, both ends included. An export is read from one snapshot, so that
its rows agree with each other whatever happens meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO, Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.accounts import KINDS_PER_MEMBER, MemberAccount, ProgramAccount
from engine.database import name_tenants
from engine.files.writing import FileFormat, RowWriter, row_writer
from engine.publishing import live_version
from engine.rules.days import start_of_day

ExportName = Literal["members", "balances", "transactions", "totals"]
_ROWS_AT_A_TIME = 1_000
_TIMEOUT_MILLISECONDS = 300_000


class ExportTooLarge(Exception):  # noqa: N818  # named for the rule, as the field names it
    """There are more rows than were allowed; a shorter period has fewer."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the program, both included; open where one is None."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class _Export:
    columns: tuple[str, ...]
    sql: str


_IN_PERIOD = (
    "({0} >= :since OR CAST(:since AS timestamptz) IS NULL) AND ({0} < :until OR CAST(:until AS timestamptz) IS NULL)"
)
_SPENDABLE = """m.available - CASE WHEN m.next_expiry_at <= now() THEN COALESCE((
        SELECT sum(l.remaining) FROM lots l WHERE l.program_id = m.program_id AND l.member_id = m.member_id
        AND l.remaining > 0 AND l.expires_at <= now()), 0) ELSE 0 END"""


def _moves() -> str:
    """What a transfer does to points, by the kinds of its accounts."""
    p, m = ProgramAccount, MemberAccount
    moves = {
        (p.ISSUED, m.AVAILABLE): "earned", (p.ISSUED, m.PENDING): "pending", (m.PENDING, m.AVAILABLE): "released",
        (m.AVAILABLE, m.RESERVED): "reserved", (m.RESERVED, m.AVAILABLE): "returned",
        (m.RESERVED, p.REDEEMED): "spent", (m.AVAILABLE, p.REDEEMED): "spent", (p.REDEEMED, m.AVAILABLE): "restored",
        (m.DEBT, p.REDEEMED): "spent on credit", (m.AVAILABLE, p.EXPIRED): "expired",
        (p.EXPIRED, p.ISSUED): "expired and taken back", (m.AVAILABLE, p.ISSUED): "taken back",
        (m.PENDING, p.ISSUED): "taken back", (m.DEBT, p.ISSUED): "taken back and owed",
        (m.AVAILABLE, m.DEBT): "debt paid back",
    }  # fmt: skip
    kind = f"(f.{{}}_account % {KINDS_PER_MEMBER})"
    pair = f"{kind.format('debit')} * {KINDS_PER_MEMBER} + {kind.format('credit')}"
    cases = " ".join(f"WHEN {int(a) * KINDS_PER_MEMBER + int(b)} THEN '{name}'" for (a, b), name in moves.items())
    forgiven = f"{kind.format('debit')} = {int(p.WRITTEN_OFF)}"
    return f"CASE WHEN {forgiven} THEN 'written off' ELSE CASE {pair} {cases} ELSE 'moved' END END"


EXPORTS: dict[ExportName, _Export] = {
    "members": _Export(
        (
            "member_id",
            "shop",
            "customer_id",
            "joined_at",
            "closed_at",
            "merged_into",
            "available",
            "pending",
            "reserved",
            "debt",
            "lifetime",
            "next_expiry_at",
        ),
        f"""SELECT m.member_id, s.domain, c.customer_id, m.joined_at, m.closed_at, m.merged_into,
            ({_SPENDABLE})::bigint, m.pending, m.reserved, m.debt, m.lifetime, m.next_expiry_at
        FROM members m LEFT JOIN customers c ON c.program_id = m.program_id AND c.member_id = m.member_id
        LEFT JOIN shops s ON s.program_id = c.program_id AND s.shop_id = c.shop_id
        WHERE m.program_id = :program_id AND {_IN_PERIOD.format("m.joined_at")}
        ORDER BY m.member_id, c.shop_id, c.customer_id""",
    ),
    "balances": _Export(
        ("member_id", "opening", "added", "removed", "closing"),
        """SELECT m.member_id,
            COALESCE(sum(t.points) FILTER (WHERE t.recorded_at < :since), 0)::bigint,
            COALESCE(sum(t.points) FILTER (WHERE t.points > 0 AND (t.recorded_at >= :since
                OR CAST(:since AS timestamptz) IS NULL)), 0)::bigint,
            COALESCE(sum(t.points) FILTER (WHERE t.points < 0 AND (t.recorded_at >= :since
                OR CAST(:since AS timestamptz) IS NULL)), 0)::bigint,
            COALESCE(sum(t.points), 0)::bigint
        FROM members m LEFT JOIN transactions t ON t.program_id = m.program_id AND t.member_id = m.member_id
            AND (t.recorded_at < :until OR CAST(:until AS timestamptz) IS NULL)
        WHERE m.program_id = :program_id GROUP BY m.member_id ORDER BY m.member_id""",
    ),
    "transactions": _Export(
        (
            "transaction_id",
            "recorded_at",
            "occurred_at",
            "kind",
            "points",
            "member_id",
            "rule",
            "source",
            "source_id",
            "reason",
            "program_version",
            "corrects",
            "actor",
        ),
        f"""SELECT t.transaction_id, t.recorded_at, t.occurred_at, t.kind, t.points, t.member_id, a.rule, a.source,
            a.source_id, t.detail ->> 'reason', t.program_version, t.corrects, t.actor
        FROM transactions t LEFT JOIN awards a ON a.program_id = t.program_id AND a.award_id = t.award_id
        WHERE t.program_id = :program_id AND {_IN_PERIOD.format("t.recorded_at")}
        ORDER BY t.transaction_id""",
    ),
    "totals": _Export(
        ("status", "transactions", "points"),
        f"""SELECT x.status, count(DISTINCT x.transaction_id), sum(x.amount)::bigint FROM (
            SELECT {_moves()} AS status, f.transaction_id, f.amount
            FROM transactions t JOIN transfers f ON f.program_id = t.program_id AND f.transaction_id = t.transaction_id
            WHERE t.program_id = :program_id AND {_IN_PERIOD.format("t.recorded_at")}) x
        GROUP BY x.status ORDER BY x.status""",
    ),
}


async def write_export(
    engine: AsyncEngine, program_id: int, name: ExportName, period: Period, file_format: FileFormat, file: IO[bytes], *,
    rows_maximum: int | None = None, progress: Callable[[int], None] | None = None,
) -> int:  # fmt: skip
    """Write an export into an open file, with bounded memory; returns the number of its rows.

    `progress` is told how many rows were added. Raises ExportTooLarge beyond `rows_maximum`.
    """
    export = EXPORTS[name]
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        async with connection.begin():
            await name_tenants(connection, [program_id])
            await connection.execute(text("SET TRANSACTION READ ONLY"))
            await connection.execute(text(f"SET LOCAL statement_timeout = {_TIMEOUT_MILLISECONDS}"))
            values = {"program_id": program_id, **await _bounds(connection, program_id, period)}
            writer = await asyncio.to_thread(row_writer, file_format, file, export.columns)
            try:
                written = await _write_rows(connection, text(export.sql), values, writer, rows_maximum, progress)
            except BaseException:
                await asyncio.shield(asyncio.to_thread(writer.discard))
                raise
        await asyncio.to_thread(writer.finish)
    return written


async def _write_rows(
    connection: AsyncConnection, statement: TextClause, values: dict[str, Any], writer: RowWriter,
    rows_maximum: int | None, progress: Callable[[int], None] | None,
) -> int:  # fmt: skip
    written = 0
    streamed = await connection.stream(statement, values)
    try:
        async for rows in streamed.partitions(_ROWS_AT_A_TIME):
            written += len(rows)
            if rows_maximum is not None and written > rows_maximum:
                raise ExportTooLarge(f"there are more than {rows_maximum} rows; choose a shorter period")
            await asyncio.to_thread(writer.write, rows)
            if progress is not None:
                progress(len(rows))
    finally:
        await streamed.close()
    return written


async def _bounds(connection: AsyncConnection, program_id: int, period: Period) -> dict[str, datetime | None]:
    live = await live_version(connection, program_id)
    zone = live.definition.zone if live else ZoneInfo("UTC")
    first, last = period.first, period.last
    return {
        "since": start_of_day(first, zone) if first else None,
        "until": start_of_day(last + timedelta(days=1), zone) if last else None,
    }

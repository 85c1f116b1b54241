"""The ledger of benefits: each thing that a member got because of a membership or tier, with its value.

Values are absolute, in minor units of the shop's currency: who records a benefit again after a refund lowers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a perk was worth once; `grantor` is `plan:handle` or `tier:handle`. `points` have no value in money."""

    program_id: int
    member_id: int
    grantor: str
    perk: str
    shop_id: int
    source: str
    source_id: str
    occurred_at: datetime
    value_minor: int
    currency: str
    points: int = 0


@dataclass(frozen=True, slots=True)
class BenefitEntry:
    """A benefit as it is read; `entry_id` is its place in the list."""

    entry_id: int
    grantor: str
    perk: str
    occurred_at: datetime
    value_minor: int
    currency: str
    points: int


_COLUMNS = {
    "program_id": "bigint", "member_id": "bigint", "grantor": "text", "perk": "text", "shop_id": "bigint",
    "source": "text", "source_id": "text", "occurred_at": "timestamptz", "value_minor": "bigint", "currency": "text",
    "points": "bigint",
}  # fmt: skip
_RECORD = BulkStatement(
    _COLUMNS,
    f"""INSERT INTO benefit_entries (entry_id, {", ".join(_COLUMNS)})
    SELECT nextval('ledger_ids'), {", ".join(_COLUMNS)} FROM given
    ORDER BY program_id, shop_id, source, source_id, grantor, perk
    ON CONFLICT (program_id, shop_id, source, source_id, grantor, perk) DO UPDATE
    SET member_id = EXCLUDED.member_id, occurred_at = EXCLUDED.occurred_at, value_minor = EXCLUDED.value_minor,
        currency = EXCLUDED.currency, points = EXCLUDED.points""",
)
_MINE = """WITH mine AS MATERIALIZED (
        SELECT CAST(:member_id AS bigint) AS member_id
        UNION ALL SELECT member_id FROM members WHERE program_id = :program_id AND merged_into = :member_id)"""
_SAVED = text(f"""
    {_MINE} SELECT b.currency, sum(b.value_minor)::bigint AS saved FROM benefit_entries b
    WHERE b.program_id = :program_id AND b.member_id IN (SELECT member_id FROM mine)
    AND b.occurred_at >= :since AND b.occurred_at < :until AND b.value_minor > 0
    AND (CAST(:grantor AS text) IS NULL OR b.grantor = :grantor)
    GROUP BY b.currency ORDER BY b.currency
""")
_LIST = text(f"""
    {_MINE} SELECT b.entry_id, b.grantor, b.perk, b.occurred_at, b.value_minor, b.currency, b.points
    FROM benefit_entries b WHERE b.program_id = :program_id AND b.member_id IN (SELECT member_id FROM mine)
    AND b.entry_id < :before AND (b.value_minor > 0 OR b.points > 0) ORDER BY b.entry_id DESC LIMIT :first
""")
_NO_END = 2**63 - 1


async def record_benefits(connection: AsyncConnection, benefits: Iterable[Benefit]) -> None:
    """Keep benefits as they are worth now; of several with one key the last counts."""
    rows = {(one.program_id, one.shop_id, one.source, one.source_id, one.grantor, one.perk): one for one in benefits}
    await _RECORD.run(connection, [_row(one) for one in rows.values()])


async def saved_in(
    connection: AsyncConnection, program_id: int, member_id: int, since: datetime, until: datetime,
    grantor: str | None = None,
) -> dict[str, int]:  # fmt: skip
    """What benefits of that time were worth to a member, by currency; by default those of all plans and tiers."""
    given = {
        "program_id": program_id, "member_id": member_id, "since": since, "until": until, "grantor": grantor,
    }  # fmt: skip
    return {row.currency: row.saved for row in await connection.execute(_SAVED, given)}


async def benefits_of(
    connection: AsyncConnection, program_id: int, member_id: int, first: int, before: int | None = None
) -> list[BenefitEntry]:
    """A member's benefits that are worth something, newest first, from the one after `before` on."""
    given = {"program_id": program_id, "member_id": member_id, "first": first, "before": before or _NO_END}
    return [BenefitEntry(*row) for row in await connection.execute(_LIST, given)]


def _row(one: Benefit) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in _COLUMNS)

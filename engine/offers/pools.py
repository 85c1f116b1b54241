"""Pools of codes that a partner gave: made, listed, closed, and what becomes of the codes that nobody claimed.

What is left of a pool expires with it, in steps; what was claimed stays the member's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.codes import PARTS

POOLS_MAXIMUM = 500
"""The most open pools of a program at a time."""
NAME_MAXIMUM = 120
LOW_WATER_MAXIMUM = 1_000_000_000
_LIST_MAXIMUM = 2 * POOLS_MAXIMUM


class PoolRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A pool was not made or closed.

    `code`: INVALID, PARTNER_NOT_FOUND, ARCHIVED, TOO_MANY, POOL_NOT_FOUND, POOL_CLOSED.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class CodePool:
    """A pool as it stands. `ended`: closed or expired, so that nothing more is handed out."""

    program_id: int
    pool_id: int
    partner_id: int
    name: str
    expires_at: datetime | None
    low_water: int
    low_since: datetime | None
    created_at: datetime
    created_by: str
    closed_at: datetime | None
    ended: bool
    codes_left: int
    codes_added: int
    """All that were ever taken in."""


# Of a pool that is called `p`.
POOL_HAS_ENDED = "(p.closed_at IS NOT NULL OR (p.expires_at IS NOT NULL AND p.expires_at <= now()))"
LEFT_IN_POOL = """CAST((SELECT sum(n.codes_free) FROM pool_counts n
    WHERE n.program_id = p.program_id AND n.pool_id = p.pool_id) AS bigint)"""
_SELECT = f"""
    SELECT p.program_id, p.pool_id, p.partner_id, p.name, p.expires_at, p.low_water, p.low_since, p.created_at,
        p.created_by, p.closed_at, {POOL_HAS_ENDED} AS ended,
        CASE WHEN {POOL_HAS_ENDED} THEN 0 ELSE {LEFT_IN_POOL} END AS codes_left,
        CAST((SELECT COALESCE(sum(i.rows_added), 0) FROM pool_imports i
            WHERE i.program_id = p.program_id AND i.pool_id = p.pool_id) AS bigint) AS codes_added
    FROM code_pools p WHERE p.program_id = :program_id
"""
_ONE = text(f"{_SELECT} AND p.pool_id = :pool_id")
_OF_PARTNER = text(f"{_SELECT} AND p.partner_id = :partner_id ORDER BY p.pool_id DESC LIMIT :most")
_LIST = text(f"{_SELECT} ORDER BY p.pool_id DESC LIMIT :most")
_LEFT_OF = text(f"""
    SELECT p.pool_id, CASE WHEN {POOL_HAS_ENDED} THEN 0 ELSE {LEFT_IN_POOL} END
    FROM code_pools p WHERE p.program_id = :program_id AND p.pool_id = ANY(:pool_ids)
""")
_LOCK_PROGRAM = text("SELECT program_id FROM programs WHERE program_id = :program_id FOR UPDATE")
_COUNT = text(f"SELECT count(*) FROM code_pools p WHERE p.program_id = :program_id AND NOT {POOL_HAS_ENDED}")
_PARTNER = text("SELECT archived_at FROM partners WHERE program_id = :program_id AND partner_id = :partner_id")
_PAST = text("SELECT CAST(:moment AS timestamptz) <= now()")
_INSERT = text("""
    INSERT INTO code_pools (program_id, pool_id, partner_id, name, expires_at, low_water, created_by)
    VALUES (:program_id, nextval('ledger_ids'), :partner_id, :name, :expires_at, :low_water, :actor) RETURNING pool_id
""")
_INSERT_COUNTS = text("""
    INSERT INTO pool_counts (program_id, pool_id, part) SELECT :program_id, :pool_id, generate_series(0, :parts - 1)
""")
_CLOSE = text("""
    UPDATE code_pools SET closed_at = now()
    WHERE program_id = :program_id AND pool_id = :pool_id AND closed_at IS NULL RETURNING pool_id
""")


async def create_pool(
    connection: AsyncConnection, program_id: int, partner_id: int, name: str, *, expires_at: datetime | None = None,
    low_water: int = 0, actor: str,
) -> CodePool:  # fmt: skip
    """Make an empty pool. Raises PoolRefused: INVALID, PARTNER_NOT_FOUND, ARCHIVED, TOO_MANY."""
    named = name.strip()
    if not 1 <= len(named) <= NAME_MAXIMUM or not named.isprintable():
        raise PoolRefused("INVALID", "name", f"a name has 1 to {NAME_MAXIMUM} characters, on one line")
    if not 0 <= low_water <= LOW_WATER_MAXIMUM:
        raise PoolRefused("INVALID", "lowWater", f"the mark is from 0 to {LOW_WATER_MAXIMUM}")
    await connection.execute(_LOCK_PROGRAM, {"program_id": program_id})
    partner = (await connection.execute(_PARTNER, {"program_id": program_id, "partner_id": partner_id})).one_or_none()
    if partner is None:
        raise PoolRefused("PARTNER_NOT_FOUND", "partnerId", "the program has no such partner")
    if partner.archived_at is not None:
        raise PoolRefused("ARCHIVED", "partnerId", "the partner is archived")
    if expires_at is not None and (await connection.execute(_PAST, {"moment": expires_at})).scalar_one():
        raise PoolRefused("INVALID", "expiresAt", "the pool would be over already")
    if (await connection.execute(_COUNT, {"program_id": program_id})).scalar_one() >= POOLS_MAXIMUM:
        raise PoolRefused("TOO_MANY", None, f"a program has at most {POOLS_MAXIMUM} open pools at a time")
    given = {
        "program_id": program_id, "partner_id": partner_id, "name": named, "expires_at": expires_at,
        "low_water": low_water, "actor": actor,
    }  # fmt: skip
    pool_id = (await connection.execute(_INSERT, given)).scalar_one()
    await connection.execute(_INSERT_COUNTS, {"program_id": program_id, "pool_id": pool_id, "parts": PARTS})
    return await _read(connection, program_id, pool_id)


async def pools_of(connection: AsyncConnection, program_id: int, partner_id: int | None = None) -> list[CodePool]:
    """The pools of a program, or of one partner, newest first; at most a thousand."""
    given = {"program_id": program_id, "most": _LIST_MAXIMUM}
    if partner_id is None:
        rows = await connection.execute(_LIST, given)
    else:
        rows = await connection.execute(_OF_PARTNER, given | {"partner_id": partner_id})
    return [CodePool(**row) for row in rows.mappings()]


async def pool_of(connection: AsyncConnection, program_id: int, pool_id: int) -> CodePool | None:
    """One pool, ended or not; None when the program has no such one."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "pool_id": pool_id})).mappings().one_or_none()
    return CodePool(**row) if row else None


async def codes_left(connection: AsyncConnection, program_id: int, pool_ids: Sequence[int]) -> dict[int, int]:
    """How many codes of each pool can be claimed: none of one that has ended. A pool that does not exist is not in."""
    if not pool_ids:
        return {}
    rows = await connection.execute(_LEFT_OF, {"program_id": program_id, "pool_ids": list(pool_ids)})
    return {pool_id: int(left) for pool_id, left in rows}


async def close_pool(connection: AsyncConnection, program_id: int, pool_id: int) -> CodePool:
    """Hand out nothing more of a pool; what was claimed stays. Raises PoolRefused: POOL_NOT_FOUND, POOL_CLOSED."""
    key = {"program_id": program_id, "pool_id": pool_id}
    if (await connection.execute(_CLOSE, key)).one_or_none() is None:
        if await pool_of(connection, program_id, pool_id) is None:
            raise PoolRefused("POOL_NOT_FOUND", None, "the program has no such pool")
        raise PoolRefused("POOL_CLOSED", None, "the pool is closed already")
    return await _read(connection, program_id, pool_id)


async def _read(connection: AsyncConnection, program_id: int, pool_id: int) -> CodePool:
    known = await pool_of(connection, program_id, pool_id)
    assert known is not None, "it was written just now"
    return known

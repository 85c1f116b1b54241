"""What the worker looks after in pools: what has ended expires, what runs low is told, what was broken off says so."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.codes import PARTS, mark_low_water
from engine.offers.pools import LEFT_IN_POOL, POOL_HAS_ENDED

STEP = 5_000
"""How many codes expire in one statement."""
_MOST_POOLS = 20
_SILENT = "10 minutes"
"""After so long without a chunk an import is not running any more: whoever sent it is gone."""

_ENDED = text(f"""
    SELECT p.program_id, p.pool_id FROM code_pools p WHERE {POOL_HAS_ENDED} AND EXISTS (
        SELECT FROM pool_counts n WHERE n.program_id = p.program_id AND n.pool_id = p.pool_id AND n.codes_free > 0)
    ORDER BY p.program_id, p.pool_id LIMIT :most
""")
_LOCK_PARTS = text("""
    SELECT part FROM pool_counts WHERE program_id = :program_id AND pool_id = :pool_id ORDER BY part FOR UPDATE
""")
_EXPIRE = text(f"""
    WITH due AS (
        SELECT code_id FROM pool_codes WHERE program_id = :program_id AND pool_id = :pool_id AND state = 'free'
        ORDER BY code_id LIMIT :step FOR UPDATE SKIP LOCKED
    ), expired AS (
        UPDATE pool_codes SET state = 'expired' WHERE program_id = :program_id AND pool_id = :pool_id
        AND state = 'free' AND code_id = ANY(ARRAY(SELECT code_id FROM due)) RETURNING code_id
    ), counted AS (
        UPDATE pool_counts n SET codes_free = n.codes_free - e.codes
        FROM (SELECT code_id % {PARTS} AS part, count(*) AS codes FROM expired GROUP BY 1) e
        WHERE n.program_id = :program_id AND n.pool_id = :pool_id AND n.part = e.part
    )
    SELECT count(*) FROM expired
""")
_UNMARKED = text(f"""
    SELECT p.program_id, p.pool_id FROM code_pools p WHERE NOT {POOL_HAS_ENDED}
    AND (p.low_since IS NULL) = ({LEFT_IN_POOL} <= p.low_water) AND EXISTS (
        SELECT FROM pool_imports i WHERE i.program_id = p.program_id AND i.pool_id = p.pool_id AND i.rows_added > 0)
    ORDER BY p.program_id, p.pool_id LIMIT :most
""")
_TELL = text(f"""
    UPDATE code_pools p SET low_told_at = now()
    WHERE p.low_since IS NOT NULL AND p.low_told_at IS NULL AND NOT {POOL_HAS_ENDED}
    RETURNING p.program_id, p.pool_id, p.name, {LEFT_IN_POOL} AS codes_left
""")
_BREAK_OFF = text(f"""
    UPDATE pool_imports SET state = 'broken_off'
    WHERE state = 'running' AND updated_at < now() - interval '{_SILENT}' RETURNING import_id
""")


@dataclass(frozen=True, slots=True)
class LowPool:
    """A pool that somebody should fill up."""

    program_id: int
    pool_id: int
    name: str
    codes_left: int


async def expire_codes_of_pools(connection: AsyncConnection) -> int:
    """Expire a step of what is left in each ended pool of the named tenants; returns how many codes it was."""
    expired = 0
    for program_id, pool_id in (await connection.execute(_ENDED, {"most": _MOST_POOLS})).fetchall():
        key = {"program_id": program_id, "pool_id": pool_id}
        # Before the codes, which are taken only where nobody holds them: a claim holds a code and waits for a part.
        await connection.execute(_LOCK_PARTS, key)
        expired += (await connection.execute(_EXPIRE, key | {"step": STEP})).scalar_one()
    return expired


async def low_pools_to_tell(connection: AsyncConnection) -> list[LowPool]:
    """Pools of the named tenants that ran low and were not told of yet; they are told of once until filled up.

    Also marks what claims of the same moment could not see of each other.
    """
    for program_id, pool_id in (await connection.execute(_UNMARKED, {"most": _MOST_POOLS})).fetchall():
        await mark_low_water(connection, program_id, pool_id)
    return [LowPool(**row) for row in (await connection.execute(_TELL)).mappings()]


async def break_off_silent_imports(connection: AsyncConnection) -> int:
    """Say of the named tenants' imports that went silent that they were broken off; returns how many."""
    return len((await connection.execute(_BREAK_OFF)).fetchall())

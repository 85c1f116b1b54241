"""Codes of a pool, handed out one at a time: many claims at once get each a different one, and none that is left over.

A code is taken past those that others are just taking. Only when no other is left does a claim wait for them, as one of
them may be rolled back: fifty codes are fifty claims, whatever fails. PostgreSQL also keeps locks on rows that turn out
to be taken; those of the first look are let go before anybody waits, so that claims wait in one order only and never in
a circle. How many are free is counted in parts, so that claims do not wait for each other's row.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

PARTS = 8
"""Rows that the free codes of a pool are counted in; a code counts in the row of its id modulo this."""
_NEAR = 64
"""So close to its low-water mark a pool is counted under a lock: more than so many do not claim in one moment."""

OPEN_POOL = "p.closed_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > now())"
"""Of a pool that is called `p`."""
_KEY = "program_id = :program_id AND pool_id = :pool_id"


def _take(wait: str) -> str:
    # Found again by its place among the free ones: one index, whatever the planner believes of the table.
    return f"""
        WITH one AS (
            SELECT c.code_id FROM pool_codes c
            WHERE c.program_id = :program_id AND c.pool_id = :pool_id AND c.state = 'free' AND EXISTS (
                SELECT FROM code_pools p WHERE p.program_id = :program_id AND p.pool_id = :pool_id AND {OPEN_POOL})
            ORDER BY c.code_id LIMIT 1 FOR UPDATE OF c {wait}
        ), taken AS (
            UPDATE pool_codes SET state = 'claimed', claim_id = :claim_id
            WHERE {_KEY} AND state = 'free' AND code_id = (SELECT code_id FROM one) RETURNING code, code_id
        ), counted AS (
            UPDATE pool_counts SET codes_free = codes_free - 1
            WHERE {_KEY} AND part = (SELECT code_id % {PARTS} FROM taken)
        )
        SELECT taken.code, p.low_since IS NULL AND p.low_water + {_NEAR} >= (
            SELECT sum(codes_free) FROM pool_counts WHERE {_KEY}) AS near
        FROM taken, code_pools p WHERE p.program_id = :program_id AND p.pool_id = :pool_id
    """


TAKE_SQL = _take("SKIP LOCKED")
_TAKE = text(TAKE_SQL)
_TAKE_OR_WAIT = text(_take(""))
BEFORE_LOOK = text("SAVEPOINT code")
LET_GO = text("ROLLBACK TO SAVEPOINT code")
"""Everything since then is undone, and what was locked is let go; the savepoint itself stays until the commit."""
_LOCK_POOL = text(f"SELECT pool_id FROM code_pools WHERE {_KEY} FOR UPDATE")
_FREE = f"(SELECT sum(codes_free) FROM pool_counts WHERE {_KEY})"
_MARK = text(f"""
    UPDATE code_pools SET low_since = CASE WHEN {_FREE} <= low_water THEN now() END, low_told_at = NULL
    WHERE {_KEY} AND (low_since IS NULL) = ({_FREE} <= low_water)
""")
_MINE = """c.program_id = :program_id AND c.partner_id = :partner_id AND c.code = :code AND c.claim_id = :claim_id
    AND c.state = 'claimed'"""
_RETURN = text(f"""
    WITH returned AS (
        UPDATE pool_codes c SET claim_id = NULL, state = CASE WHEN {OPEN_POOL} THEN 'free' ELSE 'expired' END
        FROM code_pools p WHERE {_MINE} AND p.program_id = :program_id AND p.pool_id = c.pool_id
        RETURNING c.pool_id, c.code_id, c.state
    ), counted AS (
        UPDATE pool_counts n SET codes_free = n.codes_free + 1 FROM returned r
        WHERE n.program_id = :program_id AND n.pool_id = r.pool_id AND n.part = r.code_id % {PARTS} AND r.state = 'free'
    )
    SELECT r.pool_id, p.low_since IS NOT NULL AS low FROM returned r
    JOIN code_pools p ON p.program_id = :program_id AND p.pool_id = r.pool_id
""")
_VOID = text(f"UPDATE pool_codes c SET state = 'void' WHERE {_MINE} RETURNING c.code_id")


async def take_code(
    connection: AsyncConnection, program_id: int, pool_id: int, claim_id: int, *, marked: bool = False
) -> str | None:
    """Give a free code of an open pool to a claim, for good once the transaction commits; None when there is none.

    Where every free code is being taken by others, this waits for them as long as a lock may be waited for. `marked`:
    the caller set BEFORE_LOOK before, and wrote nothing since, as this may have to go back to it.
    """
    given = {"program_id": program_id, "pool_id": pool_id, "claim_id": claim_id}
    if not marked:
        await connection.execute(BEFORE_LOOK)
    row = (await connection.execute(_TAKE, given)).one_or_none()
    if row is None:
        await connection.execute(LET_GO)
        row = (await connection.execute(_TAKE_OR_WAIT, given)).one_or_none()
    if row is None:
        return None
    if row.near:
        await mark_low_water(connection, program_id, pool_id)
    code: str = row.code
    return code


async def return_code(connection: AsyncConnection, program_id: int, partner_id: int, code: str, claim_id: int) -> bool:
    """Let a code that was never shown to anybody be claimed again; in a pool that has ended it ends, too.

    False: the claim has no such code of a pool.
    """
    given = {"program_id": program_id, "partner_id": partner_id, "code": code, "claim_id": claim_id}
    row = (await connection.execute(_RETURN, given)).one_or_none()
    if row is not None and row.low:
        await mark_low_water(connection, program_id, row.pool_id)
    return row is not None


async def void_code(connection: AsyncConnection, program_id: int, partner_id: int, code: str, claim_id: int) -> bool:
    """Let nobody have a code any more, as somebody has seen it. False: the claim has no such code of a pool."""
    given = {"program_id": program_id, "partner_id": partner_id, "code": code, "claim_id": claim_id}
    return (await connection.execute(_VOID, given)).one_or_none() is not None


async def mark_low_water(connection: AsyncConnection, program_id: int, pool_id: int) -> None:
    """Say of a pool whether it has come down to its low-water mark, counted under the lock of its row."""
    key = {"program_id": program_id, "pool_id": pool_id}
    # By itself: a statement sees what was there when it began, not what it waited for.
    await connection.execute(_LOCK_POOL, key)
    await connection.execute(_MARK, key)

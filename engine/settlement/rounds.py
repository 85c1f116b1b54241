"""Cycles that are due are closed as time goes by: one statement a transaction, each partner by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction
from engine.partners.signing_store import Sign
from engine.settlement.closing import close_next

STATEMENTS_MAXIMUM = 50
"""The most statements of a partner in one round; the next round goes on."""
Failed = Callable[[int, Exception], None]
"""Hears of a partner whose books could not be closed, and why."""

_DUE = text("""
    SELECT program_id, partner_id FROM partners
    WHERE program_id = ANY(:programs) AND (next_closing_at IS NULL OR next_closing_at <= now())
    ORDER BY program_id, partner_id
""")


def _raise(_partner_id: int, error: Exception) -> None:
    raise error


async def partners_due(connection: AsyncConnection, program_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Program and partner wherever a cycle may have to be closed."""
    rows = await connection.execute(_DUE, {"programs": sorted(set(program_ids))})
    return [(row.program_id, row.partner_id) for row in rows]


async def close_due(engine: AsyncEngine, program_id: int, *, sign: Sign, failed: Failed = _raise) -> int:
    """Issue the statements of one program that are due; how many there were.

    The trouble of one partner, which `failed` hears of, holds up no other.
    """
    async with tenant_transaction(engine, program_id) as connection:
        due = await partners_due(connection, [program_id])
    issued = 0
    for _, partner_id in due:
        try:
            issued += await _close_partner(engine, program_id, partner_id, sign)
        except Exception as error:
            failed(partner_id, error)
    return issued


async def _close_partner(engine: AsyncEngine, program_id: int, partner_id: int, sign: Sign) -> int:
    for issued in range(STATEMENTS_MAXIMUM):
        async with tenant_transaction(engine, program_id) as connection:
            if await close_next(connection, program_id, partner_id, sign=sign) is None:
                return issued
    return STATEMENTS_MAXIMUM

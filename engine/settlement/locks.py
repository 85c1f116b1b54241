"""One after the other: whoever closes, pays or reconciles with one partner."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('settlement ' || :partner_id, :program_id))")


async def lock_settlement(connection: AsyncConnection, program_id: int, partner_id: int) -> None:
    """Wait for the partner's turn, and keep it to the end of the transaction; taken before any row of the partner.

    By itself and first: a statement sees what was there when it began, not what it waited for.
    """
    await connection.execute(_LOCK, {"program_id": program_id, "partner_id": str(partner_id)})

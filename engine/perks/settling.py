"""What came of making a perk's code or taking it back, written down in the transaction that settles the call.

Called again, or too late, it changes nothing.
"""

from __future__ import annotations

from sqlalchemy import Executable, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.perks.deliveries import Delivery

FAILURE_MAXIMUM = 200

_KEY = "WHERE program_id = :program_id AND delivery_id = :delivery_id"
_ISSUED = text(f"""
    UPDATE perk_deliveries SET external_id = :external_id, delivered_at = COALESCE(delivered_at, now()), failure = NULL,
        state = CASE WHEN state IN ('waiting', 'failed') THEN 'delivered' ELSE state END {_KEY}
""")
_FAILED = text(f"UPDATE perk_deliveries SET state = 'failed', failure = :failure {_KEY} AND state = 'waiting'")
_REVOKED = text(f"""
    UPDATE perk_deliveries SET state = 'revoked', revoked_at = now(), failure = NULL {_KEY} AND state = 'revoking'
""")
_KEPT = text(f"""
    UPDATE perk_deliveries SET state = 'delivered', delivered_at = COALESCE(delivered_at, created_at),
        failure = :failure, used_at = CASE WHEN :used THEN COALESCE(used_at, now()) ELSE used_at END
    {_KEY} AND state = 'revoking'
""")


async def issued(connection: AsyncConnection, one: Delivery, external_id: str) -> None:
    """The shop has the code. One that is to be taken back meanwhile stays so: its call comes next."""
    await _write(connection, _ISSUED, one, external_id=external_id)


async def not_issued(connection: AsyncConnection, one: Delivery, failure: str) -> None:
    """The shop will not make the code; why is told to the merchant."""
    await _write(connection, _FAILED, one, failure=failure[:FAILURE_MAXIMUM])


async def revoked(connection: AsyncConnection, one: Delivery) -> None:
    """The code is no longer good and nobody used it: who is entitled to one again gets another."""
    await _write(connection, _REVOKED, one)


async def found_used(connection: AsyncConnection, one: Delivery) -> None:
    """The code that was to be taken back had been used: it stays."""
    await _write(connection, _KEPT, one, used=True, failure=None)


async def not_revoked(connection: AsyncConnection, one: Delivery, failure: str) -> None:
    """The shop will not take the code back: it stays until it ends; why is told to the merchant."""
    await _write(connection, _KEPT, one, used=False, failure=failure[:FAILURE_MAXIMUM])


async def _write(connection: AsyncConnection, statement: Executable, one: Delivery, **values: object) -> None:
    await connection.execute(statement, {"program_id": one.program_id, "delivery_id": one.delivery_id, **values})

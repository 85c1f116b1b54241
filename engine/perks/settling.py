"""What came of making a perk's code or taking it back, written down in the transaction that settles the call.

Each locks the delivery. Called again, or too late, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.perks.deliveries import Delivery, delivery_of

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
# A member whose code was taken back may have come back meanwhile: what they are due is looked at once more.
_LOOK_AGAIN = text("""
    UPDATE member_tiers t SET review_at = now() FROM members m
    WHERE m.program_id = :program_id AND m.member_id = :member_id AND t.program_id = m.program_id
    AND t.member_id = CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END
""")


async def issued(connection: AsyncConnection, one: Delivery, external_id: str) -> None:
    """The shop has the code. One that is to be taken back meanwhile stays so: its call comes next."""
    await _write(connection, _ISSUED, one, external_id=external_id)


async def not_issued(connection: AsyncConnection, one: Delivery, failure: str) -> None:
    """The shop will not make the code; why is told to the merchant."""
    await _write(connection, _FAILED, one, failure=failure[:FAILURE_MAXIMUM])


async def revoked(connection: AsyncConnection, one: Delivery) -> None:
    """The code is no longer good and nobody used it."""
    if await _write(connection, _REVOKED, one):
        await connection.execute(_LOOK_AGAIN, {"program_id": one.program_id, "member_id": one.member_id})


async def found_used(connection: AsyncConnection, one: Delivery) -> None:
    """The code that was to be taken back had been used: it stays."""
    await _write(connection, _KEPT, one, used=True, failure=None)


async def not_revoked(connection: AsyncConnection, one: Delivery, failure: str) -> None:
    """The shop will not take the code back: it stays until it ends; why is told to the merchant."""
    await _write(connection, _KEPT, one, used=False, failure=failure[:FAILURE_MAXIMUM])


async def _write(connection: AsyncConnection, statement: Any, one: Delivery, **values: object) -> bool:
    if await delivery_of(connection, one.program_id, one.delivery_id, lock=True) is None:
        return False
    key: Mapping[str, object] = {"program_id": one.program_id, "delivery_id": one.delivery_id}
    return bool((await connection.execute(statement, {**key, **values})).rowcount)

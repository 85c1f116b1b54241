"""Purchases at partners that nobody decided are approved by themselves when their hold is over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.limits import NotCovered
from engine.conversions.posting import settle
from engine.conversions.store import lock_conversion, read_conversion
from engine.ledger import Ledger

ACTOR = "program"
# Without a lock: the member's row is locked first, here as everywhere; who was first is found out then.
_DUE = text("""
    SELECT program_id, conversion_id FROM conversions
    WHERE state = 'pending' AND approves_at <= now() AND conversion_id <> ALL(CAST(:without AS bigint[]))
    ORDER BY approves_at, conversion_id LIMIT :most
""")


async def due_approvals(
    connection: AsyncConnection, most: int = 200, without: Collection[int] = ()
) -> list[tuple[int, int]]:
    """Program and id of conversions of the named tenants whose hold is over, the longest over first.

    Those of `without` are passed over. Each is approved in a transaction of its own: see `receiving` for the locks.
    """
    rows = await connection.execute(_DUE, {"most": most, "without": list(without)})
    return [(row.program_id, row.conversion_id) for row in rows]


async def approve_if_due(connection: AsyncConnection, program_id: int, conversion_id: int) -> bool:
    """Approve a conversion as of the end of its hold, or decline it by the limit that it meets; False: not due."""
    found = await read_conversion(connection, program_id, conversion_id)
    if found is None:
        return False
    ledger = await Ledger.open(connection, [found.member])
    one = await lock_conversion(connection, program_id, conversion_id)
    if one.state != "pending" or one.approves_at is None or one.approves_at > ledger.now:
        return False
    at = one.approves_at
    try:
        if ledger.holdings[ledger.root(one.member)].has_left:
            raise NotCovered("MEMBER_LEFT")
        after = replace(one, state="approved", approves_at=None, approved_at=at)
        await settle(connection, after, "approved", at=at, actor=ACTOR)
    except NotCovered as limit:
        after = replace(one, state="declined", reason=limit.code, approves_at=None)
        await settle(connection, after, "declined", at=at, actor=ACTOR, reason=limit.code)
    return True

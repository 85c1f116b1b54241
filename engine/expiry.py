"""Points that ran out are taken off balances. Reads leave them out from their last instant on.

This makes it an entry.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.ledger import Ledger, MemberKey
from engine.taking import expire_due as expire_lots

_DUE = text("""
    SELECT program_id, member_id FROM members WHERE next_expiry_at <= now()
    ORDER BY program_id, member_id LIMIT :most FOR UPDATE SKIP LOCKED
""")


async def expire_due(connection: AsyncConnection, most: int = 500) -> int:
    """Expire what is due for up to `most` members of the named tenants; returns how many members were looked at."""
    members = [MemberKey(*row) for row in await connection.execute(_DUE, {"most": most})]
    if not members:
        return 0
    ledger = await Ledger.open(connection, members)
    await ledger.load_due_lots(members)
    for key in members:
        ledger.holdings[key].changed = True  # its next end is worked out again, due or not
    await expire_lots(ledger, members)
    await ledger.write()
    return len(members)

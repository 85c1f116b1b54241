"""After a definition was published, members are looked at again page by page: what was done before may count for it."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.following import Told, follow_each
from engine.ledger import MemberKey

SWEPT_AT_ONCE = 200

_OPEN = text("""
    SELECT program_id, last_member_id FROM game_sweeps ORDER BY started_at, program_id LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_PAGE = text("""
    SELECT program_id, member_id FROM members WHERE program_id = :program_id AND member_id > :after
    AND merged_into IS NULL ORDER BY member_id LIMIT :most
""")
_REACHED = text("UPDATE game_sweeps SET last_member_id = :reached WHERE program_id = :program_id")
_DONE = text("DELETE FROM game_sweeps WHERE program_id = :program_id")


async def sweep(connection: AsyncConnection, told: Told, most: int = SWEPT_AT_ONCE) -> int:
    """Look at the next page of members of one of the named tenants; returns how many those were."""
    found = (await connection.execute(_OPEN)).one_or_none()
    if found is None:
        return 0
    program_id, after = found
    rows = await connection.execute(_PAGE, {"program_id": program_id, "after": after, "most": most})
    members = [MemberKey(*row) for row in rows]
    await follow_each(connection, members, told)
    if len(members) < most:
        await connection.execute(_DONE, {"program_id": program_id})
    else:
        await connection.execute(_REACHED, {"program_id": program_id, "reached": members[-1].member_id})
    return len(members)

"""Members of a board or league looked at again after its rules of what looks like cheating changed: page by page."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.marking import mark_boards
from engine.ledger import MemberKey

PAGE = 2_000
"""How many members are marked in one step."""

_BEGIN = text("""
    INSERT INTO board_sweeps (program_id, definition_id) VALUES (:program_id, :definition_id)
    ON CONFLICT (program_id, definition_id) DO UPDATE SET last_member_id = 0
""")
_NEXT = text("""
    SELECT definition_id, last_member_id FROM board_sweeps WHERE program_id = :program_id
    ORDER BY definition_id LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_PAGE = text("""
    SELECT member_id FROM board_participants
    WHERE program_id = :program_id AND definition_id = :definition_id AND member_id > :after
    ORDER BY member_id LIMIT :most
""")
_ON = text("""
    UPDATE board_sweeps SET last_member_id = :last WHERE program_id = :program_id AND definition_id = :definition_id
""")
_END = text("DELETE FROM board_sweeps WHERE program_id = :program_id AND definition_id = :definition_id")


async def begin_sweep(connection: AsyncConnection, program_id: int, definition_id: int) -> None:
    """Let all who take part be looked at again, from the first on."""
    await connection.execute(_BEGIN, {"program_id": program_id, "definition_id": definition_id})


async def sweep_page(connection: AsyncConnection, program_id: int) -> int:
    """Mark the next members of a sweep of a program; returns how many, at least 1 while there is a sweep."""
    sweep = (await connection.execute(_NEXT, {"program_id": program_id})).one_or_none()
    if sweep is None:
        return 0
    key = {"program_id": program_id, "definition_id": sweep.definition_id}
    page = {**key, "after": sweep.last_member_id, "most": PAGE}
    members = list((await connection.execute(_PAGE, page)).scalars())
    await mark_boards(connection, [MemberKey(program_id, member_id) for member_id in members])
    if len(members) < PAGE:
        await connection.execute(_END, key)
    else:
        await connection.execute(_ON, {**key, "last": members[-1]})
    return max(1, len(members))

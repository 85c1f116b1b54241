"""Erasure of what boards and leagues know of a member: by which names they played, whom they knew, what they said.

Places and scores stay, as nobody's: without them the results of everybody else could not be checked any more.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.appeals import forget_appeals
from engine.leaderboards.friends import forget_friends
from engine.leaderboards.joining import erase_participation
from engine.ledger import MemberKey

_PERSON = text("""
    SELECT CAST(:member_id AS bigint) AS member_id
    UNION ALL SELECT m.member_id FROM members m WHERE m.program_id = :program_id AND m.merged_into = :member_id
""")
_RESULTS = text("""
    UPDATE board_results SET display_name = ''
    WHERE program_id = :program_id AND member_id = ANY(:members) AND display_name <> ''
""")
_ENTRIES = text("""
    UPDATE league_entries SET display_name = ''
    WHERE program_id = :program_id AND member_id = ANY(:members) AND display_name <> ''
""")


async def forget_member(connection: AsyncConnection, program_id: int, member_id: int) -> dict[str, int]:
    """Erase a member, with all who were merged into them, from boards and leagues; returns how many rows changed.

    They leave everything that they take part in. Doing it again changes nothing.
    """
    given = {"program_id": program_id, "member_id": member_id}
    members = list((await connection.execute(_PERSON, given)).scalars())
    for one in members:
        await erase_participation(connection, MemberKey(program_id, one))
    named = {"program_id": program_id, "members": members}
    return {
        "results": (await connection.execute(_RESULTS, named)).rowcount,
        "league_entries": (await connection.execute(_ENTRIES, named)).rowcount,
        "friendships": await forget_friends(connection, program_id, member_id),
        "appeals": await forget_appeals(connection, program_id, member_id),
    }

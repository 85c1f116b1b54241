"""Members of whom something changed that the game is worked out from: marked in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.ledger import MemberKey

_MARK = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, playing AS MATERIALIZED (
        SELECT g.program_id FROM (SELECT DISTINCT program_id FROM given) g
        WHERE EXISTS (SELECT FROM game_definitions d WHERE d.program_id = g.program_id)
    )
    INSERT INTO game_marks (program_id, member_id)
    SELECT g.program_id, g.member_id FROM given g JOIN playing p ON p.program_id = g.program_id""",
)


async def mark(connection: AsyncConnection, members: Iterable[MemberKey]) -> None:
    """Let the game of these members be worked out anew, within a second; nothing where a program has no game."""
    await _MARK.run(connection, sorted(set(members)))

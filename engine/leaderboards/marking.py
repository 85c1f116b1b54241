"""Members of whom something changed that boards are worked out from: marked in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.ledger import MemberKey

_MARK = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, playing AS MATERIALIZED (
        SELECT g.program_id FROM (SELECT DISTINCT program_id FROM given) g
        WHERE EXISTS (SELECT FROM game_definitions d
            WHERE d.program_id = g.program_id AND d.kind IN ('leaderboard', 'league'))
    )
    INSERT INTO board_marks (program_id, member_id)
    SELECT g.program_id, g.member_id FROM given g JOIN playing p ON p.program_id = g.program_id""",
)
_MARK_LEFT = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint", "definition_id": "bigint"},
    """INSERT INTO board_marks (program_id, member_id, definition_id)
    SELECT program_id, member_id, definition_id FROM given""",
)


async def mark_boards(connection: AsyncConnection, members: Iterable[MemberKey]) -> None:
    """Let the places of these members be worked out anew, within a second; nothing where there is no board."""
    await _MARK.run(connection, sorted(set(members)))


async def mark_left(connection: AsyncConnection, left: Iterable[tuple[MemberKey, int]]) -> None:
    """Let these members be taken off these boards (definition ids), which they no longer take part in."""
    await _MARK_LEFT.run(connection, [(*key, definition_id) for key, definition_id in sorted(set(left))])

"""The game of two members who became one: what both did counts for the one who stayed, who keeps what was reached."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.achievements import move_achievements
from engine.game.marking import mark
from engine.leaderboards.joining import move_participation, return_participation
from engine.ledger import MemberKey

_FORGET = text("DELETE FROM game_standings WHERE program_id = :program_id AND member_id = :member_id")


async def merge_game(connection: AsyncConnection, giver: MemberKey, receiver: MemberKey) -> None:
    """Give the receiver what the giver reached; both are locked. The rest follows from facts within a second."""
    await move_achievements(connection, giver, receiver)
    await connection.execute(_FORGET, giver._asdict())
    await move_participation(connection, giver, receiver)
    await mark(connection, [receiver])


async def part_game(connection: AsyncConnection, giver: MemberKey, receiver: MemberKey) -> None:
    """Let each play for themselves again; what the giver had reached is theirs anew, under new names."""
    await return_participation(connection, giver, receiver)
    await mark(connection, [giver, receiver])

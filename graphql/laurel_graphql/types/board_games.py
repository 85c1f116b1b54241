"""A program's boards and leagues by their ids, archived ones too: what results and entries are called by."""

from __future__ import annotations

from typing import Any

from engine.database import Connection
from engine.game.catalog import games_of
from engine.game.facts import Game


async def board_games(connection: Connection, program_id: int) -> dict[int, Game[Any]]:
    """All of them."""
    found = await games_of(connection, [program_id], ["leaderboard", "league"])
    return {game.definition_id: game for game in found.get(program_id, ())}

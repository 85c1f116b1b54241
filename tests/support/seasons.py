"""Closing seasons in tests, at the database's now or another moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.database import tenant_transaction, transaction_time
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.seasons import close_due
from engine.leaderboards.zones import zones_of
from tests.support.boards import OPENED, BoardWorld

_MOVE = """
    INSERT INTO program_versions (program_id, version, definition, effective_from, published_at, published_by)
    SELECT program_id, version + 1, definition || jsonb_build_object('time_zone', CAST(:zone AS text)), effective_from,
        :at, 'tests'
    FROM program_versions WHERE program_id = :program_id ORDER BY version DESC LIMIT 1
"""


async def close(world: BoardWorld, game: BoardGame, now: datetime | None = None, most: int = 20) -> int:
    """Close what is due of a board; returns how many periods."""
    async with tenant_transaction(world.engine, world.program_id) as connection:
        zones = (await zones_of(connection, [world.program_id]))[world.program_id]
        moment = now or await transaction_time(connection)
        done, _ = await close_due(connection, world.program_id, game, zones, moment, most)
    return done


async def move(world: BoardWorld, zone: str, at: datetime = OPENED - timedelta(days=400)) -> None:
    """Let the program have been moved to another zone at a moment."""
    await world.run(_MOVE, zone=zone, at=at)

"""Closing seasons in tests, at the database's now or another moment."""

from __future__ import annotations

from datetime import datetime

from engine.database import tenant_transaction, transaction_time
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.seasons import close_due
from engine.program import standing_zone
from engine.publishing import versions_of
from tests.support.boards import BoardWorld


async def close(world: BoardWorld, game: BoardGame, now: datetime | None = None, most: int = 20) -> int:
    """Close what is due of a board; returns how many periods."""
    async with tenant_transaction(world.engine, world.program_id) as connection:
        published = await versions_of(connection, [world.program_id])
        zone = standing_zone(published[world.program_id])
        moment = now or await transaction_time(connection)
        done, _ = await close_due(connection, world.program_id, game, zone, moment, most)
    return done

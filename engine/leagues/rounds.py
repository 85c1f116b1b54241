"""The next step of a league: the week that is over closes, the one that follows is formed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.zones import Zones
from engine.leagues.closing import close_due_week
from engine.leagues.forming import form_next
from engine.leagues.seasons import LeagueGame, newest_season, version_of

_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended('league ' || :definition_id, :program_id))")


async def keep_league(
    connection: AsyncConnection, program_id: int, game: LeagueGame, zones: Zones, now: datetime
) -> tuple[int, datetime | None]:
    """Take the steps of a league that are due; returns how many, and when the next one is, None for nobody knows.

    A league that another worker is about is left to it, and due.
    """
    given = {"program_id": program_id, "definition_id": game.definition_id}
    if not (await connection.execute(_TURN, given)).scalar_one():
        return 0, now
    closed = await close_due_week(connection, program_id, game, now)
    formed = await form_next(connection, program_id, game, zones, now)
    season = await newest_season(connection, program_id, game.definition_id)
    if season is None or season.closed_at is not None:
        return closed + formed, None
    return closed + formed, season.ends_at + timedelta(hours=version_of(game, season.version).settle_hours)

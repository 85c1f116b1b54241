"""What falls due for leagues by time alone: weeks that close, weeks that are formed, prizes."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.game.catalog import games_of
from engine.leaderboards.prizes import Told, nobody
from engine.leagues.closing import close_due_week
from engine.leagues.forming import form_next
from engine.leagues.league_prizes import give_due_of_leagues
from engine.program import standing_zone
from engine.publishing import versions_of

_PROGRAMS = text("SELECT DISTINCT program_id FROM game_definitions WHERE kind = 'league' ORDER BY program_id")
_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended('league ' || :definition_id, :program_id))")


async def keep_leagues(connection: AsyncConnection, told: Told = nobody) -> int:
    """Take the next step of each league of the named tenants; returns how many steps there were, 0 where none is due.

    A league that another worker is about is left to it.
    """
    now = await transaction_time(connection)
    programs = list((await connection.execute(_PROGRAMS)).scalars())
    games = await games_of(connection, programs, ["league"])
    published = await versions_of(connection, programs)
    steps = 0
    for program_id in programs:
        zone = standing_zone(published.get(program_id, []))
        for game in games.get(program_id, ()):
            given = {"program_id": program_id, "definition_id": game.definition_id}
            if (await connection.execute(_TURN, given)).scalar_one():
                closed = await close_due_week(connection, program_id, game, now)
                formed = await form_next(connection, program_id, game, zone, now)
                steps += closed + formed
    return steps + await give_due_of_leagues(connection, told)

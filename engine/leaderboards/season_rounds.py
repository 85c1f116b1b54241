"""What falls due for boards and leagues by time alone: closing, prizes, old evidence, the next week of a league."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.game.catalog import games_of
from engine.game.facts import GameKind
from engine.leaderboards.prizes import Told, nobody
from engine.leaderboards.quarantine import follow_time
from engine.leaderboards.season_prizes import give_due
from engine.leaderboards.seasons import close_due
from engine.leagues.rounds import keep_leagues

_RANKED: tuple[GameKind, ...] = ("leaderboard", "league")
_UNDECIDED = text("""
    SELECT DISTINCT program_id FROM board_quarantines WHERE lifted_at IS NULL AND decision IS NULL ORDER BY program_id
""")


async def keep_seasons(connection: AsyncConnection, told: Told = nobody) -> int:
    """Take a step of all that is due for the named tenants; returns how many things were done, 0 where nothing is.

    Run it again at once while it returns more. What another worker is about is left to it, and a crash repeats a step
    without doing anything twice. `told` hears of prizes that could not be given.
    """
    return (
        await close_due(connection)
        + await give_due(connection, told)
        + await keep_leagues(connection, told)
        + await _follow_time(connection)
    )


async def _follow_time(connection: AsyncConnection) -> int:
    """Look again at entries in quarantine that nobody decided about."""
    programs = list((await connection.execute(_UNDECIDED)).scalars())
    if not programs:
        return 0
    now = await transaction_time(connection)
    games = await games_of(connection, programs, _RANKED)
    return sum([await follow_time(connection, one, games.get(one, ()), now) for one in programs])

"""What falls due for boards and leagues by time alone: closing, prizes, old evidence, the next week of a league.

Each step is a transaction of its own for one program, so that the trouble of one holds up nobody else. When which game
is due next is remembered, so that a round of programs in which nothing is due costs a few statements for all of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction, transaction_time
from engine.game.catalog import games_of
from engine.game.facts import Game, GameKind
from engine.leaderboards.backlog import Backlog
from engine.leaderboards.prizes import Told, nobody
from engine.leaderboards.quarantine import LOOKED_AT_EVERY_HOURS, follow_time
from engine.leaderboards.season_prizes import give_due
from engine.leaderboards.seasons import close_due
from engine.leaderboards.sweeping import sweep_page
from engine.leaderboards.zones import Zones, zones_of
from engine.leagues.league_prizes import give_due_of_leagues
from engine.leagues.rounds import keep_league

SOON = timedelta(seconds=1)
"""How soon a game is looked at again at the earliest, such as one that another worker is about."""
LATER = timedelta(minutes=1)
"""When a program is tried again of which a step could not be done."""
LATEST = timedelta(hours=1)
"""Every game is looked at that often, whatever is remembered of it."""

Step = Callable[[AsyncConnection], Awaitable[int]]
Failed = Callable[[int, Exception], None]
"""Hears of a program of which a step could not be done, and why."""

_RANKED: tuple[GameKind, ...] = ("leaderboard", "league")
_PRIZES = text("""
    SELECT DISTINCT program_id FROM board_seasons
    WHERE program_id = ANY(:programs) AND prizes_due_at <= now() AND prizes_given_at IS NULL
    UNION SELECT program_id FROM league_seasons
    WHERE program_id = ANY(:programs) AND prizes_due_at <= now() AND prizes_given_at IS NULL ORDER BY program_id
""")
_SWEPT = text("SELECT DISTINCT program_id FROM board_sweeps WHERE program_id = ANY(:programs) ORDER BY program_id")
_UNDECIDED = text("""
    SELECT DISTINCT program_id FROM board_quarantines
    WHERE program_id = ANY(:programs) AND lifted_at IS NULL AND decision IS NULL
    AND looked_at < now() - make_interval(hours => :hours) ORDER BY program_id
""")
# Leagues that nobody has played yet begin when somebody comes.
_ENTERED = text("""
    SELECT d.definition_id FROM game_definitions d WHERE d.program_id = ANY(:programs) AND d.kind = 'league'
    AND EXISTS (SELECT FROM board_participants p
        WHERE p.program_id = d.program_id AND p.definition_id = d.definition_id)
""")


def _nothing(_program_id: int, error: Exception) -> None:
    raise error


class _Concerned(NamedTuple):
    """A game that is to be looked at, and what it was when it was found."""

    program_id: int
    game: Game[Any]
    zones: Zones
    state: object


@dataclass(slots=True)
class SeasonKeeper:
    """Takes the steps that are due, in one process; others may do the same at the same time.

    `told` hears of prizes that could not be given, `failed` of programs that are tried again a little later.
    """

    engine: AsyncEngine
    told: Told = nobody
    failed: Failed = _nothing
    _next: dict[tuple[int, int], tuple[object, datetime]] = field(default_factory=dict)
    """By program and game: what it was when it was looked at, and before when nothing is due."""
    _backlogs: dict[tuple[int, int], Backlog] = field(default_factory=dict)
    """By program and game that is looked at: what is to be worked out before anything of it is settled."""
    _waiting: dict[int, datetime] = field(default_factory=dict)
    """By program, until when it is left alone after something could not be done."""

    async def keep(self, programs: Iterable[int]) -> int:
        """Look at these programs once; returns how much was done. Look again at once while it is anything."""
        known = sorted(set(programs))
        if not known:
            return 0
        async with tenant_transaction(self.engine, *known) as connection:
            now = await transaction_time(connection)
            asked = [one for one in known if self._waiting.get(one, now) <= now]
            given = {"programs": asked, "hours": LOOKED_AT_EVERY_HOURS}
            games = await self._concerned(connection, asked, now)
            prizes = (await connection.execute(_PRIZES, given)).scalars().all()
            swept = (await connection.execute(_SWEPT, given)).scalars().all()
            undecided = (await connection.execute(_UNDECIDED, given)).scalars().all()
        steps: list[tuple[int, Step]] = [(one.program_id, partial(self._play, one)) for one in games]
        steps += [(program_id, self._give) for program_id in prizes]
        steps += [(program_id, partial(sweep_page, program_id=program_id)) for program_id in swept]
        steps += [(program_id, partial(_look_again, program_id)) for program_id in undecided]
        return sum([await self._try(program_id, now, step) for program_id, step in steps])

    async def _try(self, program_id: int, now: datetime, step: Step) -> int:
        """Do a step for one program; what cannot be done is tried again later, and holds up no other program."""
        if self._waiting.get(program_id, now) > now:
            return 0
        try:
            async with tenant_transaction(self.engine, program_id) as connection:
                return await step(connection)
        except Exception as error:
            self._waiting[program_id] = now + LATER
            self.failed(program_id, error)
            return 0

    async def _concerned(self, connection: AsyncConnection, programs: list[int], now: datetime) -> list[_Concerned]:
        """The games in which something may be due: their moment has come, or they are not what they were."""
        games = await games_of(connection, programs, _RANKED)
        zones = await zones_of(connection, programs)
        entered = set((await connection.execute(_ENTERED, {"programs": programs})).scalars())
        found = []
        for program_id, of_program in sorted(games.items()):
            for game in of_program:
                state = (len(game.versions), game.archived_at, zones[program_id], game.definition_id in entered)
                before, due_at = self._next.get((program_id, game.definition_id), (None, now))
                if before != state or due_at <= now:
                    found.append(_Concerned(program_id, game, zones[program_id], state))
        return found

    async def _play(self, one: _Concerned, connection: AsyncConnection) -> int:
        """Close or form what is due in a game, and remember when it is to be looked at next."""
        now, key = await transaction_time(connection), (one.program_id, one.game.definition_id)
        backlog = self._backlogs.setdefault(key, Backlog(now))
        if not await backlog.is_worked_off(connection, one.program_id, now):
            self._next[key] = one.state, now + SOON
            return 0
        step = close_due if one.game.kind == "leaderboard" else keep_league
        done, next_at = await step(connection, one.program_id, one.game, one.zones, now)
        due_at = now if done else min(max(next_at or now + LATEST, now + SOON), now + LATEST)
        self._next[key] = one.state, due_at
        if not done:
            del self._backlogs[key]
        return done

    async def _give(self, connection: AsyncConnection) -> int:
        return await give_due(connection, self.told) + await give_due_of_leagues(connection, self.told)


async def _look_again(program_id: int, connection: AsyncConnection) -> int:
    """Look again at entries in quarantine that nobody decided about."""
    games = await games_of(connection, [program_id], _RANKED)
    return await follow_time(connection, program_id, games.get(program_id, ()), await transaction_time(connection))

"""Which periods of which boards live in Redis: those that run, those that ended and still settle, the next one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.game.catalog import games_of
from engine.game.facts import GameKind
from engine.leaderboards.keys import BoardKey
from engine.leaderboards.periods import BoardGame, BoardPeriod, next_period, started_periods
from engine.leaderboards.zones import Zones, zones_of

SETTLING_MAXIMUM = 8
"""How many periods that ended are still kept, where closing them is behind."""

_CLOSED_IN_A_ROW = 3
"""Periods are closed one after the other: behind so many there is none left open."""

AHEAD = timedelta(minutes=10)
"""How long before it begins a period is made ready, so that it is there in its first moment."""

_BOARDS: tuple[GameKind, ...] = ("leaderboard",)
_CLOSED = text("""
    SELECT program_id, definition_id, period FROM board_seasons
    WHERE program_id = ANY(:programs) AND definition_id = ANY(:definitions) AND segment = ''
""")


@dataclass(frozen=True, slots=True)
class OpenBoards:
    """The periods of one program's boards that are open at a moment."""

    program_id: int
    games: tuple[BoardGame, ...]
    periods: tuple[BoardPeriod, ...]

    @classmethod
    def none(cls, program_id: int) -> OpenBoards:
        """Those of a program that has no board."""
        return cls(program_id, (), ())

    def key(self, board: BoardPeriod) -> BoardKey:
        """Where a period lies."""
        return BoardKey(self.program_id, board.game.definition_id, board.period.key)


async def open_boards(
    connection: AsyncConnection, programs: Iterable[int], now: datetime | None = None
) -> dict[int, OpenBoards]:
    """What is open in these programs, by default now by the database; programs without a live board are left out."""
    moment = now or await transaction_time(connection)
    asked = sorted(set(programs))
    games = await games_of(connection, asked, _BOARDS, archived=False)
    if not games:
        return {}
    zones = await zones_of(connection, games)
    definitions = [game.definition_id for boards in games.values() for game in boards]
    rows = await connection.execute(_CLOSED, {"programs": sorted(games), "definitions": definitions})
    closed = {tuple(row) for row in rows}
    found: dict[int, OpenBoards] = {}
    for program_id, boards in games.items():
        ended = {key[1:] for key in closed if key[0] == program_id}
        periods = tuple(one for game in boards for one in _open(game, moment, zones[program_id], ended))
        found[program_id] = OpenBoards(program_id, boards, periods)
    return found


def _open(game: BoardGame, now: datetime, zones: Zones, closed: set[tuple[object, ...]]) -> list[BoardPeriod]:
    found: list[BoardPeriod] = []
    coming = next_period(game, now, zones)
    if coming is not None and coming.period.starts_at is not None and coming.period.starts_at - now <= AHEAD:
        found.append(coming)
    settling = closed_in_a_row = 0
    for one in started_periods(game, now, zones):
        if one.period.ends_at is None or one.period.ends_at > now:
            found.append(one)
        elif (game.definition_id, one.period.key) not in closed:
            settling, closed_in_a_row = settling + 1, 0
            found.append(one)
        else:
            closed_in_a_row += 1
        if settling == SETTLING_MAXIMUM or closed_in_a_row == _CLOSED_IN_A_ROW:
            break
    return found

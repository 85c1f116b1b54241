"""A board as it is shown: ranks from Redis in one round trip, or from the frozen result; names from who takes part.

A name is shown only of who takes part now and is not in quarantine, whatever Redis still has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.leaderboards.asking import Entry, Look, Question, Standing, look
from engine.leaderboards.definitions import EVERYBODY
from engine.leaderboards.frozen import closed_at, look_at_result
from engine.leaderboards.keys import BoardKey, BoardRedis
from engine.leaderboards.periods import BoardGame, BoardPeriod, next_period, period_of_key, signature, started_periods
from engine.leaderboards.zones import Zones, zones_of

Status = Literal["LIVE", "UPDATING"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Whoever left, was erased or merged, or is in quarantine has no name here.
_NAMES = text("""
    SELECT p.member_id, p.display_name FROM board_participants p
    JOIN members m ON m.program_id = p.program_id AND m.member_id = p.member_id
    WHERE p.program_id = :program_id AND p.definition_id = :definition_id AND p.member_id = ANY(:members)
    AND m.merged_into IS NULL AND NOT EXISTS (SELECT FROM board_quarantines q
        WHERE q.program_id = p.program_id AND q.member_id = p.member_id AND q.definition_id = p.definition_id
        AND q.lifted_at IS NULL AND q.decision IS DISTINCT FROM 'cleared')
""")
_CLOSED = text("""
    SELECT period, starts_at, ends_at, closed_at FROM board_seasons
    WHERE program_id = :program_id AND definition_id = :definition_id AND segment = ''
    ORDER BY ends_at DESC, period LIMIT :most
""")


class BoardRow(NamedTuple):
    """A place that is shown, by the name that the member chose."""

    member_id: int
    display_name: str
    score: int
    rank: int


class ShownPeriod(NamedTuple):
    """A period that can be asked for; `closed_at` is when its result was frozen."""

    key: str
    starts_at: datetime | None
    ends_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class BoardView:
    """A segment of a period. While it is UPDATING it has no rows; what was frozen is always LIVE.

    `as_of` is how new the facts are that it was worked out from, or when it was frozen.
    """

    status: Status
    board: BoardPeriod
    segment: str
    closed_at: datetime | None
    as_of: datetime
    total: int | None = None
    top: tuple[BoardRow, ...] = ()
    around: tuple[BoardRow, ...] = ()
    friends: tuple[BoardRow, ...] = ()
    me: Standing | None = None


async def read_board(
    redis: BoardRedis | None, connection: AsyncConnection, program_id: int, game: BoardGame, *,
    period: str | None = None,
    segment: str = EVERYBODY, member_id: int | None = None, top: int = 10, first: int = 0, span: int | None = None,
    friends: Iterable[int] = (), now: datetime | None = None, zones: Zones | None = None,
) -> BoardView | None:  # fmt: skip
    """One look at a board, by default at the period that runs; None for a period or segment that there is not.

    `top` places after the first `first` ones; `span` entries above and below the member. Without Redis, what is not
    closed is UPDATING. `now` and the program's `zones` are read where they are not given. Raises ValueError for more
    than 100 rows.
    """
    moment = now or await transaction_time(connection)
    zones = zones or (await zones_of(connection, [program_id]))[program_id]
    board = _board(game, period, moment, zones)
    if board is None or segment not in board.version.definition.segment_keys:
        return None
    around = 0 if span is None or member_id is None else 2 * span + 1
    question = Question(first, top, member_id, around, tuple(friends))
    key = BoardKey(program_id, game.definition_id, board.period.key)
    closed = None
    if board.period.ends_at is not None and board.period.ends_at <= moment:
        closed = await closed_at(connection, key, segment)
    found: Look | None = None
    if closed is not None:
        found = await look_at_result(connection, key, segment, closed, question)
    elif redis is not None:
        found = await look(redis, key, segment, board.version.definition.ranking, signature(board), question)
    if found is None:
        return BoardView("UPDATING", board, segment, None, moment)
    as_of = closed or _EPOCH + timedelta(milliseconds=found.as_of_milliseconds)
    return await _shown(connection, key, found, BoardView("LIVE", board, segment, closed, as_of), member_id)


async def periods_of(
    connection: AsyncConnection, program_id: int, game: BoardGame, now: datetime | None = None, most: int = 10,
    zones: Zones | None = None,
) -> tuple[ShownPeriod, ...]:  # fmt: skip
    """The periods of a board that can be asked for, newest first: the running one, those that settle, closed ones."""
    moment = now or await transaction_time(connection)
    zones = zones or (await zones_of(connection, [program_id]))[program_id]
    given = {"program_id": program_id, "definition_id": game.definition_id, "most": most}
    closed = {row.period: ShownPeriod(*row) for row in await connection.execute(_CLOSED, given)}
    found: dict[str, ShownPeriod] = {}
    for one in started_periods(game, moment, zones):
        if len(found) == most:
            break
        if one.period.key not in found:
            found[one.period.key] = closed.get(one.period.key) or ShownPeriod(*one.period, None)
    older = [one for key, one in closed.items() if key not in found]
    return tuple([*found.values(), *older][:most])


def _board(game: BoardGame, period: str | None, now: datetime, zones: Zones) -> BoardPeriod | None:
    """The period of a key, or that which runs, or began last; before the first one has begun, that one."""
    if period is not None:
        return period_of_key(game, period, now, zones)
    return next(started_periods(game, now, zones), None) or next_period(game, now, zones)


async def _shown(
    connection: AsyncConnection, key: BoardKey, found: Look, view: BoardView, member_id: int | None
) -> BoardView:
    """The same with names, and without whoever has none any more."""
    members = {entry.member_id for entries in (found.places, found.around, found.friends) for entry in entries}
    mine = set() if member_id is None else {member_id}
    given = {"program_id": key.program_id, "definition_id": key.definition_id, "members": sorted(members | mine)}
    names: dict[int, str] = {row.member_id: row.display_name for row in await connection.execute(_NAMES, given)}
    return BoardView(
        view.status, view.board, view.segment, view.closed_at, view.as_of, found.total,
        _rows(found.places, names), _rows(found.around, names), _rows(found.friends, names),
        found.me if member_id in names else None,
    )  # fmt: skip


def _rows(entries: Sequence[Entry], names: Mapping[int, str]) -> tuple[BoardRow, ...]:
    return tuple(
        BoardRow(one.member_id, names[one.member_id], one.score, one.rank) for one in entries if one.member_id in names
    )

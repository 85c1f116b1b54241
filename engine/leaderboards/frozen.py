"""A look at a period that was closed: its ranks are rows of the frozen result, which nothing changes any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.asking import Entry, Look, Question, Standing
from engine.leaderboards.keys import BoardKey
from engine.leaderboards.ranking import percentile

_OF = "program_id = :program_id AND definition_id = :definition_id AND period = :period AND segment = :segment"
_SEASON = text(f"SELECT closed_at, entries FROM board_seasons WHERE {_OF}")
_ME = text(f"SELECT place, rank, score FROM board_results WHERE {_OF} AND member_id = :member_id")
_PLACES = text(f"""
    SELECT member_id, score, rank FROM board_results WHERE {_OF} AND place > :start AND place <= :start + :count
    ORDER BY place
""")
_FRIENDS = text(f"""
    SELECT member_id, score, rank FROM board_results WHERE {_OF} AND member_id = ANY(:members) ORDER BY place
""")


async def closed_at(connection: AsyncConnection, key: BoardKey, segment: str) -> datetime | None:
    """When a period was closed; None while it is not."""
    row = (await connection.execute(_SEASON, _given(key, segment))).one_or_none()
    return None if row is None else row.closed_at


async def look_at_result(
    connection: AsyncConnection, key: BoardKey, segment: str, closed: datetime, question: Question
) -> Look:
    """What a look at a closed period shows."""
    given = _given(key, segment)
    total: int = (await connection.execute(_SEASON, given)).one().entries
    mine = None
    if question.member_id is not None:
        mine = (await connection.execute(_ME, {**given, "member_id": question.member_id})).one_or_none()
    around: tuple[Entry, ...] = ()
    if mine is not None and question.around:
        start = max(0, min(mine.place - 1 - question.around // 2, total - question.around))
        around = await _places(connection, given, start, question.around)
    friends: tuple[Entry, ...] = ()
    if question.friends:
        rows = await connection.execute(_FRIENDS, {**given, "members": list(question.friends)})
        friends = tuple(Entry(*row) for row in rows)
    return Look(
        (closed - datetime.fromtimestamp(0, closed.tzinfo)) // timedelta(milliseconds=1), total,
        await _places(connection, given, question.start, question.count), around, friends,
        None if mine is None else Standing(mine.rank, mine.score, percentile(mine.place, total)),
    )  # fmt: skip


async def _places(connection: AsyncConnection, given: dict[str, Any], start: int, count: int) -> tuple[Entry, ...]:
    rows = await connection.execute(_PLACES, {**given, "start": start, "count": count})
    return tuple(Entry(*row) for row in rows)


def _given(key: BoardKey, segment: str) -> dict[str, Any]:
    return {**key._asdict(), "segment": segment}

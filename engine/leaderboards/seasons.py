"""A period of a board closes: its ranks are worked out from the ledger once more and frozen.

One transaction does all of it, so a crash anywhere leaves a period open or closed, never half. What happens later, a
refund or a late order, changes no place; `results` notes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.crash import crash_point
from engine.database import transaction_time
from engine.leaderboards.definitions import EVERYBODY, LeaderboardDefinition, Period, Ranking
from engine.leaderboards.periods import BoardGame, BoardPeriod, next_period, settles_at, started_periods
from engine.leaderboards.quarantine import look_at
from engine.leaderboards.scores import scores_of, scores_query
from engine.leaderboards.zones import Zones
from engine.rules.days import LAST_MOMENT

CLOSED_IN_A_ROW = 20
"""After so many closed periods, one behind the other, no open one is looked for any further back."""

_CLOSED = text("""
    SELECT period FROM board_seasons
    WHERE program_id = :program_id AND definition_id = :definition_id AND segment = ''
""")
_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended('season ' || :definition_id, :program_id))")
_PATIENCE = text("SET LOCAL statement_timeout = '15min'")
"""A board of millions is frozen by one statement, which no other waits for."""
_OPEN = text("""
    INSERT INTO board_seasons (program_id, definition_id, period, segment, version, zone, starts_at, ends_at, entries,
        result_hash)
    SELECT :program_id, :definition_id, :period, s.segment, :version, :zone, :starts_at, :ends_at, 0, ''
    FROM unnest(CAST(:segments AS text[])) AS s(segment) ON CONFLICT DO NOTHING RETURNING segment
""")
_RANKS: dict[Ranking, str] = {
    "ordinal": "row_number() OVER (PARTITION BY g.segment ORDER BY s.score DESC, s.reached_at, s.member_id)",
    "competition": "rank() OVER (PARTITION BY g.segment ORDER BY s.score DESC)",
    "dense": "dense_rank() OVER (PARTITION BY g.segment ORDER BY s.score DESC)",
}
# All segments from one working out; the rows of a million members never leave the database.
_FREEZE = """
    INSERT INTO board_results (program_id, definition_id, period, segment, place, member_id, display_name, rank, score,
        reached_at)
    SELECT :program_id, :definition_id, :period, r.segment, r.place, r.member_id, p.display_name, r.rank, r.score,
        r.reached_at
    FROM (
        SELECT g.segment, s.member_id, s.score, s.reached_at, {ordinal} AS place, {rank} AS rank
        FROM ({scores}) s
        JOIN unnest(CAST(:segments AS text[]), CAST(:bits AS bigint[])) AS g(segment, bit) ON s.segments & g.bit <> 0
    ) r JOIN board_participants p ON p.program_id = :program_id AND p.definition_id = :definition_id
        AND p.member_id = r.member_id
"""
CONTENT = """count(*) AS entries, sha256(convert_to(string_agg(concat_ws(' ', place, member_id, rank, score,
        CAST(extract(epoch FROM reached_at) * 1000 AS bigint)), chr(10) ORDER BY place), 'UTF8')) AS content"""
"""How many places the rows of a segment have, and the hash of them, as columns."""

_CONTENT = text(f"""
    SELECT segment, {CONTENT} FROM board_results
    WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period GROUP BY segment
""")
_SEAL = BulkStatement(
    {
        "program_id": "bigint", "definition_id": "bigint", "period": "text", "segment": "text", "entries": "bigint",
        "result_hash": "bytea", "prizes_due_at": "timestamptz",
    },
    """UPDATE board_seasons s SET entries = g.entries, result_hash = g.result_hash, prizes_due_at = g.prizes_due_at
    FROM given g WHERE s.program_id = g.program_id AND s.definition_id = g.definition_id AND s.period = g.period
    AND s.segment = g.segment""",
)  # fmt: skip


async def close_due(
    connection: AsyncConnection, program_id: int, game: BoardGame, zones: Zones, now: datetime, most: int = 20
) -> tuple[int, datetime | None]:
    """Close periods of a board whose time has come, the oldest first.

    Returns how many, and when the next one is due as far as is known; what another worker closes just now is due.
    """
    given = {"program_id": program_id, "definition_id": game.definition_id}
    closed = set((await connection.execute(_CLOSED, given)).scalars())
    waiting = list(_open_periods(game, closed, zones, now))
    done = 0
    for board in reversed(waiting):
        settled = settles_at(board)
        if settled is not None and settled <= now and done < most:
            done += await close_season(connection, program_id, board)
    coming = next_period(game, now, zones)
    moments = [settles_at(board) for board in (*waiting, *([coming] if coming is not None else []))]
    return done, min((moment for moment in moments if moment is not None), default=None)


async def close_season(connection: AsyncConnection, program_id: int, board: BoardPeriod) -> bool:
    """Freeze all segments of a period; False where that was done before, or another worker is about it."""
    key = {"program_id": program_id, "definition_id": board.game.definition_id}
    if not (await connection.execute(_TURN, key)).scalar_one():
        return False
    definition, period = board.version.definition, board.period
    given = {
        **key, "period": period.key, "version": board.version.version, "zone": board.zone.key,
        "starts_at": period.starts_at, "ends_at": period.ends_at, "segments": list(definition.segment_keys),
    }  # fmt: skip
    opened = set((await connection.execute(_OPEN, given)).scalars())
    if EVERYBODY not in opened:
        return False
    await connection.execute(_PATIENCE)
    await _look_at_everybody(connection, program_id, board)
    await _freeze(connection, program_id, board)
    crash_point("season-after-results")
    contents = {row.segment: row for row in await connection.execute(_CONTENT, given)}
    rows = []
    for segment in definition.segment_keys:
        found = contents.get(segment)
        entries, content = (found.entries, bytes(found.content)) if found is not None else (0, b"")
        sealed = result_hash(
            program_id, key["definition_id"], period, segment, board.version.version, board.zone.key, entries, content
        )
        due_at = prizes_due_at(definition, segment, period.ends_at, entries) if period.ends_at is not None else None
        rows.append((*key.values(), period.key, segment, entries, sealed, due_at))
    await _SEAL.run(connection, rows)
    crash_point("season-before-commit")
    return True


def result_hash(
    program_id: int, definition_id: int, period: Period, segment: str, version: int, zone: str, entries: int,
    content: bytes,
) -> bytes:  # fmt: skip
    """What a frozen result is known by: its board, period and segment, and the hash of its places (no names)."""
    bounds = [moment.isoformat() if moment is not None else "" for moment in (period.starts_at, period.ends_at)]
    parts = [program_id, definition_id, period.key, segment, version, zone, *bounds, entries]
    return hashlib.sha256("\n".join(map(str, parts)).encode() + b"\n" + content).digest()


def _open_periods(game: BoardGame, closed: set[str], zones: Zones, now: datetime) -> Iterator[BoardPeriod]:
    """Periods that have begun and are not closed, the newest first; those of an archived board that ended before."""
    until = min(now, game.archived_at or now)
    in_a_row = 0
    for one in started_periods(replace(game, archived_at=None), until, zones):
        if one.period.ends_at is None or (game.archived_at is not None and one.period.ends_at > until):
            continue
        if one.period.key not in closed:
            yield one
        in_a_row = in_a_row + 1 if one.period.key in closed else 0
        if in_a_row == CLOSED_IN_A_ROW:
            return


async def _look_at_everybody(connection: AsyncConnection, program_id: int, board: BoardPeriod) -> None:
    """Look for signals of all who would be ranked, also of those whom nobody looked at since the rules changed."""
    if board.game.newest.definition.quarantine is not None:
        ranked = await scores_of(connection, program_id, board, EVERYBODY)
        now = await transaction_time(connection)
        await look_at(connection, program_id, board.game, [one.member_id for one in ranked], now)


async def _freeze(connection: AsyncConnection, program_id: int, board: BoardPeriod) -> None:
    scores, given = scores_query(program_id, board)
    segments = board.version.definition.segment_keys
    rank = _RANKS[board.version.definition.ranking]
    statement = text(_FREEZE.format(ordinal=_RANKS["ordinal"], rank=rank, scores=scores))
    more: dict[str, Any] = {"segments": list(segments), "bits": [1 << place for place in range(len(segments))]}
    await connection.execute(statement, {**given, **more, "period": board.period.key})


def prizes_due_at(definition: LeaderboardDefinition, segment: str, ends_at: datetime, entries: int) -> datetime | None:
    """When the prizes of a segment are given: only who was ranked among everybody has one."""
    if segment != EVERYBODY or not definition.prizes or not entries:
        return None
    settled = min(ends_at, LAST_MOMENT) + timedelta(hours=definition.settle_hours)
    return min(settled, LAST_MOMENT - timedelta(days=400)) + timedelta(days=definition.prize_hold_days)

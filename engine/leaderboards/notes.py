"""What came after a season was closed: a note beside its result says what is left of a score, and no place changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.leaderboards.definitions import EVERYBODY, Period
from engine.leaderboards.periods import BoardGame, BoardPeriod
from engine.leaderboards.scores import scores_of
from engine.rules.days import zone_of

NOTED_DAYS = 120
"""How long after its close a result is still compared with what is left of the scores."""
NOTED_SEASONS = 60
"""In how many closed seasons of a member, the newest ones, is noted what came later."""

# What was taken back of what members, and those who were merged into them, did: the few seasons that it fell in, of
# those that closed not long ago. Who has nothing taken back costs no more than being looked up.
_NOTED = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, whose AS MATERIALIZED (
        SELECT g.program_id, g.member_id AS root, g.member_id FROM given g
        UNION ALL SELECT g.program_id, g.member_id, m.member_id FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    ), taken_back AS MATERIALIZED (
        SELECT w.root, a.occurred_at FROM whose w
        JOIN activities a ON a.program_id = w.program_id AND a.member_id = w.member_id
        WHERE jsonb_array_length(a.steps) > 1
        UNION SELECT w.root, e.earned_at FROM whose w
        JOIN achievements e ON e.program_id = w.program_id AND e.member_id = w.member_id
        WHERE e.revoked_at IS NOT NULL
    ), seasons AS MATERIALIZED (
        SELECT definition_id, period, version, zone, starts_at, ends_at, closed_at FROM board_seasons
        WHERE program_id = :program AND segment = '' AND entries > 0
        AND closed_at > now() - make_interval(days => :days)
    ), concerned AS MATERIALIZED (
        SELECT DISTINCT t.root, s.definition_id, s.period, s.version, s.zone, s.starts_at, s.ends_at, s.closed_at
        FROM taken_back t JOIN seasons s ON t.occurred_at >= s.starts_at AND t.occurred_at < s.ends_at
    )
    SELECT c.root, r.place, r.score, r.adjusted_score, c.definition_id, c.period, c.version, c.zone, c.starts_at,
        c.ends_at
    FROM concerned c JOIN whose w ON w.root = c.root
    JOIN board_results r ON r.program_id = :program AND r.definition_id = c.definition_id AND r.period = c.period
        AND r.segment = '' AND r.member_id = w.member_id
    ORDER BY c.closed_at DESC, c.definition_id, c.root""",
)
_NOTE = BulkStatement(
    {
        "program_id": "bigint", "definition_id": "bigint", "period": "text", "place": "bigint",
        "adjusted_score": "bigint",
    },
    """, noted AS MATERIALIZED (
        SELECT r.program_id, r.definition_id, r.period, r.segment, r.place, g.adjusted_score
        FROM given g JOIN board_results r ON r.program_id = g.program_id AND r.definition_id = g.definition_id
            AND r.period = g.period AND r.segment = '' AND r.place = g.place
        ORDER BY r.definition_id, r.period, r.place FOR UPDATE OF r
    )
    UPDATE board_results r SET adjusted_score = n.adjusted_score, adjusted_at = now() FROM noted n
    WHERE r.program_id = n.program_id AND r.definition_id = n.definition_id AND r.period = n.period
    AND r.segment = n.segment AND r.place = n.place""",
)  # fmt: skip


_PLAYING = BulkStatement(
    {"program_id": "bigint", "definition_id": "bigint", "member_id": "bigint"},
    """SELECT g.member_id FROM given g JOIN board_participants p ON p.program_id = g.program_id
        AND p.definition_id = g.definition_id AND p.member_id = g.member_id
    JOIN members m ON m.program_id = g.program_id AND m.member_id = g.member_id
    WHERE m.merged_into IS NULL AND m.closed_at IS NULL AND NOT EXISTS (
        SELECT FROM board_quarantines q WHERE q.program_id = g.program_id AND q.member_id = g.member_id
        AND q.definition_id = g.definition_id AND q.lifted_at IS NULL AND q.decision IS DISTINCT FROM 'cleared')""",
)


async def note_adjusted(
    connection: AsyncConnection, program_id: int, games: Iterable[BoardGame], members: Iterable[int]
) -> int:
    """Note what refunds left of these members' scores in seasons that closed before them; returns how many are new.

    No place changes by it. Whoever takes part no more has nothing noted.
    """
    boards = {game.definition_id: game for game in games}
    asked = [(program_id, member_id) for member_id in sorted(set(members))]
    seasons: dict[tuple[int, str], list[Any]] = {}
    for row in await _NOTED.run(connection, asked, program=program_id, days=NOTED_DAYS):
        if row.definition_id in boards:
            seasons.setdefault((row.definition_id, row.period), []).append(row)
    notes: list[Sequence[Any]] = []
    for (definition_id, period), rows in list(seasons.items())[:NOTED_SEASONS]:
        roots = [row.root for row in rows]
        left = await scores_left(connection, program_id, boards[definition_id], rows[0], roots)
        for row in rows:
            adjusted = left.get(row.root) if roots.count(row.root) == 1 else None
            if adjusted is not None and adjusted != (row.score if row.adjusted_score is None else row.adjusted_score):
                notes.append((program_id, definition_id, period, row.place, adjusted))
    await _NOTE.run(connection, notes)
    return len(notes)


async def scores_left(
    connection: AsyncConnection, program_id: int, game: BoardGame, season: Any, members: Sequence[int]
) -> dict[int, int]:
    """What these members (not merged away) would have scored in a closed season by what is known now.

    0 for whoever takes part and has nothing left; whoever takes part no more, was erased or is in quarantine is left
    out.
    """
    version = next((one for one in game.versions if one.version == season.version), None)
    if version is None:
        return {}
    board = BoardPeriod(game, version, Period(season.period, season.starts_at, season.ends_at), zone_of(season.zone))
    scores = await scores_of(connection, program_id, board, EVERYBODY, members)
    playing = await participating(connection, program_id, game.definition_id, members)
    return dict.fromkeys(playing, 0) | {one.member_id: one.score for one in scores if one.member_id in playing}


async def participating(
    connection: AsyncConnection, program_id: int, definition_id: int, members: Iterable[int]
) -> set[int]:
    """Those of these members who take part in a board or league and are not in quarantine."""
    asked = [(program_id, definition_id, member_id) for member_id in sorted(set(members))]
    return {row.member_id for row in await _PLAYING.run(connection, asked)}

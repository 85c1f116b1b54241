"""Every board compared with the ledger: scores counted a second time, and Redis entry by entry.

Redis is no part of the database's snapshot. A fence drawn before the snapshot tells what was written since: that, and
members who are still marked, is lag and not a breach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards.definitions import ChallengeScore, Counted
from engine.leaderboards.keys import BoardRedis, reached_text
from engine.leaderboards.opened import OpenBoards, open_boards
from engine.leaderboards.periods import BoardPeriod, signature
from engine.leaderboards.recounting import Part, parts_of, recount
from engine.leaderboards.scanning import Kept, entries_kept, wrong_elsewhere
from engine.leaderboards.scores import scores_query
from engine.leaderboards.writing import draw_fence, shape_of, states_of
from engine.ledger import MemberKey
from engine.tiers.activities import read_activities

PAGE_MEMBERS = 500

_PAGE = text("""
    SELECT p.member_id FROM board_participants p
    JOIN members m ON m.program_id = p.program_id AND m.member_id = p.member_id
    WHERE p.program_id = :program_id AND p.definition_id = :definition_id AND p.member_id > :after
    AND m.merged_into IS NULL AND NOT EXISTS (SELECT FROM board_quarantines q
        WHERE q.program_id = p.program_id AND q.member_id = p.member_id AND q.definition_id = p.definition_id
        AND q.lifted_at IS NULL AND q.decision IS DISTINCT FROM 'cleared')
    ORDER BY p.member_id LIMIT :most
""")
_FINISHED = text("""
    SELECT member_id, earned_at, definition_id, occasion, level, score, handle FROM achievements
    WHERE program_id = :program_id AND member_id = ANY(:members) AND kind = 'challenge' AND revoked_at IS NULL
    AND score > 0
""")
# Whoever is marked, and whom they were merged into.
_MARKED = text("""
    SELECT b.member_id FROM board_marks b WHERE b.program_id = :program_id
    UNION SELECT m.merged_into FROM board_marks b
    JOIN members m ON m.program_id = b.program_id AND m.member_id = b.member_id
    WHERE b.program_id = :program_id AND m.merged_into IS NOT NULL
""")


@dataclass(slots=True)
class BoardAudit:
    """What was compared: scores counted twice, entries of Redis, and what could not be compared for now."""

    scores_checked: int = 0
    scores_wrong: int = 0
    entries_checked: int = 0
    entries_wrong: int = 0
    members_behind: int = 0
    boards_updating: int = 0
    boards_not_compared: int = 0


class _Score(NamedTuple):
    score: int
    reached: str
    segments: int


async def audit_boards(engine: AsyncEngine, redis: BoardRedis | None, program_ids: Sequence[int]) -> BoardAudit:
    """Compare every open period of every board; those of a Redis that is away are told as not compared."""
    audit = BoardAudit()
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    for program_id in program_ids:
        async with tenant_transaction(engine, program_id) as connection:
            fence = await draw_fence(connection)
        async with tenant_transaction(snapshot, program_id) as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            boards = (await open_boards(connection, [program_id])).get(program_id)
            if boards is None:
                continue
            marked = set((await connection.execute(_MARKED, {"program_id": program_id})).scalars())
            audit.members_behind += len(marked)
            for board in boards.periods:
                scores = await _scores(connection, boards, board)
                await _recount(connection, boards, board, scores, audit)
                await _compare(redis, boards, board, scores, marked, fence.number, audit)
    return audit


async def _scores(connection: AsyncConnection, boards: OpenBoards, board: BoardPeriod) -> dict[int, _Score]:
    """The scores by the statement that boards are written from."""
    sql, given = scores_query(boards.program_id, board)
    rows = await connection.execute(text(sql), given)
    return {row.member_id: _Score(row.score, reached_text(row.reached_at), row.segments) for row in rows}


async def _recount(
    connection: AsyncConnection, boards: OpenBoards, board: BoardPeriod, scores: dict[int, _Score], audit: BoardAudit
) -> None:
    """Count everybody a second time; whoever has a score and takes no part is wrong, too."""
    seen = 0
    given = {"program_id": boards.program_id, "definition_id": board.game.definition_id, "most": PAGE_MEMBERS}
    after = 0
    while True:
        members = (await connection.execute(_PAGE, {**given, "after": after})).scalars().all()
        if not members:
            break
        after = members[-1]
        parts = await _parts(connection, boards, board, members)
        definition = board.version.definition
        by_day = isinstance(definition.score, Counted) and definition.score.counter.metric == "days"
        for member_id in members:
            found = recount(definition, parts[member_id], board.period, board.zone, by_day=by_day)
            known = scores.get(member_id)
            seen += known is not None
            expected = None if found is None else (found[0], reached_text(found[1]))
            audit.scores_wrong += expected != (None if known is None else known[:2])
        audit.scores_checked += len(members)
    audit.scores_wrong += len(scores) - seen


async def _parts(
    connection: AsyncConnection, boards: OpenBoards, board: BoardPeriod, members: Sequence[int]
) -> dict[int, list[Part]]:
    """What each of these members did that counts."""
    score = board.version.definition.score
    if isinstance(score, ChallengeScore):
        found: dict[int, list[Part]] = {member_id: [] for member_id in members}
        given = {"program_id": boards.program_id, "members": list(members)}
        for row in await connection.execute(_FINISHED, given):
            if not score.handles or row.handle in score.handles:
                name = (row.definition_id, row.occasion, str(row.level))
                found[row.member_id].append(Part(row.earned_at, name, row.score))
        return found
    done = await read_activities(connection, [MemberKey(boards.program_id, member_id) for member_id in members])
    return {key.member_id: parts_of(score.counter, ones, board.zone) for key, ones in done.items()}


async def _compare(
    redis: BoardRedis | None, boards: OpenBoards, board: BoardPeriod, scores: dict[int, _Score], marked: set[int],
    fence: int, audit: BoardAudit,
) -> None:  # fmt: skip
    """Compare a period in Redis with the scores, entry by entry."""
    if redis is None:
        audit.boards_not_compared += 1
        return
    key, shape = boards.key(board), shape_of(board.version.definition)
    try:
        (state,) = await states_of(redis, [key])
        if state.state != "complete" or state.signature != signature(board):
            audit.boards_updating += 1
            return
        kept = await entries_kept(redis, key, shape)
        wrong = await wrong_elsewhere(redis, key, shape)
    except RedisError:
        audit.boards_not_compared += 1
        return
    nobody = Kept(0, None, None, 0)
    for member_id in scores.keys() | kept.keys():
        entry = kept.get(member_id, nobody)
        known = scores.get(member_id, _Score(0, "", 0))
        same = (entry.score or 0, entry.reached or "", entry.segments) == known
        wrong += not same and member_id not in marked and entry.fence <= fence
    audit.entries_checked += len(scores.keys() | kept.keys())
    audit.entries_wrong += wrong

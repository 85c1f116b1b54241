"""Boards follow the ledger: the places of marked members are worked out and written, and their marks go.

Redis first, then the commit that deletes the marks: a crash in between repeats it, which changes nothing. While Redis
is away marks wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.game.catalog import games_of
from engine.game.facts import GameKind
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.notes import note_adjusted
from engine.leaderboards.opened import OpenBoards, open_boards
from engine.leaderboards.periods import BoardPeriod, signature
from engine.leaderboards.quarantine import follow_signals
from engine.leaderboards.scores import entries_query
from engine.leaderboards.writing import Fence, draw_fence, shape_of, states_of, write
from engine.leagues.following import follow_leagues

DRAINED_AT_ONCE = 500
PROGRAMS_AT_ONCE = 8
FAILURES_MAXIMUM = 3
"""How many programs are tried in a round while Redis does not take what is written."""

_RANKED: tuple[GameKind, ...] = ("leaderboard", "league")

# Programs with marks are found by the index alone and taken in any order, each with its share: one whose Redis does not
# answer, or that has very many marks, holds up no other. Marks locked by another drain are being worked out there.
_CLAIM = text("""
    WITH RECURSIVE marked AS (
        SELECT min(program_id) AS program_id FROM board_marks
        UNION ALL
        SELECT (SELECT min(b.program_id) FROM board_marks b WHERE b.program_id > m.program_id) FROM marked m
        WHERE m.program_id IS NOT NULL
    ), turns AS MATERIALIZED (
        SELECT program_id, count(*) OVER () AS programs FROM marked WHERE program_id IS NOT NULL
        ORDER BY random() LIMIT :programs
    )
    SELECT c.program_id, c.mark_id, c.member_id, c.definition_id, c.share FROM turns t CROSS JOIN LATERAL (
        SELECT b.program_id, b.mark_id, b.member_id, b.definition_id,
            GREATEST(1, :most / LEAST(t.programs, :programs)) AS share
        FROM board_marks b WHERE b.program_id = t.program_id ORDER BY b.mark_id
        LIMIT GREATEST(1, :most / LEAST(t.programs, :programs)) FOR UPDATE SKIP LOCKED
    ) c
""")
_CLOCK = text("SELECT clock_timestamp()")
_DONE = text("DELETE FROM board_marks WHERE program_id = :program_id AND mark_id = ANY(:marks)")
_ROOTS = text("""
    SELECT merged_into FROM members
    WHERE program_id = :program_id AND member_id = ANY(:members) AND merged_into IS NOT NULL
""")
_PARTICIPANTS = text("""
    SELECT definition_id, member_id FROM board_participants
    WHERE program_id = :program_id AND member_id = ANY(:members)
""")


class _Mark(NamedTuple):
    program_id: int
    mark_id: int
    member_id: int
    definition_id: int
    share: int
    """How many marks of its program are taken at most in this turn."""


async def drain_boards(connection: AsyncConnection, redis: BoardRedis, most: int = DRAINED_AT_ONCE) -> int:
    """Bring the boards of the named tenants up to date for at most so many marks; returns how many were looked at.

    It returns `most` where a program used its share up, because it may have more. Call it in a transaction that
    commits afterwards. Programs whose Redis does not answer keep their marks.
    """
    claimed = [_Mark(*row) for row in await connection.execute(_CLAIM, {"most": most, "programs": PROGRAMS_AT_ONCE})]
    if not claimed:
        return 0
    crash_point("boards-after-claim")
    by_program: dict[int, list[_Mark]] = {}
    for mark in sorted(claimed):  # in one order, so that two drains never wait for each other in a ring
        by_program.setdefault(mark.program_id, []).append(mark)
    # The moment comes after the claim: whoever made a period ready before a mark was there is seen to have done so.
    now = (await connection.execute(_CLOCK)).scalar_one()
    if await _follow_signals(connection, by_program, now):
        return len(claimed)  # what was found is committed before it is written; the marks are taken again
    await _seat_newcomers(connection, by_program)
    opened = await open_boards(connection, by_program, now)
    failures = drained = 0
    more = False
    for program_id, marks in by_program.items():
        try:
            if program_id in opened:
                boards = opened[program_id]
                await _drain(connection, redis, boards, marks)
                await note_adjusted(connection, program_id, boards.games, {mark.member_id for mark in marks})
        except RedisError:
            failures += 1
            if failures == FAILURES_MAXIMUM:
                break
            continue
        await connection.execute(_DONE, {"program_id": program_id, "marks": [mark.mark_id for mark in marks]})
        drained += len(marks)
        more |= len(marks) >= marks[0].share
    crash_point("boards-before-commit")
    return most if more else drained


async def _follow_signals(
    connection: AsyncConnection, by_program: Mapping[int, Sequence[_Mark]], now: datetime
) -> bool:
    """Whether anybody's entry of a board or league came into quarantine or out of it."""
    changed = False
    for program_id, games in (await games_of(connection, by_program, _RANKED, archived=False)).items():
        members = {mark.member_id for mark in by_program[program_id]}
        members |= await _roots(connection, program_id, members)
        changed |= bool(await follow_signals(connection, program_id, games, sorted(members), now))
    return changed


async def _seat_newcomers(connection: AsyncConnection, by_program: Mapping[int, Sequence[_Mark]]) -> None:
    """Let those play the running weeks of leagues who scored in them for the first time."""
    for program_id, games in (await games_of(connection, by_program, ["league"], archived=False)).items():
        members = {mark.member_id for mark in by_program[program_id]}
        await follow_leagues(connection, program_id, games, members | await _roots(connection, program_id, members))


async def _roots(connection: AsyncConnection, program_id: int, members: Iterable[int]) -> set[int]:
    """Whom any of these members were merged into."""
    given = {"program_id": program_id, "members": sorted(members)}
    return set((await connection.execute(_ROOTS, given)).scalars())


async def _drain(connection: AsyncConnection, redis: BoardRedis, boards: OpenBoards, marks: Sequence[_Mark]) -> None:
    keys = [boards.key(board) for board in boards.periods]
    states = await states_of(redis, keys)
    fence = await draw_fence(connection)
    members = {mark.member_id for mark in marks}
    members |= await _roots(connection, boards.program_id, members)
    given = {"program_id": boards.program_id, "members": sorted(members)}
    playing: dict[int, set[int]] = {}
    for definition_id, member_id in await connection.execute(_PARTICIPANTS, given):
        playing.setdefault(definition_id, set()).add(member_id)
    for mark in marks:
        if mark.definition_id:
            playing.setdefault(mark.definition_id, set()).add(mark.member_id)
    for board, state in zip(boards.periods, states, strict=True):
        # What is not there yet, or is to be another, is made anew from what is known then.
        if state.token and state.signature == signature(board):
            concerned = playing.get(board.game.definition_id, set())
            await _write(connection, redis, boards, board, state.token, fence, concerned, members - concerned)


async def _write(
    connection: AsyncConnection, redis: BoardRedis, boards: OpenBoards, board: BoardPeriod, token: str, fence: Fence,
    concerned: Iterable[int], others: Iterable[int],
) -> None:  # fmt: skip
    """Write who has a score, take off who took part and has none, and who is still there and takes part no more."""
    asked = sorted(concerned)
    entries: dict[int, str] = {}
    if asked:
        statement, given = entries_query(boards.program_id, board, asked)
        entries = {row.member_id: row.entry for row in await connection.execute(statement, given)}
    left = [member_id for member_id in asked if member_id not in entries]
    shape = shape_of(board.version.definition)
    joined = "".join(entries.values())
    await write(redis, boards.key(board), token, shape, fence, joined, left=left, absent=others)

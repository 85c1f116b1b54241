"""Boards kept as they must be: made anew where missing or changed, ready before they begin, dropped when over."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards.keys import BoardRedis, index_key, key_of_name
from engine.leaderboards.opened import OpenBoards, open_boards
from engine.leaderboards.periods import signature
from engine.leaderboards.rebuilding import rebuild_period
from engine.leaderboards.writing import drop, states_of

FAILURES_MAXIMUM = 3
"""How many programs are tried in a round while Redis does not answer."""


async def keep_boards(engine: AsyncEngine, redis: BoardRedis, programs: Iterable[int]) -> int:
    """Look at the boards of these programs once; returns how many periods were made anew or dropped.

    Redis that is away is looked at again in the next round.
    """
    asked = sorted(set(programs))
    if not asked:
        return 0
    async with tenant_transaction(engine, *asked) as connection:
        opened = await open_boards(connection, asked)
    failures = done = 0
    for program_id in secrets.SystemRandom().sample(asked, len(asked)):  # so that no program comes behind the same ones
        try:
            done += await _keep(engine, redis, opened.get(program_id) or OpenBoards.none(program_id))
        except RedisError:
            failures += 1
            if failures == FAILURES_MAXIMUM:
                break
    return done


async def _keep(engine: AsyncEngine, redis: BoardRedis, boards: OpenBoards) -> int:
    keys = [boards.key(board) for board in boards.periods]
    done = 0
    for board, state in zip(boards.periods, await states_of(redis, keys), strict=True):
        if state.state != "complete" or state.signature != signature(board):
            # What is building by the wrong definition is of no use to anybody.
            wait = state.signature == signature(board)
            done += await rebuild_period(engine, redis, boards, board, wait=wait)
    wanted = {key.name for key in keys}
    for name in sorted(await _known(redis, boards.program_id) - wanted):
        await drop(redis, key_of_name(boards.program_id, name))
        done += 1
    return done


async def _known(redis: BoardRedis, program_id: int) -> set[str]:
    return {str(name, "utf-8") for name in await redis.execute_command("SMEMBERS", index_key(program_id))}

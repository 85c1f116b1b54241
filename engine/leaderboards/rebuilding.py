"""A period of a board made anew from what members did, while members go on doing things."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards.keys import BoardKey, BoardRedis, Shape
from engine.leaderboards.opened import OpenBoards, open_boards
from engine.leaderboards.periods import BoardPeriod, signature
from engine.leaderboards.scores import entries_query
from engine.leaderboards.writing import BUILDER_GONE_SECONDS, Fence, begin, draw_fence, finish, shape_of, write

ENTRIES_AT_ONCE = 2_000
"""How many entries one script writes: Redis answers others in between, within some milliseconds."""

ALIVE_SECONDS = BUILDER_GONE_SECONDS / 5
_ATTEMPTS = 3

# One statement reads everybody as of one moment; it may take as long as a board of many millions takes.
_PREPARE = (
    text("SET LOCAL statement_timeout = '15min'"),
    text("SET LOCAL idle_in_transaction_session_timeout = '15min'"),
    text("SET LOCAL work_mem = '64MB'"),
    text("SET LOCAL cursor_tuple_fraction = 1"),
    text("SET LOCAL jit = off"),
)
_COUNT = text("""
    SELECT count(*) FROM board_participants WHERE program_id = :program_id AND definition_id = :definition_id
""")

Told = Callable[[int], None]
"""Hears how many entries more were written."""


def _nobody(_entries: int) -> None:
    return None


async def rebuild_period(
    engine: AsyncEngine, redis: BoardRedis, boards: OpenBoards, board: BoardPeriod, *, wait: bool = True,
    told: Told = _nobody,
) -> bool:  # fmt: skip
    """Make one period anew; it is shown once it is complete.

    False where somebody else is making it, or took it over; with `wait` False it is taken over from them. Raises
    redis.RedisError.
    """
    key, token, shape = boards.key(board), secrets.token_hex(8), shape_of(board.version.definition)
    if not await begin(redis, key, token, signature(board), shape, wait=wait):
        return False
    # The fence is drawn after the period began and before anything is read: see `writing`.
    async with tenant_transaction(engine, boards.program_id) as connection:
        fence = await draw_fence(connection)
    over = asyncio.Event()
    alive = asyncio.create_task(show_life(redis, key, token, shape, fence, over))
    try:
        async with aclosing(_ahead(_entries(engine, boards, board))) as pages:
            async for entries in pages:
                if not await _send(redis, key, token, shape, fence, entries):
                    return False
                told(len(entries))
        return await finish(redis, key, token, fence)
    finally:
        over.set()
        await asyncio.gather(alive, return_exceptions=True)


async def show_life(
    redis: BoardRedis, key: BoardKey, token: str, shape: Shape, fence: Fence, over: asyncio.Event, *,
    every_seconds: float = ALIVE_SECONDS,
) -> None:  # fmt: skip
    """Write nothing until it is over, so that nobody thinks the builder gone while it waits for the database.

    It is told to stop and not canceled: the client of a cluster may swallow that in the midst of a command.
    """
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(every_seconds):
                await over.wait()
        if over.is_set():
            return
        with suppress(RedisError):
            await write(redis, key, token, shape, fence, "")


async def _entries(engine: AsyncEngine, boards: OpenBoards, board: BoardPeriod) -> AsyncGenerator[Sequence[str]]:
    """Everybody's entries, page by page, as of one moment."""
    async with tenant_transaction(engine, boards.program_id) as connection:
        for statement in _PREPARE:
            await connection.execute(statement)
        sql, given = entries_query(boards.program_id, board)
        async with connection.stream(sql, given, execution_options={"yield_per": ENTRIES_AT_ONCE}) as result:
            async for rows in result.partitions(ENTRIES_AT_ONCE):
                yield [row.entry for row in rows]


async def _ahead(pages: AsyncGenerator[Sequence[str]]) -> AsyncGenerator[Sequence[str]]:
    """The same pages, each read while the one before is written."""
    coming = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await coming) is not None:
            coming = asyncio.ensure_future(anext(pages, None))
            yield page
    finally:
        await asyncio.gather(coming, return_exceptions=True)
        await pages.aclose()


async def rebuild_program(
    engine: AsyncEngine, redis: BoardRedis, program_id: int, *, told: Callable[[str, int, int], None] | None = None
) -> int:
    """Make every open period of a program's boards anew, whatever Redis has; returns how many.

    `told` hears the handle and period, how many members take part and how many entries were written. Raises
    redis.RedisError.
    """
    async with tenant_transaction(engine, program_id) as connection:
        boards = (await open_boards(connection, [program_id])).get(program_id)
        sizes = await _sizes(connection, boards)
    if boards is None:
        return 0
    made = 0
    for board, size in zip(boards.periods, sizes, strict=True):
        name, written = f"{board.game.handle} {board.period.key}", 0

        def tell(entries: int, name: str = name, size: int = size) -> None:
            nonlocal written
            written += entries
            if told is not None:
                told(name, size, written)

        tell(0)
        made += await rebuild_period(engine, redis, boards, board, wait=False, told=tell)
    return made


async def _send(
    redis: BoardRedis, key: BoardKey, token: str, shape: Shape, fence: Fence, entries: Sequence[str]
) -> bool:
    """Write a part; what was perhaps written already, and not answered in time, is written again."""
    joined = "".join(entries)
    for attempt in range(_ATTEMPTS):
        try:
            return await write(redis, key, token, shape, fence, joined)
        except RedisError:
            if attempt == _ATTEMPTS - 1:
                raise
    return False


async def _sizes(connection: AsyncConnection, boards: OpenBoards | None) -> list[int]:
    """How many take part in the board of each period."""
    sizes: dict[int, int] = {}
    for board in boards.periods if boards is not None else ():
        definition_id = board.game.definition_id
        if boards is not None and definition_id not in sizes:
            given = {"program_id": boards.program_id, "definition_id": definition_id}
            sizes[definition_id] = (await connection.execute(_COUNT, given)).scalar_one()
    return [sizes[board.game.definition_id] for board in (boards.periods if boards is not None else ())]

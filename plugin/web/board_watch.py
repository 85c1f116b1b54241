"""What others change in a shopper's ranks, as one number beside the member's own version."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.changes import MemberVersion
from engine.database import tenant_transaction
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.opened import OpenBoards, open_boards
from engine.leaderboards.watching import watch

FRESH_SECONDS = 1.0
"""How long it is remembered which periods are open: pages ask every second, and periods change at midnight."""

PROGRAMS_MAXIMUM = 1_000


class BoardWatch:
    """Ranks watched over one process's Redis; what is open is read once a second for each program."""

    def __init__(self, engine: AsyncEngine, redis: BoardRedis) -> None:
        self._engine = engine
        self._redis = redis
        self._open: dict[int, tuple[float, OpenBoards]] = {}

    async def number(self, program_id: int, member: MemberVersion) -> int:
        """Rises when a rank of this member changed; 0 where nothing is watched, or while Redis is away."""
        if not member.boards:
            return 0
        boards = await self._opened(program_id)
        watched = [
            (boards.key(one), one.version.definition.ranking)
            for one in boards.periods
            if one.game.definition_id in member.boards
        ]
        return await watch(self._redis, program_id, watched, member.member_id)

    async def _opened(self, program_id: int) -> OpenBoards:
        fresh_until, boards = self._open.get(program_id, (0.0, OpenBoards.none(program_id)))
        if time.monotonic() >= fresh_until:
            try:
                async with tenant_transaction(self._engine, program_id) as connection:
                    found = (await open_boards(connection, [program_id])).get(program_id)
            except SQLAlchemyError:
                return boards  # what was open a moment ago, most likely still is
            if len(self._open) >= PROGRAMS_MAXIMUM:
                self._open.clear()
            boards = found or OpenBoards.none(program_id)
            self._open[program_id] = time.monotonic() + FRESH_SECONDS, boards
        return boards

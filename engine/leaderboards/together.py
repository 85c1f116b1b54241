"""Looks at boards that are asked for while another is under way go together, in one round trip for each program."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.scripts import Script

_READ = Script("read")

TOGETHER_MAXIMUM = 50
"""How many looks are answered by one script: Redis does nothing else meanwhile."""

UNDER_WAY_MAXIMUM = 2
"""How many round trips of one program are under way at a time: while Redis works on one, the next is made up."""


class _Asked(NamedTuple):
    keys: tuple[str, ...]
    line: str
    answer: asyncio.Future[str]


class Together:
    """What is asked of one client, by program: all keys of a script lie in one slot."""

    def __init__(self, redis: BoardRedis) -> None:
        self._redis = redis
        self._waiting: dict[int, list[_Asked]] = {}
        self._under_way: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, program_id: int, keys: tuple[str, ...], line: str) -> str:
        """The script's answer to one look at the board of these keys. Raises redis.RedisError."""
        loop = asyncio.get_running_loop()
        asked = _Asked(keys, line, loop.create_future())
        waiting = self._waiting.setdefault(program_id, [])
        waiting.append(asked)
        if len(waiting) == 1:  # whatever else is asked for in this turn of the loop comes along
            loop.call_soon(self._send, program_id)
        return await asked.answer

    def _send(self, program_id: int) -> None:
        """Start round trips for those who wait, as many as may be under way."""
        waiting = self._waiting.get(program_id)
        while waiting and self._under_way.get(program_id, 0) < UNDER_WAY_MAXIMUM:
            batch, waiting[:] = waiting[:TOGETHER_MAXIMUM], waiting[TOGETHER_MAXIMUM:]
            self._under_way[program_id] = self._under_way.get(program_id, 0) + 1
            task = asyncio.get_running_loop().create_task(self._answer(program_id, batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if not waiting:
            self._waiting.pop(program_id, None)

    async def _answer(self, program_id: int, batch: Sequence[_Asked]) -> None:
        try:
            await self._round_trip(batch)
        finally:
            left = self._under_way.pop(program_id) - 1
            if left:
                self._under_way[program_id] = left
            self._send(program_id)

    async def _round_trip(self, batch: Sequence[_Asked]) -> None:
        keys: list[str] = []
        places: dict[tuple[str, ...], int] = {}
        for asked in batch:
            if asked.keys not in places:
                places[asked.keys] = len(keys) + 1
                keys += asked.keys
        lines = "\n".join([f"{places[asked.keys]} {asked.line}" for asked in batch])
        try:
            told: bytes = await _READ.run(self._redis, keys, lines)
        except BaseException as error:
            for asked in batch:
                if not asked.answer.done():
                    asked.answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for asked, answer in zip(batch, told.decode().split("\n"), strict=True):
            if not asked.answer.done():
                asked.answer.set_result(answer)


_of_clients: WeakKeyDictionary[BoardRedis, Together] = WeakKeyDictionary()


def together_of(redis: BoardRedis) -> Together:
    """Where looks through a client come together."""
    found = _of_clients.get(redis)
    if found is None:
        _of_clients[redis] = found = Together(redis)
    return found

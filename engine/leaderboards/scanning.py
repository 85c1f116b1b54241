"""All that Redis keeps of a period, read page by page for the audit while others go on writing it.

Each entry is compared inside Redis with every place where it has to be, so a page is never half of a change.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.leaderboards.keys import BoardKey, BoardRedis, Shape, member_of_id
from engine.leaderboards.scripts import Script

_ENTRIES = Script("entries")
_STRAYS = Script("strays")
_TALLY = Script("tally")

PAGE_ENTRIES = 1_000
_TORN = -1


class Kept(NamedTuple):
    """What was written of a member: nothing but the fence of those who left; segments are -1 where parts disagree."""

    fence: int
    score: int | None
    reached: str | None
    segments: int


async def entries_kept(redis: BoardRedis, key: BoardKey, shape: Shape) -> dict[int, Kept]:
    """What is kept of every member. Raises redis.RedisError."""
    keys = [key.members, *(key.ranks(segment) for segment in shape.segments)]
    found: dict[int, Kept] = {}
    cursor = "0"
    while True:
        told = str(await _ENTRIES.run(redis, keys, cursor, PAGE_ENTRIES), "utf-8")
        cursor, *lines = told.split("\n")
        for line in lines:
            member, fence, *rest = line.split(" ")
            found[member_of_id(member)] = _kept(int(fence), rest)
        if cursor == "0":
            return found


async def wrong_elsewhere(redis: BoardRedis, key: BoardKey, shape: Shape) -> int:
    """Entries of sorted sets that nothing was written of, and scores that are counted wrongly. Raises RedisError."""
    wrong = 0
    for place, segment in enumerate(shape.segments):
        wrong += await _pages(redis, _STRAYS, [key.members, key.ranks(segment)], 1 << place)
        if shape.dense:
            wrong += await _pages(redis, _TALLY, [key.ranks(segment), key.scores(segment), key.holders(segment)])
    return wrong


async def _pages(redis: BoardRedis, script: Script, keys: list[str], *more: int) -> int:
    found, cursor = 0, b"0"
    while True:
        cursor, wrong = await script.run(redis, keys, cursor.decode(), PAGE_ENTRIES, *more)
        found += int(wrong)
        if cursor == b"0":
            return found


def _kept(fence: int, rest: list[str]) -> Kept:
    if rest == ["torn"]:
        return Kept(fence, None, None, _TORN)
    segments, reached, score = rest
    return Kept(fence, None if score == "-" else int(score), None if reached == "-" else reached, int(segments))

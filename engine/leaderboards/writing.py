"""Boards written into Redis: begun, filled, changed entry by entry, finished, dropped.

Who writes does so in this order: claim what there is to do, ask Redis for the tokens of the periods, draw a fence, read
the scores, write. Each period refuses writers that know another token than its own, and each entry those whose fence is
lower than the one it was written with. So however late, often or out of turn anybody writes:

- what was read earlier never replaces what was read later;
- a period that was wiped, or is being made anew, takes nothing from before; what it refuses is among what its builder
  reads, since that one reads after it began;
- who left stays away: their entry's fence stays behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.definitions import LeaderboardDefinition
from engine.leaderboards.keys import BoardKey, BoardRedis, Shape, id_text, index_key
from engine.leaderboards.scripts import Script

_STATE = Script("state")
_BEGIN = Script("begin")
_WRITE = Script("write")
_FINISH = Script("finish")
_DROP = Script("drop")
_FENCE = text("""
    SELECT nextval('board_fences'),
        CAST(extract(epoch FROM date_trunc('milliseconds', clock_timestamp())) * 1000 AS bigint)
""")
_ATTEMPTS = 5

BUILDER_GONE_SECONDS = 15
"""A period that is being made and was not written to for so long has lost its builder."""


class PeriodState(NamedTuple):
    """What Redis says of a period; token, state and signature are empty where it has to be made anew."""

    token: str
    state: str
    signature: str
    shape: str


class Fence(NamedTuple):
    """A number that rises from draw to draw, and the database's moment of drawing it, in milliseconds since 1970."""

    number: int
    drawn_milliseconds: int


def shape_of(definition: LeaderboardDefinition) -> Shape:
    """Which keys the periods of a board have."""
    return Shape(definition.segment_keys, definition.ranking == "dense")


async def states_of(redis: BoardRedis, keys: Sequence[BoardKey]) -> list[PeriodState]:
    """What Redis says of periods of one program. Raises redis.RedisError."""
    if not keys:
        return []
    told = [part.decode() for part in await _STATE.run(redis, [key.marker for key in keys])]
    return [PeriodState(*told[place : place + 4]) for place in range(0, len(told), 4)]


async def draw_fence(connection: AsyncConnection) -> Fence:
    """Draw a fence, before reading what is to be written with it."""
    row = (await connection.execute(_FENCE)).one()
    return Fence(row[0], row[1])


async def begin(redis: BoardRedis, key: BoardKey, token: str, signature: str, shape: Shape, *, wait: bool) -> bool:
    """Begin to make a period anew under a token of its own; whoever else writes it is refused from now on.

    False where somebody else is at it; with `wait` False they are not waited for, their work is thrown away.
    """
    seconds = BUILDER_GONE_SECONDS if wait else 0
    for _ in range(_ATTEMPTS):
        (state,) = await states_of(redis, [key])
        before = key.keys(Shape.of_text(state.shape)) if state.shape else []
        keys = list(dict.fromkeys([*before, *key.keys(shape)]))
        given = (key.name, token, signature, shape.to_text(), state.shape, seconds)
        answer = await _BEGIN.run(redis, [index_key(key.program_id), key.marker, *keys], *given)
        if answer != b"changed":
            return bool(answer == b"begun")
    return False


async def write(
    redis: BoardRedis, key: BoardKey, token: str, shape: Shape, fence: Fence, entries: str, *,
    left: Iterable[int] = (), absent: Iterable[int] = (),
) -> bool:  # fmt: skip
    """Write entries as `scores.entries_query` makes them, joined; take `left` off, and `absent` where they are on it.

    False where the period is another by now. Raises redis.RedisError; doing it again then does no harm.
    """
    gone = ["".join(f"{id_text(member_id)} " for member_id in members) for members in (left, absent)]
    given = (token, fence.number, "1" if shape.dense else "0", fence.drawn_milliseconds, entries, *gone)
    return bool(await _WRITE.run(redis, [key.marker, *key.keys(shape)], *given) == b"done")


async def finish(redis: BoardRedis, key: BoardKey, token: str, fence: Fence) -> bool:
    """Show a period that was filled; False where it is another by now."""
    return bool(await _FINISH.run(redis, [key.marker], token, fence.drawn_milliseconds) == b"done")


async def drop(redis: BoardRedis, key: BoardKey) -> None:
    """Let go of a period that nobody asks Redis for any more."""
    (state,) = await states_of(redis, [key])
    keys = key.keys(Shape.of_text(state.shape)) if state.shape else [key.members]
    await _DROP.run(redis, [index_key(key.program_id), key.marker, *keys], key.name, state.shape)

"""One look at a board in Redis, in one round trip: places, who is around a member, their own place, their friends.

Looks that are asked for at the same time share a round trip; one that comes alone waits for nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from redis.exceptions import RedisError

from engine.leaderboards.definitions import Ranking
from engine.leaderboards.keys import BoardKey, BoardRedis, id_text, member_of
from engine.leaderboards.ranking import percentile, ranks
from engine.leaderboards.together import together_of

_NOBODY = "-"

ROWS_MAXIMUM = 100
"""The most places, and the most around a member, that one look shows."""

FRIENDS_MAXIMUM = 200


class Entry(NamedTuple):
    """A member's place; `rank` is what people are shown, by the board's own way of counting ties."""

    member_id: int
    score: int
    rank: int


class Standing(NamedTuple):
    """Where one member is; of a hundred entries `percentile` are behind them."""

    rank: int
    score: int
    percentile: int


@dataclass(frozen=True, slots=True)
class Look:
    """What was asked for, all of one moment, of which `as_of_milliseconds` since 1970 says how new it is."""

    as_of_milliseconds: int
    total: int
    places: tuple[Entry, ...]
    around: tuple[Entry, ...]
    friends: tuple[Entry, ...]
    me: Standing | None


@dataclass(frozen=True, slots=True)
class Question:
    """What to look at: `count` places from `start` (0 is the first) on, `around` entries round `member_id`, friends.

    Around a member is a page of that size with them in its middle, moved where it would reach beyond an end.
    """

    start: int = 0
    count: int = 10
    member_id: int | None = None
    around: int = 0
    friends: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        bounds = ((self.count, ROWS_MAXIMUM), (self.around, ROWS_MAXIMUM), (len(self.friends), FRIENDS_MAXIMUM))
        if self.start < 0 or any(not 0 <= asked <= most for asked, most in bounds):
            raise ValueError("asks for more than one look shows")


async def look(
    redis: BoardRedis, key: BoardKey, segment: str, ranking: Ranking, signature: str, question: Question
) -> Look | None:
    """Look at a segment of a period; None while it is not complete, was worked out otherwise, or Redis is away."""
    me = _NOBODY if question.member_id is None else id_text(question.member_id)
    asked = f"{ranking} {me} {question.start} {question.count} {question.around}"
    if question.friends:
        asked = " ".join([asked, *map(id_text, question.friends)])
    try:
        told = await together_of(redis).ask(key.program_id, _keys(key, segment, ranking == "dense"), asked)
    except RedisError:
        return None
    parts = told.split(" ")
    return _parse(parts, ranking) if parts[0] == "complete" and parts[1] == signature else None


@lru_cache(maxsize=4_096)
def _keys(key: BoardKey, segment: str, dense: bool) -> tuple[str, ...]:
    keys = (key.marker, key.members, key.ranks(segment))
    return (*keys, key.scores(segment)) if dense else keys


def _parse(parts: Sequence[str], ranking: Ranking) -> Look:
    total = int(parts[3])
    places, after = _page(parts, 7, ranking)
    around, after = _page(parts, after, ranking)
    friends = [
        Entry(member_of(parts[at]), int(parts[at + 1]), int(parts[at + 2])) for at in range(after, len(parts), 3)
    ]
    friends.sort(key=lambda one: (one.rank, one.member_id))
    me = None
    if parts[4] != _NOBODY:
        me = Standing(int(parts[5]), int(parts[6]), percentile(int(parts[4]) + 1, total))
    return Look(int(parts[2]), total, places, around, tuple(friends), me)


def _page(parts: Sequence[str], at: int, ranking: Ranking) -> tuple[tuple[Entry, ...], int]:
    """A page that begins at a part, and where the next thing begins."""
    place, rank, count = int(parts[at]), int(parts[at + 1]), int(parts[at + 2])
    first, after = at + 3, at + 3 + 2 * count
    if not count:
        return (), after
    scores = [int(score) for score in parts[first + 1 : after : 2]]
    ranked = ranks(scores, ranking, place=place, rank=rank)
    members = (member_of(entry) for entry in parts[first:after:2])
    return tuple(map(Entry, members, scores, ranked)), after

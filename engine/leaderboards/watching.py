"""What tells an open page that a member's rank is another: one number, asked for in one round trip."""

from __future__ import annotations

from collections.abc import Sequence

from redis.exceptions import RedisError

from engine.leaderboards.definitions import EVERYBODY, Ranking
from engine.leaderboards.keys import BoardKey, BoardRedis, id_text, watch_key
from engine.leaderboards.scripts import Script

_WATCH = Script("watch")

KEPT_MILLISECONDS = 24 * 60 * 60 * 1000
"""How long a rank that nobody asks about is remembered."""

WATCHED_MAXIMUM = 100


async def watch(redis: BoardRedis, program_id: int, boards: Sequence[tuple[BoardKey, Ranking]], member_id: int) -> int:
    """A number that rises when the member's rank on one of these boards changed.

    It also rises when a board comes to be shown or is shown no more, and after Redis lost everything. 0 while Redis is
    away, or where there is nothing to watch.
    """
    watched, keys = boards[:WATCHED_MAXIMUM], [watch_key(program_id, member_id)]
    if not watched:
        return 0
    for key, ranking in watched:
        keys += [key.marker, key.members, key.ranks(EVERYBODY)]
        if ranking == "dense":
            keys.append(key.scores(EVERYBODY))
    rankings = [ranking for _, ranking in watched]
    try:
        told = await _WATCH.run(redis, keys, KEPT_MILLISECONDS, id_text(member_id), *rankings)
    except RedisError:
        return 0
    return int(told)

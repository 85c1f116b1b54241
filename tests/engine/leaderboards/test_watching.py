"""The number that tells an open page to look again rises with every change of a member's rank, and only then."""

from __future__ import annotations

import pytest

from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.definitions import Ranking
from engine.leaderboards.keys import BoardKey, BoardRedis
from engine.leaderboards.watching import watch
from tests.support.board_shelf import Shelf, minute
from tests.support.boards import ON_BOTH

pytestmark = [pytest.mark.anyio, ON_BOTH]

ADA, BOB, EVE = 1, 2, 3


@pytest.mark.parametrize("ranking", ["ordinal", "competition", "dense"])
async def test_it_rises_when_a_rank_is_another(redis: BoardRedis, ranking: Ranking) -> None:
    shelf = Shelf(redis, ranking)
    await shelf.open()
    boards = [(shelf.key, ranking)]

    async def seen() -> int:
        return await watch(redis, 7, boards, ADA)

    nowhere = await seen()
    assert await seen() == nowhere
    await shelf.put((ADA, 10, minute(1)))
    first = await seen()
    assert first > nowhere
    # somebody behind her, and more points that change no rank
    await shelf.put((BOB, 5, minute(1)))
    await shelf.put((ADA, 11, minute(2)))
    assert await seen() == first
    # somebody overtakes her
    await shelf.put((EVE, 20, minute(3)))
    second = await seen()
    assert second > first
    # and is taken off again
    await shelf.put((EVE, 0, minute(3)))
    third = await seen()
    assert third > second
    await shelf.put((ADA, 0, minute(3)))
    assert await seen() > third


async def test_it_rises_when_a_board_is_lost_and_when_it_is_back(redis: BoardRedis) -> None:
    shelf = Shelf(redis)
    await shelf.open()
    await shelf.put((ADA, 10, minute(1)))
    boards = [(shelf.key, shelf.ranking), (BoardKey(7, 4, "all"), shelf.ranking)]
    before = await watch(redis, 7, boards, ADA)
    await redis.flushall()
    lost = await watch(redis, 7, boards, ADA)
    assert lost > before
    again = Shelf(redis, token="again", fence=10)
    await again.open()
    await again.put((ADA, 10, minute(1)))
    back = await watch(redis, 7, boards, ADA)
    assert back > lost
    assert await watch(redis, 7, boards, ADA) == back


async def test_without_redis_or_boards_there_is_nothing_to_watch(redis: BoardRedis) -> None:
    assert await watch(redis, 7, [], ADA) == 0
    async with connect_boards("redis://127.0.0.1:1/0") as gone:
        assert await watch(gone, 7, [(BoardKey(7, 3, "all"), "ordinal")], ADA) == 0

"""What the tests of the PyPI package `leaderboard` 3.7.3 expect of ranks, ties, pages, percentiles, asked of ours.

It orders equal scores by name, from the last to the first; here whoever is to be ahead reached theirs earlier. Some
things are otherwise by intention: see docs/decisions/0028-ranks-beside-a-peer.md.
"""

from __future__ import annotations

import pytest

from engine.leaderboards.definitions import Ranking
from engine.leaderboards.keys import BoardRedis
from tests.support.board_shelf import Shelf, minute
from tests.support.boards import ON_BOTH

pytestmark = [pytest.mark.anyio, ON_BOTH]

# Its ten members with three scores.
TIED = {1: 50, 2: 50, 3: 30, 4: 30, 5: 10, 6: 50, 7: 50, 8: 30, 9: 30, 10: 10}


async def _shelf(redis: BoardRedis, ranking: Ranking, scores: dict[int, int]) -> Shelf:
    """Of equal scores the one with the higher number is first."""
    shelf = Shelf(redis, ranking)
    await shelf.open()
    await shelf.put(*((member, score, minute(1_000 - member)) for member, score in scores.items()))
    return shelf


@pytest.mark.parametrize(
    ("ranking", "pages", "single"),
    [
        ("ordinal", [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]], [1, 2, 3]),
        ("competition", [[1, 1, 1], [1, 5, 5], [5, 5, 9], [9]], [1, 1, 3]),
        ("dense", [[1, 1, 1], [1, 2, 2], [2, 2, 3], [3]], [1, 1, 2]),
    ],
)
async def test_ranks_on_pages_of_three_and_of_single_members(
    redis: BoardRedis, ranking: Ranking, pages: list[list[int]], single: list[int]
) -> None:
    shelf = await _shelf(redis, ranking, TIED)
    for number, ranks in enumerate(pages):
        assert [one.rank for one in (await shelf.seen(start=3 * number, count=3)).places] == ranks
    few = await _shelf(redis, ranking, {1: 50, 2: 50, 3: 30})
    found = [(await few.seen(member_id=member)).me for member in (2, 1, 3)]
    assert [one.rank for one in found if one is not None] == single
    assert (await few.seen(member_id=99)).me is None


@pytest.mark.parametrize(("ranking", "ranks"), [("competition", [5, 5, 9]), ("dense", [2, 2, 3])])
async def test_three_around_the_last_of_those_with_the_second_score(
    redis: BoardRedis, ranking: Ranking, ranks: list[int]
) -> None:
    shelf = await _shelf(redis, ranking, TIED)
    assert [one.rank for one in (await shelf.seen(member_id=3, around=3)).around] == ranks
    # as many as there are, where more are asked for than there are
    assert [one.rank for one in (await shelf.seen(member_id=4, around=25)).around][::9] == [1, ranks[2]]


@pytest.mark.parametrize(("ranking", "ranks"), [("competition", [1, 1, 3, 4, 5]), ("dense", [1, 1, 2, 3, 4])])
async def test_a_changed_score_leaves_its_tie(redis: BoardRedis, ranking: Ranking, ranks: list[int]) -> None:
    shelf = await _shelf(redis, ranking, {1: 50, 2: 50, 3: 30, 4: 30, 5: 10})
    await shelf.put((3, 40, minute(5)))
    assert [one.rank for one in await shelf.all()] == ranks
    # Who is taken off takes a rank along only where nobody shares it.
    for gone, left in ((1, [1, 2, 3, 4]), (2, [1, 2, 3]), (3, [1, 2])):
        await shelf.put((gone, 0, minute(5)))
        assert [one.rank for one in await shelf.all()] == left


async def test_percentiles_of_twelve(redis: BoardRedis) -> None:
    shelf = await _shelf(redis, "ordinal", {member: member for member in range(1, 13)})
    found = [(await shelf.seen(member_id=member)).me for member in (1, 2, 3, 4, 12)]
    assert [one.percentile for one in found if one is not None] == [0, 9, 17, 25, 92]


async def test_pages_of_twenty_five_around_members_of_seventy_six(redis: BoardRedis) -> None:
    shelf = await _shelf(redis, "ordinal", {member: member for member in range(1, 77)})

    async def around(member: int) -> list[int]:
        return [one.member_id for one in (await shelf.seen(member_id=member, around=25)).around]

    assert await around(30) == list(range(42, 17, -1))
    # at the upper end a whole page, as there
    assert await around(76) == list(range(76, 51, -1))
    # at the lower end a whole page, too, where it shows twelve above the last and no more
    assert await around(1) == list(range(25, 0, -1))
    assert await around(99) == []
    assert [one.member_id for one in (await shelf.seen(start=75, count=25)).places] == [1]
    assert (await shelf.seen(start=76, count=25)).places == ()

"""Ranks by Redis are those of a brute-force sort, over random histories with ties, removals and corrections."""

from __future__ import annotations

from random import Random

import pytest

from engine.leaderboards.definitions import Ranking
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.ranking import percentile
from tests.support.board_shelf import Shelf, contents, entry, minute
from tests.support.boards import ON_BOTH, sorted_board

pytestmark = [pytest.mark.anyio, ON_BOTH]

RANKINGS: list[Ranking] = ["ordinal", "competition", "dense"]


async def _history(shelf: Shelf, random: Random, steps: int, members: int, scores: int) -> None:
    """Scores out of few, so that most are shared; some taken away, some lowered, each time written as a whole."""
    for _ in range(steps):
        changed = random.sample(range(1, members + 1), random.randint(1, 9))
        rows = [(one, max(0, random.randint(-1, scores)), minute(random.randint(0, 40))) for one in changed]
        await shelf.put(*rows)


@pytest.mark.parametrize("ranking", RANKINGS)
@pytest.mark.parametrize("seed", range(4))
async def test_every_rank_is_that_of_a_brute_force_sort(redis: BoardRedis, ranking: Ranking, seed: int) -> None:
    random = Random(seed)
    shelf = Shelf(redis, ranking)
    await shelf.open()
    for steps in (1, 5, 40, 40):
        # given some history more
        await _history(shelf, random, steps, members=60, scores=random.choice([1, 7, 300]))
        expected = sorted_board(((member, *rest) for member, rest in shelf.entries.items()), ranking)
        # then the whole board is as a sort makes it
        assert [tuple(one) for one in await shelf.all()] == expected
        total = len(expected)
        for place, (member, score, rank) in enumerate(expected):
            span = random.randint(0, 12)
            size = 2 * span + 1
            friends = random.sample(range(1, 61), 5)
            found = await shelf.seen(member_id=member, around=size, count=3, friends=tuple(friends))
            assert found.total == total
            assert found.me == (rank, score, percentile(place + 1, total))
            assert [tuple(one) for one in found.places] == expected[:3]
            start = max(0, min(place - span, total - size))
            assert [tuple(one) for one in found.around] == expected[start : start + size]
            assert {tuple(one) for one in found.friends} == {one for one in expected if one[0] in friends}


async def test_what_is_kept_does_not_tell_by_which_way_it_came(redis: BoardRedis) -> None:
    random = Random(11)
    shelf = Shelf(redis, "dense")
    await shelf.open()
    await _history(shelf, random, 80, members=50, scores=5)
    long_way = await contents(redis, 7)
    await redis.flushall()
    other = Shelf(redis, "dense", fence=10_000)
    await other.open()
    rows = [(member, *rest) for member, rest in shelf.entries.items() if rest[0]]
    random.shuffle(rows)
    await other.put(*rows)
    assert await contents(redis, 7) == long_way


@pytest.mark.parametrize("ranking", RANKINGS)
async def test_scores_next_to_each_other_are_told_apart_up_to_the_highest(redis: BoardRedis, ranking: Ranking) -> None:
    highest = 2**53 - 1
    shelf = Shelf(redis, ranking)
    await shelf.open()
    await shelf.put(*((member, highest - member, minute(0)) for member in range(50)))
    assert [tuple(one) for one in await shelf.all()] == [(member, highest - member, member + 1) for member in range(50)]
    found = await shelf.seen(member_id=1, count=0)
    assert found.me == (2, highest - 1, 96)


async def test_who_was_first_wins_a_tie_and_then_the_lower_id(redis: BoardRedis) -> None:
    shelf = Shelf(redis)
    await shelf.open()
    await shelf.put((9, 5, minute(1)), (2**62, 5, minute(1)), (3, 5, minute(2)), (1, 5, minute(3)), (10, 5, minute(1)))
    assert [one.member_id for one in await shelf.all()] == [9, 10, 2**62, 3, 1]


async def test_segments_are_ranked_among_themselves(redis: BoardRedis) -> None:

    shelf = Shelf(redis, "dense", ("", "tier:gold", "tag:a b/c"))
    await shelf.open()
    await shelf.write(entry(1, 5, minute(0), 0b011), entry(2, 9, minute(0), 0b101), entry(3, 5, minute(1), 0b111))
    assert [tuple(one) for one in await shelf.all()] == [(2, 9, 1), (1, 5, 2), (3, 5, 2)]
    assert [tuple(one) for one in await shelf.all("tier:gold")] == [(1, 5, 1), (3, 5, 1)]
    assert [tuple(one) for one in await shelf.all("tag:a b/c")] == [(2, 9, 1), (3, 5, 2)]
    # Somebody moves from one to another with the same score.
    await shelf.write(entry(1, 5, minute(0), 0b101), entry(3, 5, minute(1), 0b001))
    assert [tuple(one) for one in await shelf.all("tier:gold")] == []
    assert [tuple(one) for one in await shelf.all("tag:a b/c")] == [(2, 9, 1), (1, 5, 2)]
    assert (await shelf.seen("tier:gold", member_id=1)).me is None
    await shelf.write(left=[1, 2, 3])
    assert await contents(redis, 7) == {}

"""However late, often or out of turn anybody writes, a board ends as it was read last: each interleaving by hand."""

from __future__ import annotations

import asyncio

import pytest

from engine.leaderboards.definitions import EVERYBODY
from engine.leaderboards.keys import BoardRedis, Shape
from engine.leaderboards.rebuilding import show_life
from engine.leaderboards.writing import BUILDER_GONE_SECONDS, Fence, begin, drop, finish, states_of
from tests.support.board_shelf import SIGNATURE, Shelf, contents, entry, minute
from tests.support.boards import ON_BOTH

pytestmark = [pytest.mark.anyio, ON_BOTH]


@pytest.fixture
async def shelf(redis: BoardRedis) -> Shelf:
    """An empty board of dense ranks, shown."""
    shelf = Shelf(redis, "dense", fence=100)
    await shelf.open()
    return shelf


async def _board(shelf: Shelf) -> list[tuple[int, int]]:
    return [(one.member_id, one.score) for one in await shelf.all()]


async def test_what_was_read_earlier_never_replaces_what_was_read_later(shelf: Shelf) -> None:
    await shelf.write(entry(1, 50, minute(2)), fence=205)
    await shelf.write(entry(1, 80, minute(3)), fence=204)
    assert await _board(shelf) == [(1, 50)]
    await shelf.write(entry(1, 30, minute(1)), fence=206)
    assert await _board(shelf) == [(1, 30)]


async def test_a_write_that_is_sent_twice_is_as_one(shelf: Shelf) -> None:
    await shelf.write(entry(1, 50, minute(2)), entry(2, 50, minute(2)), fence=205)
    once = await contents(shelf.redis, 7)
    await shelf.write(entry(1, 50, minute(2)), entry(2, 50, minute(2)), fence=205)
    assert await contents(shelf.redis, 7) == once


async def test_one_batch_may_be_newer_for_one_member_and_older_for_another(shelf: Shelf) -> None:
    await shelf.write(entry(1, 10, minute(1)), fence=210)
    await shelf.write(entry(2, 20, minute(1)), fence=205)
    await shelf.write(entry(1, 11, minute(2)), entry(2, 21, minute(2)), fence=207)
    assert await _board(shelf) == [(2, 21), (1, 10)]


async def test_who_left_before_anything_was_written_of_them_is_not_put_on_by_who_read_them_before(shelf: Shelf) -> None:
    await shelf.write(left=[1], fence=205)
    await shelf.write(entry(1, 80, minute(3)), fence=204)
    assert await _board(shelf) == []
    await shelf.write(entry(1, 80, minute(3)), fence=206)  # they came back
    assert await _board(shelf) == [(1, 80)]


async def test_who_is_taken_off_only_where_they_are_stays_off_too(shelf: Shelf) -> None:
    await shelf.write(entry(1, 80, minute(3)), fence=203)
    await shelf.write(absent=[1, 2], fence=205)
    await shelf.write(entry(1, 90, minute(4)), fence=204)
    assert await _board(shelf) == []
    # Of whom nothing was known nothing is kept.
    assert await shelf.redis.hlen(shelf.key.members) == 1


async def test_who_left_is_not_taken_off_by_an_older_reading_once_they_are_back(shelf: Shelf) -> None:
    await shelf.write(entry(1, 80, minute(3)), fence=206)
    await shelf.write(left=[1], fence=205)
    await shelf.write(absent=[1], fence=204)
    assert await _board(shelf) == [(1, 80)]


async def test_a_board_that_was_wiped_takes_nothing_until_it_is_made_anew(shelf: Shelf) -> None:
    await shelf.write(entry(1, 80, minute(3)))
    await shelf.redis.flushall()
    assert not await shelf.write(entry(1, 90, minute(4)), left=[2], absent=[3])
    assert await shelf.redis.dbsize() == 0
    assert await shelf.look() is None
    assert not await finish(shelf.redis, shelf.key, shelf.token, Fence(999, 0))
    assert await shelf.look() is None


async def test_a_board_that_is_being_made_anew_shows_nothing_and_takes_nothing_from_before(shelf: Shelf) -> None:
    await shelf.write(entry(1, 80, minute(3)), fence=300)
    assert await begin(shelf.redis, shelf.key, "second", SIGNATURE, shelf.shape, wait=True)
    assert not await shelf.write(entry(1, 90, minute(4)), fence=400)
    assert await shelf.look() is None
    builder = Shelf(shelf.redis, "dense", token="second")
    await builder.write(entry(2, 5, minute(0)), fence=301)
    assert await shelf.look() is None
    assert await finish(shelf.redis, shelf.key, "second", Fence(301, 0))
    assert await _board(shelf) == [(2, 5)]


async def test_what_is_drained_while_a_board_is_made_anew_stays(shelf: Shelf) -> None:
    assert await begin(shelf.redis, shelf.key, "second", SIGNATURE, shelf.shape, wait=True)
    other = Shelf(shelf.redis, "dense", token="second")
    # The builder read all three with fence 300; the drain read two of them later.
    await other.write(entry(1, 15, minute(5)), left=[2], fence=301)
    await other.write(entry(1, 10, minute(1)), entry(2, 20, minute(1)), entry(3, 30, minute(1)), fence=300)
    assert await finish(shelf.redis, shelf.key, "second", Fence(300, 0))
    assert await _board(shelf) == [(3, 30), (1, 15)]


async def test_of_two_builders_the_second_waits_or_throws_away_what_the_first_did(shelf: Shelf) -> None:
    redis, key, shape = shelf.redis, shelf.key, shelf.shape
    assert await begin(redis, key, "first", SIGNATURE, shape, wait=True)
    first, second = Shelf(redis, "dense", token="first"), Shelf(redis, "dense", token="second")
    await first.write(entry(1, 10, minute(1)), fence=300)
    assert not await begin(redis, key, "second", SIGNATURE, shape, wait=True)
    assert await begin(redis, key, "second", SIGNATURE, shape, wait=False)
    assert not await first.write(entry(2, 20, minute(1)), fence=300)
    assert not await finish(redis, key, "first", Fence(300, 0))
    await second.write(entry(3, 30, minute(1)), fence=302)
    assert await finish(redis, key, "second", Fence(302, 0))
    assert await _board(shelf) == [(3, 30)]


async def test_a_builder_that_is_gone_is_not_waited_for(shelf: Shelf) -> None:
    assert await begin(shelf.redis, shelf.key, "first", SIGNATURE, shelf.shape, wait=True)
    touched = int(await shelf.redis.hget(shelf.key.marker, "touched") or 0)
    await shelf.redis.hset(shelf.key.marker, "touched", touched - BUILDER_GONE_SECONDS)
    assert await begin(shelf.redis, shelf.key, "second", SIGNATURE, shelf.shape, wait=True)


async def test_a_builder_that_only_waits_for_the_database_is_waited_for(shelf: Shelf) -> None:
    assert await begin(shelf.redis, shelf.key, "first", SIGNATURE, shelf.shape, wait=True)
    touched = int(await shelf.redis.hget(shelf.key.marker, "touched") or 0)
    await shelf.redis.hset(shelf.key.marker, "touched", str(touched - BUILDER_GONE_SECONDS))
    over = asyncio.Event()
    life = asyncio.create_task(
        show_life(shelf.redis, shelf.key, "first", shelf.shape, Fence(300, 0), over, every_seconds=0)
    )
    while int(await shelf.redis.hget(shelf.key.marker, "touched") or 0) < touched:
        continue  # each look lets the builder show its life
    over.set()
    await life
    assert not await begin(shelf.redis, shelf.key, "second", SIGNATURE, shelf.shape, wait=True)


async def test_another_process_that_came_up_with_older_data_shows_nothing_and_takes_nothing(shelf: Shelf) -> None:
    await shelf.write(entry(1, 80, minute(3)))
    await shelf.redis.hset(shelf.key.marker, "run", "0" * 40)  # what the data says once another process has loaded it
    assert await shelf.look() is None
    assert not await shelf.write(entry(1, 90, minute(4)))
    assert (await states_of(shelf.redis, [shelf.key]))[0][:3] == ("", "", "")
    # Its data go when the board is made anew.
    assert await begin(shelf.redis, shelf.key, "second", SIGNATURE, shelf.shape, wait=True)
    assert await contents(shelf.redis, 7) == {}


async def test_a_server_that_forgot_its_scripts_is_told_them_again(shelf: Shelf) -> None:
    await shelf.redis.script_flush()
    await shelf.write(entry(1, 80, minute(3)))
    await shelf.redis.script_flush()
    assert await _board(shelf) == [(1, 80)]


async def test_keys_of_segments_that_are_no_more_go(shelf: Shelf) -> None:
    redis = shelf.redis
    wide = Shelf(redis, "dense", (EVERYBODY, "tier:gold"), token="wide")
    await wide.open()
    await wide.write(entry(1, 80, minute(3), 0b11))
    assert len(await contents(redis, 7)) == 6
    assert await begin(redis, shelf.key, "narrow", SIGNATURE, Shape((EVERYBODY,), dense=False), wait=True)
    assert await contents(redis, 7) == {}
    assert await redis.exists(shelf.key.members) == 0


async def test_a_period_that_is_dropped_leaves_nothing(shelf: Shelf) -> None:
    await shelf.write(entry(1, 80, minute(3)))
    await drop(shelf.redis, shelf.key)
    assert await shelf.redis.dbsize() == 0
    assert not await shelf.write(entry(1, 80, minute(3)))
    await drop(shelf.redis, shelf.key)


async def test_a_board_by_another_definition_is_not_shown(shelf: Shelf) -> None:
    await shelf.write(entry(1, 80, minute(3)))
    await shelf.redis.hset(shelf.key.marker, "signature", "1/2/UTC/-/-")
    assert await shelf.look() is None

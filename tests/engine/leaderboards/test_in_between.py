"""Whatever comes in between while a board is read and written, it ends as the ledger says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisGoneError

from engine.database import name_tenants, tenant_transaction
from engine.leaderboards.draining import drain_boards
from engine.leaderboards.joining import opt_out
from engine.leaderboards.rebuilding import rebuild_program
from engine.shops import install_shop
from tests.support.board_shelf import contents
from tests.support.boards import BoardWorld, board, points

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


class Interposed(Redis):
    """A client that lets somebody else do something just before it sends its n-th script, or lose its connection."""

    def before(self, number: int, act: Callable[[], Awaitable[Any]]) -> None:
        self._left, self._act = number, act

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if args[0] == "EVALSHA" and getattr(self, "_left", 0):
            self._left -= 1
            if not self._left:
                await self._act()
        return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]


@pytest.fixture
async def late(redis: Redis) -> Interposed:
    """A second client of the same server, which others come before."""
    return Interposed(connection_pool=redis.connection_pool)


async def test_a_drain_that_is_slow_to_write_changes_nothing_that_was_written_later(
    world: BoardWorld, redis: Redis, late: Interposed, played: Any
) -> None:
    game, (ada, bob, _) = played

    async def meanwhile() -> None:
        await world.did((ada, points("4", NOON, 7)))
        assert await world.drain(redis) == 1

    # given a drain that has read 103 for Ada, and somebody who then writes 110
    await world.did((ada, points("3", NOON, 3)))
    late.before(2, meanwhile)
    assert await world.drain(late) == 1
    assert await world.top(redis, game) == [(ada, 110, 1), (bob, 80, 2)]


async def test_a_drain_that_is_slow_to_write_brings_nobody_back_who_left(
    world: BoardWorld, redis: Redis, late: Interposed, played: Any
) -> None:
    game, (ada, bob, eve) = played

    async def meanwhile() -> None:
        async with tenant_transaction(world.engine, world.program_id) as connection:
            await opt_out(connection, world.program_id, eve, game.definition_id)
        assert await world.drain(redis) == 1

    # Of Eve nothing was ever written when she left.
    await world.join(game, [eve])
    await world.did((eve, points("3", NOON, 500)))
    late.before(2, meanwhile)
    assert await world.drain(late) == 1
    assert await contents(redis, world.program_id) != {}
    assert await world.top(redis, game) == [(ada, 100, 1), (bob, 80, 2)]
    assert (await world.view(redis, game)).total == 2


async def test_a_wipe_between_reading_and_writing_loses_nothing(
    world: BoardWorld, redis: Redis, late: Interposed, played: Any
) -> None:
    game, (ada, bob, _) = played
    for wiped_before in (1, 2):
        await world.did((ada, points(f"w{wiped_before}", NOON, 1)))
        late.before(wiped_before, redis.flushall)
        assert await world.drain(late) == 1
        assert await world.top(redis, game) is None
        await world.keep(redis)
        assert await world.top(redis, game) == [(ada, 100 + wiped_before, 1), (bob, 80, 2)]


async def test_a_board_made_anew_between_reading_and_writing_loses_nothing(
    world: BoardWorld, redis: Redis, late: Interposed, played: Any
) -> None:
    game, (ada, bob, _) = played
    await world.did((ada, points("3", NOON, 3)))
    late.before(2, lambda: rebuild_program(world.engine, redis, world.program_id))
    assert await world.drain(late) == 1
    assert await world.top(redis, game) == [(ada, 103, 1), (bob, 80, 2)]


async def test_what_happens_while_a_board_is_made_anew_is_on_it(
    world: BoardWorld, redis: Redis, late: Interposed, played: Any
) -> None:
    game, (ada, bob, _) = played

    async def meanwhile() -> None:
        await world.did((ada, points("3", NOON, 3)))
        async with tenant_transaction(world.engine, world.program_id) as connection:
            await opt_out(connection, world.program_id, bob, game.definition_id)
        assert await world.drain(redis) == 2
        assert await world.top(redis, game) is None

    # Scripts of a rebuild: state, begin, write, finish; the builder has read both before they change.
    late.before(3, meanwhile)
    assert await rebuild_program(world.engine, late, world.program_id) == 1
    assert await world.top(redis, game) == [(ada, 103, 1)]


async def test_a_builder_whose_board_was_taken_over_stops(
    world: BoardWorld, redis: Redis, late: Interposed, played: Any
) -> None:
    game, (ada, bob, _) = played
    for number in (3, 4):
        late.before(number, lambda: rebuild_program(world.engine, redis, world.program_id))
        assert await rebuild_program(world.engine, late, world.program_id) == 0
        assert await world.top(redis, game) == [(ada, 100, 1), (bob, 80, 2)]


async def test_a_crash_after_writing_repeats_it(world: BoardWorld, redis: Redis, played: Any) -> None:
    game, (ada, bob, _) = played
    await world.did((ada, points("3", NOON, 3)))
    async with world.engine.connect() as connection:
        await name_tenants(connection, [world.program_id])
        assert await drain_boards(connection, redis) == 1
        await connection.rollback()  # the process dies before the commit
    assert await world.marks() == 1
    assert await world.drain(redis) == 1
    assert await world.top(redis, game) == [(ada, 103, 1), (bob, 80, 2)]


async def test_a_connection_that_breaks_while_writing_leaves_the_mark(
    world: BoardWorld, redis: Redis, late: Interposed, played: Any
) -> None:
    async def breaks() -> None:
        raise RedisGoneError("cut")

    game, (ada, bob, _) = played
    await world.did((ada, points("3", NOON, 3)))
    late.before(2, breaks)
    assert await world.drain(late) == 0
    assert await world.marks() == 1
    assert await world.drain(late) == 1
    assert await world.top(redis, game) == [(ada, 103, 1), (bob, 80, 2)]


class HalfGone:
    """A cluster of which the node of one program does not answer."""

    def __init__(self, redis: Redis, program_id: int) -> None:
        self._redis, self._tag = redis, f"{{{program_id}}}"

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if any(isinstance(part, str) and self._tag in part for part in args):
            raise RedisGoneError("the node is down")
        return await self._redis.execute_command(*args, **options)  # type: ignore[no-untyped-call]


async def test_a_program_whose_redis_does_not_answer_holds_up_no_other(
    world: BoardWorld, redis: Redis, played: Any
) -> None:
    ada = played[1][0]
    shop = await install_shop(
        world.engine, domain="other.myshopify.com", external_id=2, name="", currency="USD", time_zone="UTC", scopes=[],
        at=NOON,
    )  # fmt: skip
    other = BoardWorld(world.engine, shop)
    game = await other.open(board())
    (eve,) = await other.members(1)
    await other.join(game, [eve])
    await other.keep(redis)
    # given more marks of the first program than are drained at once, before those of the second
    marks = "INSERT INTO board_marks (program_id, member_id) SELECT :program_id, :ada FROM generate_series(1, 50)"
    await world.run(marks, ada=ada)
    await other.did((eve, points("1", NOON, 7)))
    half: Any = HalfGone(redis, world.program_id)
    async with tenant_transaction(world.engine, world.program_id, other.program_id) as connection:
        assert await drain_boards(connection, half, most=10) == 1
    assert (await other.top(redis, game), await world.marks()) == ([(eve, 7, 1)], 50)
    # then its Redis answers again: it used its share of five up, so the next turn follows at once
    await other.did((eve, points("2", NOON, 7)))
    async with tenant_transaction(world.engine, world.program_id, other.program_id) as connection:
        assert await drain_boards(connection, redis, most=10) == 10
    assert await world.marks() == 45

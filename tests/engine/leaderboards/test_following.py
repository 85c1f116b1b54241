"""Boards in Redis follow the ledger: drained, made anew, taken off; whatever is lost or comes in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from engine.database import tenant_transaction
from engine.game.catalog import archive_game, update_game
from engine.leaderboards.audit_checks import BoardAudit, audit_boards
from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.definitions import Season, Segment
from engine.leaderboards.joining import leave_now, opt_in, opt_out
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.rebuilding import rebuild_program
from tests.support.board_shelf import contents
from tests.support.boards import ON_BOTH, BoardWorld, board, points

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


@ON_BOTH
async def test_a_board_follows_orders_and_refunds(world: BoardWorld, redis: BoardRedis, played: Any) -> None:
    game, (ada, bob, eve) = played
    assert await world.top(redis, game) == [(ada, 100, 1), (bob, 80, 2)]
    await world.did((ada, points("1", NOON, 100, 50)), (eve, points("3", NOON, 10)))
    assert await world.drain(redis) == 2
    assert await world.top(redis, game) == [(bob, 80, 1), (ada, 50, 2)]
    await world.did((bob, points("2", NOON, 80, 0)))
    await world.drain(redis)
    assert await world.top(redis, game) == [(ada, 50, 1)]
    assert (await world.marks(), await world.drain(redis)) == (0, 0)


async def test_who_takes_part_is_on_it_and_who_leaves_is_off_at_once(
    world: BoardWorld, redis: BoardRedis, played: Any
) -> None:
    game, (ada, bob, eve) = played
    await world.did((eve, points("3", NOON, 90)))
    await world.drain(redis)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await opt_in(connection, world.program_id, eve, game.definition_id, " Eve ")
    await world.drain(redis)
    view = await world.view(redis, game)
    assert [(row.display_name, row.score) for row in view.top] == [
        (f"Member {ada}", 100), ("Eve", 90), (f"Member {bob}", 80),
    ]  # fmt: skip
    async with tenant_transaction(world.engine, world.program_id) as connection:
        assert await opt_out(connection, world.program_id, ada, game.definition_id)
    # No drain yet: the name is gone with the commit, and with `leave_now` the place, too.
    assert [row.member_id for row in (await world.view(redis, game)).top] == [eve, bob]
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await leave_now(connection, redis, world.program_id, ada, game.definition_id)
    assert await world.top(redis, game) == [(eve, 90, 1), (bob, 80, 2)]
    await world.drain(redis)
    assert await world.top(redis, game) == [(eve, 90, 1), (bob, 80, 2)]


@ON_BOTH
async def test_a_wiped_redis_says_updating_and_then_what_the_ledger_says(
    world: BoardWorld, redis: BoardRedis, played: Any
) -> None:
    game, (ada, bob, _) = played
    before = await contents(redis, world.program_id)
    await redis.flushall()
    assert await world.top(redis, game) is None
    await world.did((bob, points("3", NOON, 5)))
    assert await world.drain(redis) == 1  # what is drained now is read when the board is made anew
    assert await world.top(redis, game) is None
    assert await world.keep(redis) == 1
    assert await world.top(redis, game) == [(ada, 100, 1), (bob, 85, 2)]
    await world.did((bob, points("3", NOON, 0)))
    await world.drain(redis)
    assert await contents(redis, world.program_id) == before


async def test_while_redis_is_away_marks_wait_and_nothing_is_refused(world: BoardWorld, played: Any) -> None:
    game, (ada, _, _) = played
    await world.did((ada, points("3", NOON, 5)))
    async with connect_boards("redis://127.0.0.1:1/0") as gone:
        assert await world.drain(gone) == 0
        assert await world.keep(gone) == 0
        assert (await world.view(gone, game)).status == "UPDATING"
    assert await world.marks() == 1


@ON_BOTH
async def test_every_order_of_arrival_ends_in_the_same_bytes_and_so_does_making_it_anew(
    world: BoardWorld, redis: BoardRedis
) -> None:
    random = Random(3)
    gold = Segment(kind="tier", value="gold")
    spring = Season(handle="spring", starts_at=NOON - timedelta(days=9), ends_at=NOON + timedelta(days=400))
    games = [
        await world.open(board(ranking="dense", segments=(gold,)), "all"),
        await world.open(board(operator="best", period="custom", seasons=(spring,)), "spring"),
        await world.open(board(metric="orders", ranking="competition", period="year", daily_cap=2), "orders"),
    ]
    members = await world.members(25)
    for game in games:
        await world.join(game, members)
    await world.run(
        "INSERT INTO member_tiers (program_id, member_id, version, tier, since) "
        "SELECT :program_id, unnest(CAST(:gold AS bigint[])), 1, 'gold', now()", gold=members[:9],
    )  # fmt: skip
    history = [
        (member, points(f"{member}-{number}", NOON + timedelta(hours=random.randint(-5, 5)), *worth))
        for member in members
        for number, worth in enumerate(random.choices([(10,), (20, 10), (30, 0), (5, 5)], k=6))
    ]
    ends = []
    for _ in range(3):
        # given the same history in another order, drained now and then, with a wipe in the middle
        random.shuffle(history)
        await world.run("DELETE FROM board_marks WHERE program_id = :program_id")
        await world.keep(redis)
        for start in range(0, len(history), 15):
            await world.did(*history[start : start + 15])
            if random.random() < 0.6:
                await world.drain(redis)
            if start == 75:
                await redis.flushall()
        await world.keep(redis)
        await world.drain(redis)
        ends.append(await contents(redis, world.program_id))
        assert await rebuild_program(world.engine, redis, world.program_id) == 3
        ends.append(await contents(redis, world.program_id))
    assert len(ends[0]) > 5
    assert all(one == ends[0] for one in ends)
    audit = await audit_boards(world.engine, redis, [world.program_id])
    assert audit == BoardAudit(scores_checked=75, entries_checked=75)


async def test_a_changed_definition_makes_its_board_anew_and_an_archived_one_goes(
    world: BoardWorld, redis: BoardRedis, played: Any
) -> None:
    game, (ada, bob, _) = played
    async with tenant_transaction(world.engine, world.program_id) as connection:
        changed = await update_game(
            connection, world.program_id, game.definition_id, board(operator="best", ranking="dense"),
            expected_version=1, actor="tests",
        )  # fmt: skip
    assert (await world.view(redis, changed)).status == "UPDATING"
    await world.keep(redis)
    assert await world.top(redis, changed) == [(ada, 100, 1), (bob, 80, 2)]
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await archive_game(connection, world.program_id, game.definition_id, expected_version=2)
    await world.keep(redis)
    assert await redis.dbsize() == 0


@ON_BOTH
async def test_the_audit_finds_what_is_wrong_in_redis(world: BoardWorld, redis: BoardRedis, played: Any) -> None:
    game, (ada, bob, _) = played
    stem = f"lb:{{{world.program_id}}}:{game.definition_id}:all"
    fine = BoardAudit(scores_checked=2, entries_checked=2)
    assert await audit_boards(world.engine, redis, [world.program_id]) == fine
    (entry,) = await redis.execute_command("ZRANGE", f"{stem}:ranks:", 0, 0)
    # a score that is another
    await redis.zincrby(f"{stem}:ranks:", 1, entry)
    assert (await audit_boards(world.engine, redis, [world.program_id])).entries_wrong == 1
    await redis.zincrby(f"{stem}:ranks:", -1, entry)
    # an entry that nobody wrote
    await redis.zadd(f"{stem}:ranks:", {"f" * 28: 5})
    assert (await audit_boards(world.engine, redis, [world.program_id])).entries_wrong == 1
    await redis.zrem(f"{stem}:ranks:", "f" * 28)
    # one that is missing
    await redis.zrem(f"{stem}:ranks:", entry)
    assert (await audit_boards(world.engine, redis, [world.program_id])).entries_wrong == 1
    # Redis that is away, or being made anew, is told as such
    assert (await audit_boards(world.engine, None, [world.program_id])).boards_not_compared == 1
    await redis.flushall()
    assert (await audit_boards(world.engine, redis, [world.program_id])).boards_updating == 1
    await world.keep(redis)
    assert await audit_boards(world.engine, redis, [world.program_id]) == fine
    # who is marked lags
    await world.did((ada, points("3", NOON, 3)), (bob, points("4", NOON, 3)))
    behind = await audit_boards(world.engine, redis, [world.program_id])
    assert (behind.entries_wrong, behind.members_behind) == (0, 2)

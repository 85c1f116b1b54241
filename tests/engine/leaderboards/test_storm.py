"""Wipes, rebuilds, joining and leaving, drains and looks, all at once: in the end every board is as the ledger says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from engine.database import tenant_transaction
from engine.leaderboards.audit_checks import audit_boards
from engine.leaderboards.joining import leave_now, opt_in, opt_out
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.rebuilding import rebuild_program
from tests.support.board_shelf import contents
from tests.support.boards import BoardWorld, board, points

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


async def test_boards_wiped_in_the_middle_of_a_load_end_as_the_ledger_says(
    world: BoardWorld, redis: BoardRedis
) -> None:
    random = Random(1)
    games = [await world.open(board(ranking="dense"), "dense"), await world.open(board(period="year"), "yearly")]
    members = await world.members(30)
    for game in games:
        await world.join(game, members[:20])
    program_id = world.program_id

    async def order() -> None:
        member, number = random.choice(members), random.randint(1, 4)
        at = NOON + timedelta(minutes=random.randint(0, 9))
        await world.did((member, points(f"{member}-{number}", at, random.choice([0, 1, 1, 5]))))

    async def come_or_go() -> None:
        member, game = random.choice(members), random.choice(games)
        async with tenant_transaction(world.engine, program_id) as connection:
            if random.random() < 0.5:
                await opt_in(connection, program_id, member, game.definition_id, "Somebody")
            else:
                await opt_out(connection, program_id, member, game.definition_id)
        async with tenant_transaction(world.engine, program_id) as connection:
            await leave_now(connection, redis, program_id, member, game.definition_id)

    async def look() -> None:
        view = await world.view(redis, random.choice(games))
        assert [row.score for row in view.top] == sorted((row.score for row in view.top), reverse=True)

    async def wipe() -> None:
        await world.marks()
        await redis.flushall()

    async def again(times: int, act: Callable[[], Awaitable[object]]) -> None:
        for _ in range(times):
            await act()

    await world.keep(redis)
    await asyncio.gather(
        again(25, order), again(25, order), again(15, come_or_go), again(25, look), again(12, wipe),
        again(20, lambda: world.drain(redis)), again(20, lambda: world.drain(redis)),
        again(12, lambda: world.keep(redis)), again(3, lambda: rebuild_program(world.engine, redis, program_id)),
    )  # fmt: skip
    # Once it is calm a board is whole within a few rounds.
    while await world.keep(redis) or await world.drain(redis):
        pass
    audit = await audit_boards(world.engine, redis, [program_id])
    assert (audit.scores_wrong, audit.entries_wrong, audit.members_behind, audit.boards_updating) == (0, 0, 0, 0)
    assert audit.entries_checked > 0
    calm = await contents(redis, program_id)
    await rebuild_program(world.engine, redis, program_id)
    assert await contents(redis, program_id) == calm

"""A board of a million members made anew from what they did, while orders go on."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import text

from engine.database import create_engine
from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.rebuilding import rebuild_program
from tests.bench.results import Result
from tests.bench.stage import Stage
from tests.support.boards import BoardWorld, board

MEMBERS = 1_000_000
FIRST_ID = 1_000_000_000
AIM_SECONDS = 30

_FILL = (
    """INSERT INTO members (program_id, member_id, joined_at)
    SELECT :program_id, :first + g, '2026-01-01' FROM generate_series(1, :members) g""",
    """INSERT INTO board_participants (program_id, definition_id, member_id, display_name)
    SELECT :program_id, :definition_id, :first + g, 'M' || g FROM generate_series(1, :members) g""",
    """INSERT INTO activities (program_id, shop_id, source, source_id, member_id, occurred_at, currency, steps)
    SELECT :program_id, :shop_id, 'order', CAST(g AS text), :first + 1 + (CAST(g AS bigint) * 7919) % :members,
        timestamptz '2026-01-01' + g * interval '3 seconds', 'USD', jsonb_build_array(jsonb_build_array(
            '2026-01-01T00:00:00+00:00', g % 90000, g % 900, 1, 0, 0))
    FROM generate_series(1, :members * 3 / 2) g""",
)


def measure(stage: Stage) -> list[Result]:
    """Members a second, with a drain that goes on meanwhile."""
    seconds, drained = asyncio.run(_measure(stage))
    what = f"board of {MEMBERS:,} members made anew in {seconds:.1f} s, {drained:,} marks drained meanwhile"
    return [Result(what, "/s", MEMBERS / seconds, MEMBERS / AIM_SECONDS, "≥ 1 × (30 s)")]


async def _measure(stage: Stage) -> tuple[float, int]:
    engine, owner = create_engine(stage.postgres.application_url), create_engine(stage.postgres.owner_url, role=None)
    world = BoardWorld(engine, stage.shop)
    game = await world.open(board(counter={"metric": "points", "sources": ["order"]}), "bench-rebuilding")
    given = {
        "program_id": world.program_id, "shop_id": world.shop_id, "definition_id": game.definition_id,
        "members": MEMBERS, "first": FIRST_ID,
    }  # fmt: skip
    async with owner.begin() as connection:
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        for sql in _FILL:
            await connection.execute(text(sql), {name: given[name] for name in given if f":{name}" in sql})
        await connection.execute(text("ANALYZE"))
    async with connect_boards(stage.valkey.url, timeout_seconds=10) as redis:
        finished = asyncio.Event()
        going_on = asyncio.create_task(_go_on(world, redis, finished))
        began = time.perf_counter()
        await rebuild_program(engine, redis, world.program_id)
        seconds = time.perf_counter() - began
        finished.set()
        drained = await going_on
    await engine.dispose()
    await owner.dispose()
    return seconds, drained


async def _go_on(world: BoardWorld, redis: BoardRedis, finished: asyncio.Event) -> int:
    """Mark and drain a hundred members every now and then."""
    drained = 0
    while not finished.is_set():
        await world.run(
            "INSERT INTO board_marks (program_id, member_id) "
            "SELECT :program_id, :first + g * 997 FROM generate_series(1, 100) g", first=FIRST_ID,
        )  # fmt: skip
        drained += await world.drain(redis)
        await asyncio.sleep(0.3)
    return drained

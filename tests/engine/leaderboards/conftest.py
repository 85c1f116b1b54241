"""A Valkey that is empty, and a program with boards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.periods import BoardGame
from engine.shops import ShopReference
from tests.support.boards import BoardWorld, board, points
from tests.support.cluster import ValkeyCluster

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


@pytest.fixture(scope="session")
def valkey_cluster() -> Iterator[ValkeyCluster]:
    """Three nodes that share all slots."""
    with ValkeyCluster() as cluster:
        yield cluster


@pytest.fixture
async def redis(request: pytest.FixtureRequest) -> AsyncIterator[BoardRedis]:
    """A client of an empty Valkey: of one server, or of a cluster where a test says `@ON_BOTH`."""
    if getattr(request, "param", "server") == "server":
        async with connect_boards(request.getfixturevalue("redis_url")) as client:
            yield client
    else:
        async with connect_boards(request.getfixturevalue("valkey_cluster").url) as client:
            await client.flushall()
            yield client


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    """A program that is played by as many members as a test asks for."""
    return BoardWorld(engine, shop)


@pytest.fixture
async def played(world: BoardWorld, redis: BoardRedis) -> tuple[BoardGame, list[int]]:
    """A board that Ada leads with 100 from Bob with 80, drained."""
    game = await world.open(board())
    members = await world.members(3)
    await world.join(game, members[:2])
    await world.did((members[0], points("1", NOON, 100)), (members[1], points("2", NOON, 80)))
    await world.keep(redis)
    assert await world.drain(redis) == 2
    return game, members

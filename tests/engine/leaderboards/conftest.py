"""A Valkey that is empty, and a program with boards."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.boards import BoardWorld


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of an empty Valkey."""
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    """A program that is played by as many members as a test asks for."""
    return BoardWorld(engine, shop)

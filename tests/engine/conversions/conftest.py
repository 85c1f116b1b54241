"""Partners of the tests' program, and their trade with it."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.trading import Trading


@pytest.fixture
async def trading(engine: AsyncEngine, shop: ShopReference) -> Trading:
    return Trading(engine, shop)

"""Partners of the tests' program."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.partners import Partnering


@pytest.fixture
async def partnering(engine: AsyncEngine, shop: ShopReference) -> Partnering:
    return Partnering(engine, shop)

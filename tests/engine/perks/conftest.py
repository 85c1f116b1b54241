"""A member of the demo's shop whose perks follow what a test says they are entitled to."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.perks import Perking
from tests.support.rewards import Rewarding


@pytest.fixture
async def perking(engine: AsyncEngine, shop: ShopReference) -> Perking:
    """Customer 1, who joined with a purchase."""
    rewarding = Rewarding(engine, shop)
    await rewarding.earn(10)
    return Perking(rewarding, 1)

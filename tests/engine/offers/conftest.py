"""What the tests of this room share."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.offers import Offering


@pytest.fixture
async def offering(engine: AsyncEngine, shop: ShopReference) -> Offering:
    """The shop with a partner."""
    return await Offering.begin(engine, shop)

"""What the tests of this room share."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.rewards import Rewarding


@pytest.fixture
def rewarding(engine: AsyncEngine, shop: ShopReference) -> Rewarding:
    """The shop's rewards and redemptions."""
    return Rewarding(engine, shop)

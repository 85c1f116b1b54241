"""What the tests of this room share."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.settling import Settling


@pytest.fixture
def settling(engine: AsyncEngine, shop: ShopReference) -> Settling:
    """The shop's books with its partners."""
    return Settling(engine, shop)

"""A program with two partners, each with a key, and their trade."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.partners.facts import Partner
from engine.shops import ShopReference
from plugin.web.app import LaurelApp
from tests.support.partner_calls import PartnerCalls, key_for
from tests.support.trading import Trading


@pytest.fixture
def trading(engine: AsyncEngine, shop: ShopReference) -> Trading:
    """The program's trade."""
    return Trading(engine, shop)


@pytest.fixture
async def coffee(trading: Trading) -> Partner:
    """A partner."""
    return await trading.partner("harbor-coffee")


@pytest.fixture
async def calls(app: LaurelApp, client: httpx.AsyncClient, trading: Trading, coffee: Partner) -> PartnerCalls:
    """Its system."""
    return PartnerCalls(client, await key_for(trading.engine, app.services.desk, trading.program_id, coffee))


@pytest.fixture
async def bakery_calls(app: LaurelApp, client: httpx.AsyncClient, trading: Trading) -> PartnerCalls:
    """Another partner's system."""
    bakery = await trading.partner("bakery")
    return PartnerCalls(client, await key_for(trading.engine, app.services.desk, trading.program_id, bakery))

"""A program with two partners, each with a key, and their trade."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.partners.facts import Partner
from engine.shops import ShopReference
from plugin.web.app import LaurelApp
from tests.support.partner_calls import PartnerCalls, key_for
from tests.support.trading import Trading
from tests.support.two_programs import TwoPrograms

_names = itertools.count(1)


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


@pytest.fixture
async def two(
    app: LaurelApp, shop: ShopReference, engine: AsyncEngine, postgres_server: str
) -> AsyncIterator[TwoPrograms]:
    """The host is the app of the other tests; the partner has a database and an encryption key of its own."""
    name = f"laurel_second_{next(_names)}"
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE laurel_shop STRATEGY file_copy")
    # A copy of the same database: the shop has the same ids in both.
    two = TwoPrograms(
        app, Trading(engine, shop), shop, postgres_server.format(name), b"another encryption key, 32 bytes"
    )
    yield two
    await two.http.aclose()
    await two.engine.dispose()
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

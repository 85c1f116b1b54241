"""The app as the tests of this room see it: in memory, over a real database and Valkey, with a Shopify of ours."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from plugin.settings import Settings
from plugin.shopify import admin_client
from plugin.web.app import LaurelApp, create_app
from tests.support.fulfilling import Fulfilling
from tests.support.shopify import FakeShopify
from tests.support.signing import API_KEY, OLD_SECRET, SECRET
from tests.support.subscribing import Subscribing


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    """What a process in production is told, while its secret is being rotated."""
    return Settings.model_validate(
        {
            "SHOPIFY_API_KEY": API_KEY,
            "SHOPIFY_API_SECRET": SECRET,
            "SHOPIFY_API_SECRET_OLD": OLD_SECRET,
            "SHOPIFY_APP_URL": "https://laurel.test",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "LAUREL_ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode(),
        }
    )


@pytest.fixture
def shopify() -> FakeShopify:
    """All of Shopify."""
    return FakeShopify()


@pytest.fixture
async def app(settings: Settings, engine: AsyncEngine, shopify: FakeShopify) -> AsyncIterator[LaurelApp]:
    """The app of one process."""
    app = create_app(settings, engine=engine, http=shopify.client())
    yield app
    await app.services.close()


@pytest.fixture
async def client(app: LaurelApp) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the app."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://laurel.test") as client:
        yield client


@pytest.fixture
async def fulfilling(
    engine: AsyncEngine, shop: ShopReference, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Fulfilling]:
    """A member with points, and a worker beside a demo store in the same process; nothing waits between attempts."""
    monkeypatch.setattr(admin_client, "_backoff_seconds", lambda _: 0.0)
    monkeypatch.setattr(admin_client, "_throttle_seconds", lambda *_: 0.0)
    fulfilling = Fulfilling(engine, shop, settings, tmp_path)
    await fulfilling.open()
    yield fulfilling
    await fulfilling.close()


@pytest.fixture
async def subscribing(
    engine: AsyncEngine, shop: ShopReference, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Subscribing]:
    """A plan that is sold by the month in such a demo store."""
    monkeypatch.setattr(admin_client, "_backoff_seconds", lambda _: 0.0)
    monkeypatch.setattr(admin_client, "_throttle_seconds", lambda *_: 0.0)
    subscribing = Subscribing(engine, shop, settings, tmp_path)
    await subscribing.open()
    yield subscribing
    await subscribing.close()

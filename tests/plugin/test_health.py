"""What operators ask: is it alive, can it work, what are the numbers; and that no answer tells a stranger anything."""

from __future__ import annotations

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import create_engine
from engine.shops import ShopReference
from plugin.settings import Settings
from plugin.web.app import LaurelApp, create_app
from tests.support.deliveries import pending_delivery


async def test_a_process_that_can_work_says_so(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).text == "ok\n"
    assert (await client.get("/readyz")).text == "ready\n"


async def test_redis_being_away_is_no_reason_to_stop(client: httpx.AsyncClient, app: LaurelApp) -> None:
    assert isinstance(app.services.redis, Redis)
    app.services.redis.connection_pool.connection_kwargs["port"] = 1

    assert (await client.get("/readyz")).status_code == 200


async def test_without_postgresql_it_lives_but_is_not_ready(settings: Settings) -> None:
    engine = create_engine("postgresql://nobody:canary-password@127.0.0.1:1/none")
    app = create_app(settings, engine=engine)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://laurel.test") as client:
        live, ready, numbers = [await client.get(path) for path in ("/livez", "/readyz", "/metrics")]
    await app.services.close()

    assert (live.status_code, ready.status_code, ready.text) == (200, 503, "not ready\n")
    assert numbers.status_code == 200
    assert "laurel_database_up 0.0" in numbers.text
    assert "canary" not in numbers.text + ready.text


@pytest.mark.parametrize("change", ["UPDATE alembic_version SET version_num = '0000'", "DELETE FROM alembic_version"])
async def test_an_older_schema_is_not_ready(client: httpx.AsyncClient, database_url: str, change: str) -> None:
    owner = create_engine(database_url, role=None)
    async with owner.begin() as connection:
        await connection.execute(text(change))
    await owner.dispose()

    assert (await client.get("/readyz")).status_code == 503


async def test_tokens_that_another_key_sealed_are_not_ready(
    client: httpx.AsyncClient, engine: AsyncEngine, settings: Settings, app: LaurelApp, shop: ShopReference
) -> None:
    from plugin.shopify.token_endpoint import TokenPair

    await app.services.tokens.store(shop, TokenPair("shpat_x", None, None, None, ""))
    assert (await client.get("/readyz")).status_code == 200
    other = settings.model_copy(update={"encryption_key": type(settings.encryption_key)("A" * 43 + "=")})
    changed = create_app(other, engine=engine)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=changed), base_url="https://laurel.test") as client:
        assert (await client.get("/readyz")).status_code == 503


async def test_the_numbers_show_what_waits(client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference) -> None:
    await pending_delivery(engine, shop, "orders/paid", {"id": 1})

    numbers = (await client.get("/metrics")).text

    assert "laurel_inbox_pending 1.0" in numbers
    assert "laurel_inbox_parked 0.0" in numbers
    assert "laurel_database_up 1.0" in numbers
    for name in (
        "laurel_inbox_lag_seconds",
        "laurel_oldest_job_seconds",
        "laurel_unknown_outcomes",
        "laurel_invariant_breaches",
    ):
        assert f"\n{name} " in numbers
    assert "laurel_transactions_posted" not in numbers  # no number is better than one that is always 0

"""Tokens at rest and their renewal: once for all who ask, both stored before either is used."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.credentials import StoredCredentials, read_credentials
from engine.database import tenant_transaction
from engine.shops import ShopReference
from plugin.settings import Settings
from plugin.shopify.token_box import TokenBox, TokenUnreadableError
from plugin.shopify.token_endpoint import TokenPair, TokenRefusedError
from plugin.shopify.tokens import ShopPausedError, ShopTokens
from tests.support.shopify import FakeShopify

REFRESH_LIFE = timedelta(days=90)


@pytest.fixture
def tokens(settings: Settings, engine: AsyncEngine, shopify: FakeShopify) -> ShopTokens:
    """The tokens of one process."""
    return ShopTokens(settings, engine, shopify.client())


async def keep(
    tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify, *, left: timedelta, refresh: timedelta = REFRESH_LIFE
) -> None:
    """A pair that Shopify gave out, with so much life left."""
    shopify.valid, shopify.refresh = "shpat_first", "shprt_first"
    now = datetime.now(UTC)
    await tokens.store(shop, TokenPair("shpat_first", now + left, "shprt_first", now + refresh, "read_orders"))


async def stored(engine: AsyncEngine, shop: ShopReference) -> StoredCredentials | None:
    """What is at rest."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await read_credentials(connection, shop.program_id, shop.shop_id)


async def test_a_fresh_token_is_given_out_as_it_is(
    tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(minutes=2))

    assert await tokens.access_token(shop) == "shpat_first"
    assert shopify.token_requests == []


async def test_twenty_callers_at_once_renew_once(
    settings: Settings, engine: AsyncEngine, tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(seconds=30))
    other_process = ShopTokens(settings, engine, shopify.client())

    given = await asyncio.gather(*((tokens, other_process)[n % 2].access_token(shop) for n in range(20)))

    assert set(given) == {"shpat_access_1"}
    assert [asked["refresh_token"] for asked in shopify.token_requests] == ["shprt_first"]
    kept = await stored(engine, shop)
    assert kept is not None
    assert kept.version == 2


async def test_both_tokens_are_stored_before_either_is_used(
    engine: AsyncEngine, settings: Settings, tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(seconds=30))

    given = await tokens.access_token(shop)

    kept = await stored(engine, shop)
    assert kept is not None
    assert kept.refresh_token is not None
    box = TokenBox(settings.encryption_key_bytes())
    assert box.open(kept.access_token, shop.program_id, shop.shop_id) == given == "shpat_access_1"
    assert box.open(kept.refresh_token, shop.program_id, shop.shop_id) == "shprt_refresh_1"


async def test_an_answer_that_was_not_stored_leaves_the_old_refresh_token(
    engine: AsyncEngine, tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(seconds=30))

    def power_cut(name: str) -> None:
        raise SystemError(name)

    with monkeypatch.context() as patch:
        patch.setattr("plugin.shopify.tokens.crash_point", power_cut)
        with pytest.raises(SystemError, match="token-renewed-not-stored"):
            await tokens.access_token(shop)
    shopify.refresh = "shprt_first"  # Shopify takes the old one until the new one was used

    assert await tokens.access_token(shop) == "shpat_access_2"
    assert [asked["refresh_token"] for asked in shopify.token_requests] == ["shprt_first"] * 2


async def test_a_revoked_grant_pauses_the_shop_until_a_visit(
    engine: AsyncEngine, tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(seconds=30))
    shopify.uninstall()

    for _ in range(3):
        with pytest.raises(ShopPausedError):
            await tokens.access_token(shop)

    assert len(shopify.token_requests) == 1
    assert await stored(engine, shop) is None


async def test_an_outage_of_shopify_keeps_the_grant(
    engine: AsyncEngine, tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(seconds=30))
    shopify.token_error = (503, {})

    with pytest.raises(TokenRefusedError, match="unreachable"):
        await tokens.access_token(shop)
    assert await stored(engine, shop) is not None
    shopify.token_error = None

    assert (await tokens.access_token(shop)).startswith("shpat_access_")


async def test_a_refused_token_is_renewed_once_for_all(
    tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(minutes=30))

    given = await asyncio.gather(*(tokens.renew_refused(shop, "shpat_first") for _ in range(10)))

    assert set(given) == {"shpat_access_1"}
    assert len(shopify.token_requests) == 1


async def test_a_refresh_token_is_kept_alive_though_nobody_asks(
    engine: AsyncEngine, tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(minutes=30), refresh=timedelta(days=61))
    await tokens.renew_unused(shop)
    assert shopify.token_requests == []

    await keep(tokens, shop, shopify, left=timedelta(minutes=30), refresh=timedelta(days=59))
    await tokens.renew_unused(shop)
    assert len(shopify.token_requests) == 1


async def test_an_uninstalled_shop_asks_nothing(tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify) -> None:
    await keep(tokens, shop, shopify, left=timedelta(seconds=30))

    with pytest.raises(ShopPausedError):
        await tokens.access_token(ShopReference(shop.program_id, shop.shop_id, shop.domain, installed=False))
    assert shopify.token_requests == []


async def test_a_row_copied_to_another_shop_cannot_be_opened_there(settings: Settings) -> None:
    box = TokenBox(settings.encryption_key_bytes())
    sealed = box.seal("shpat_secret", 1, 2)

    assert box.open(sealed, 1, 2) == "shpat_secret"
    assert sealed != box.seal("shpat_secret", 1, 2)
    for other in ((1, 3), (2, 2)):
        with pytest.raises(TokenUnreadableError):
            box.open(sealed, *other)
    with pytest.raises(TokenUnreadableError):
        TokenBox(bytes(32)).open(sealed, 1, 2)
    for broken in (b"", b"\x02" + sealed[1:], sealed[:-1], sealed[:10]):
        with pytest.raises(TokenUnreadableError):
            box.open(broken, 1, 2)


async def test_no_token_is_in_the_database_as_it_is(
    engine: AsyncEngine, tokens: ShopTokens, shop: ShopReference, shopify: FakeShopify
) -> None:
    await keep(tokens, shop, shopify, left=timedelta(seconds=30))
    await tokens.access_token(shop)

    async with tenant_transaction(engine, shop.program_id) as connection:
        row = (await connection.execute(text("SELECT shop_credentials::text AS written FROM shop_credentials"))).one()
    assert "shpat" not in row.written
    assert b"shpat".hex() not in row.written

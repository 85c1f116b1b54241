"""A shop's Admin API token, renewed in time by exactly one caller.

The row of the shop's credentials is the lock: whoever holds it asks Shopify, stores both new tokens in one commit and
only then uses them. Until that commit the old refresh token is in the row, so that a crash in between costs nothing:
Shopify accepts it again until the new pair is used.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

import httpx
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.crash import crash_point
from engine.credentials import StoredCredentials, drop_credentials, read_credentials, write_credentials
from engine.database import tenant_transaction
from engine.shops import ShopReference, all_shops
from plugin.settings import Settings
from plugin.shopify.token_box import TokenBox, TokenUnreadableError
from plugin.shopify.token_endpoint import TokenPair, TokenRefusedError, refresh_pair

RENEW_BEFORE = timedelta(seconds=60)
RENEW_MONTHLY_BEFORE = timedelta(days=60)
"""A refresh token lives 90 days; one with less than this left is renewed although nobody needs the access token."""

log = structlog.get_logger("laurel.tokens")


class ShopPausedError(Exception):
    """Nothing can be asked of this shop until its merchant opens the app again: it has no token that works."""


class ShopTokens:
    """Gives out access tokens. One for each process; the row lock in the database is between processes."""

    def __init__(self, settings: Settings, engine: AsyncEngine, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._engine = engine
        self._client = client
        self._box = TokenBox(settings.encryption_key_bytes())
        self._renewing: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()

    async def access_token(self, shop: ShopReference) -> str:
        """A token with more than a minute left.

        Raises ShopPausedError, and TokenRefusedError when Shopify cannot be asked now.
        """
        async with tenant_transaction(self._engine, shop.program_id) as connection:
            stored = await read_credentials(connection, shop.program_id, shop.shop_id)
        if stored is not None and not _ends_within(stored.expires_at, RENEW_BEFORE):
            return self._opened(stored.access_token, shop)
        return await self._renewed(shop, stored.version if stored else None)

    async def renew_unused(self, shop: ShopReference) -> None:
        """Keep the refresh token of a shop alive that nobody opens. Raises like `access_token`."""
        async with tenant_transaction(self._engine, shop.program_id) as connection:
            stored = await read_credentials(connection, shop.program_id, shop.shop_id)
        if (
            stored is not None
            and stored.refresh_token
            and _ends_within(stored.refresh_expires_at, RENEW_MONTHLY_BEFORE)
        ):
            await self._renewed(shop, stored.version)

    async def renew_refused(self, shop: ShopReference, refused: str) -> str:
        """Another token after Shopify refused this one; others may have renewed it. Raises ShopPausedError."""
        async with tenant_transaction(self._engine, shop.program_id) as connection:
            stored = await read_credentials(connection, shop.program_id, shop.shop_id)
        if stored is None:
            raise ShopPausedError(shop.domain)
        current = self._opened(stored.access_token, shop)
        return current if current != refused else await self._renewed(shop, stored.version)

    async def key_fits(self) -> bool:
        """Whether this process's key opens what is stored; true when nothing is. One shop stands for all of them."""
        async with self._engine.connect() as connection:
            shop = next((shop for shop in await all_shops(connection) if shop.installed), None)
        if shop is None:
            return True
        async with tenant_transaction(self._engine, shop.program_id) as connection:
            stored = await read_credentials(connection, shop.program_id, shop.shop_id)
        try:
            return stored is None or bool(self._opened(stored.access_token, shop))
        except ShopPausedError:
            return False

    async def store(self, shop: ShopReference, pair: TokenPair) -> None:
        """Keep the pair of a merchant's visit; it replaces whatever was there."""
        async with tenant_transaction(self._engine, shop.program_id) as connection:
            await write_credentials(connection, shop.program_id, shop.shop_id, self._sealed(pair, shop))

    async def _renewed(self, shop: ShopReference, seen_version: int | None) -> str:
        """Renew under the row lock, unless another caller did since `seen_version` was read."""
        # In this process only one caller waits at the row: the others would each hold a connection of the pool.
        async with self._renewing.setdefault((shop.program_id, shop.shop_id), asyncio.Lock()):
            return await self._renewed_alone(shop, seen_version)

    async def _renewed_alone(self, shop: ShopReference, seen_version: int | None) -> str:
        paused = False
        async with tenant_transaction(self._engine, shop.program_id) as connection:
            stored = await read_credentials(connection, shop.program_id, shop.shop_id, lock=True)
            if stored is None or not shop.installed:
                raise ShopPausedError(shop.domain)
            if stored.version != seen_version:
                return self._opened(stored.access_token, shop)
            try:
                pair = await self._asked(connection, shop, stored)
            except TokenRefusedError as refusal:
                if refusal.failure != "grant-revoked":
                    raise
                # Only a merchant's visit brings a new grant: without credentials every job of the shop waits for it.
                await drop_credentials(connection, shop.program_id, shop.shop_id)
                paused = True
        if paused:
            log.warning("shop paused until its merchant's next visit", shop=shop.domain, program=shop.program_id)
            raise ShopPausedError(shop.domain)
        log.info("token renewed", shop=shop.domain, program=shop.program_id)
        return pair.access_token

    async def _asked(self, connection: AsyncConnection, shop: ShopReference, stored: StoredCredentials) -> TokenPair:
        if stored.refresh_token is None:
            raise TokenRefusedError("grant-revoked")
        refresh_token = self._opened(stored.refresh_token, shop)
        pair = await refresh_pair(self._client, self._settings, shop.domain, refresh_token)
        crash_point("token-renewed-not-stored")
        if pair.refresh_token is None:
            pair = replace(pair, refresh_token=refresh_token, refresh_expires_at=stored.refresh_expires_at)
        await write_credentials(connection, shop.program_id, shop.shop_id, self._sealed(pair, shop))
        return pair

    def _opened(self, sealed: bytes, shop: ShopReference) -> str:
        try:
            return self._box.open(sealed, shop.program_id, shop.shop_id)
        except TokenUnreadableError:
            log.error("stored token cannot be opened", shop=shop.domain, program=shop.program_id)
            raise ShopPausedError(shop.domain) from None

    def _sealed(self, pair: TokenPair, shop: ShopReference) -> StoredCredentials:
        refresh = pair.refresh_token
        return StoredCredentials(
            access_token=self._box.seal(pair.access_token, shop.program_id, shop.shop_id),
            expires_at=pair.expires_at,
            refresh_token=self._box.seal(refresh, shop.program_id, shop.shop_id) if refresh else None,
            refresh_expires_at=pair.refresh_expires_at,
            scope=pair.scope,
        )


def _ends_within(moment: datetime | None, span: timedelta) -> bool:
    return moment is not None and moment - datetime.now(UTC) < span

"""Answers to persisted reads, kept in Redis and valid only for the versions that they were made from.

The versions are read from PostgreSQL first, in one query: from the instant at which a transfer commits, what was kept
before it no longer fits. Redis may lose everything or be away; then each answer is simply made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from redis.exceptions import RedisError

from engine.changes import Versions
from engine.direct import DirectDatabase
from engine.leaderboards.keys import BoardRedis
from engine.shops import ShopReference
from laurel_graphql.request import Answer
from plugin.web.metrics import PANEL_CACHE

KEPT_SECONDS = 600

log = structlog.get_logger("laurel.panel")


class PanelCache:
    """Keeps one answer for each shopper, operation and locale."""

    def __init__(self, direct: DirectDatabase, redis: BoardRedis) -> None:
        self._direct = direct
        self._redis = redis

    async def answer(
        self,
        shop: ShopReference,
        customer_id: int | None,
        operation_key: str,
        locale: str,
        make: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        """The kept answer if it still holds, else a new one, which is kept. Raises what `make` raises."""
        versions = await self._direct.read_versions(shop.program_id, shop.shop_id, customer_id)
        if versions.stale_at is not None and versions.stale_at <= datetime.now(UTC):
            PANEL_CACHE.labels("due").inc()
            return await make()  # points fell due: the answer now depends on the clock, not on the versions alone
        key = _key(shop, customer_id, operation_key, locale)
        stamp = f"{versions.member}.{versions.program}\n".encode()
        kept = await self._kept(key)
        if kept is not None and kept.startswith(stamp):
            PANEL_CACHE.labels("redis").inc()
            return Answer(200, kept[len(stamp) :], True, operation_key)
        PANEL_CACHE.labels("made").inc()
        answer = await make()
        if answer.cacheable and answer.status == 200:
            await self._keep(key, stamp + answer.payload, versions)
        return answer

    async def _kept(self, key: str) -> bytes | None:
        try:
            kept = await self._redis.get(key)
        except (RedisError, OSError):
            return None
        return kept if isinstance(kept, bytes) else None

    async def _keep(self, key: str, value: bytes, versions: Versions) -> None:
        seconds = float(KEPT_SECONDS)
        if versions.stale_at is not None:
            seconds = min(seconds, (versions.stale_at - datetime.now(UTC)).total_seconds())
        if seconds < 0.001:
            return
        try:
            await self._redis.set(key, value, px=int(seconds * 1000))
        except (RedisError, OSError) as error:
            log.info("answer not kept", error=type(error).__name__)


def _key(shop: ShopReference, customer_id: int | None, operation_key: str, locale: str) -> str:
    operation = hashlib.sha256(f"{locale}\n{operation_key}".encode()).hexdigest()[:32]
    return f"laurel:{{{shop.program_id}}}:panel:{shop.shop_id}:{customer_id or 0}:{operation}"

"""How often a caller may ask: counted in Redis for all processes together, or in this one alone while Redis is away."""

from __future__ import annotations

import time
from typing import Any

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisClusterStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

REDIS_PAUSE_SECONDS = 2.0
"""How long Redis is not asked again after it failed, so that not every request waits for its timeout."""

log = structlog.get_logger("laurel.limits")


class RateLimiter:
    """Counts requests of one caller in windows of a second."""

    def __init__(self, pool: ConnectionPool | None, redis_url: str) -> None:
        """`pool` is that of the server that the URL names, None where it names a cluster."""
        self._shared = FixedWindowRateLimiter(_storage(pool, redis_url))
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._redis_again_at = 0.0

    async def allow(self, per_second: int, program_id: int, *caller: str) -> bool:
        """Whether one more request of this caller is within `per_second`."""
        item = RateLimitItemPerSecond(per_second)
        who = (f"{{{program_id}}}", *caller)
        now = time.monotonic()
        if now >= self._redis_again_at:
            try:
                return await self._shared.hit(item, *who)
            except (RedisError, OSError, TimeoutError) as error:
                self._redis_again_at = now + REDIS_PAUSE_SECONDS
                log.warning("rate limits count locally", error=type(error).__name__)
        return await self._local.hit(item, *who)


def _storage(pool: ConnectionPool | None, redis_url: str) -> RedisStorage | RedisClusterStorage:
    if pool is None:
        return RedisClusterStorage("async+" + redis_url, implementation="redispy", key_prefix="laurel:limits")
    shared: Any = {"connection_pool": pool}  # the library's types forget what its text says it takes
    return RedisStorage("async+" + redis_url, implementation="redispy", key_prefix="laurel:limits", **shared)

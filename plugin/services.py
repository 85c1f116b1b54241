"""What the parts of the app share: settings, the database, Redis, the client for Shopify, and what these make up."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import create_engine
from engine.direct import DirectDatabase
from engine.leaderboards.connecting import connect_boards, is_cluster
from engine.leaderboards.keys import BoardRedis
from plugin.partners.desk import PartnerDesk
from plugin.partners.host_client import create_host_http
from plugin.settings import Settings
from plugin.shopify.admin_client import AdminClient
from plugin.shopify.client import create_client
from plugin.shopify.shop_cache import ShopCache
from plugin.shopify.tokens import ShopTokens
from plugin.web.rate_limits import RateLimiter

REDIS_TIMEOUT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Services:
    """One of each for a process; nothing in it connects before it is used."""

    settings: Settings
    engine: AsyncEngine
    redis: BoardRedis
    boards: BoardRedis
    """The same Redis with more patience, for scripts that write many entries at once."""
    http: httpx.AsyncClient
    hosts: httpx.AsyncClient
    """For programs elsewhere whose partners ours are: it connects to public addresses alone."""
    desk: PartnerDesk
    direct: DirectDatabase
    shops: ShopCache
    limiter: RateLimiter
    tokens: ShopTokens
    admin: AdminClient

    async def close(self) -> None:
        """Give back every connection."""
        await self.http.aclose()
        await self.hosts.aclose()
        await self.close_redis()
        await self.direct.close()
        await self.engine.dispose()

    async def close_redis(self) -> None:
        """Give back the connections to Redis alone."""
        for one in (self.redis, self.boards):
            if isinstance(one, Redis):
                await one.aclose(close_connection_pool=True)
            else:
                await one.aclose()


def create_services(
    settings: Settings, *, engine: AsyncEngine | None = None, http: httpx.AsyncClient | None = None,
    hosts: httpx.AsyncClient | None = None,
) -> Services:  # fmt: skip
    """Build what a process needs; tests hand in their own database, their own Shopify and their own hosts."""
    engine = engine or create_engine(settings.database_url.get_secret_value())
    http = http or create_client(settings)
    hosts = hosts or create_host_http(development=settings.development)
    redis_url = settings.redis_url.get_secret_value()
    pool = None if is_cluster(redis_url) else create_redis_pool(redis_url)
    tokens = ShopTokens(settings, engine, http)
    return Services(
        settings=settings,
        engine=engine,
        redis=Redis(connection_pool=pool) if pool else connect_boards(redis_url, timeout_seconds=REDIS_TIMEOUT_SECONDS),
        boards=connect_boards(redis_url),
        http=http,
        hosts=hosts,
        desk=PartnerDesk(settings.encryption_key_bytes(), hosts, development=settings.development),
        direct=DirectDatabase(settings.database_url.get_secret_value()),
        shops=ShopCache(engine),
        limiter=RateLimiter(pool, redis_url),
        tokens=tokens,
        admin=AdminClient(http, tokens),
    )


def create_redis_pool(redis_url: str) -> ConnectionPool:
    """Connections that fail at once: by default redis-py retries a refused connection for seconds, on every request."""
    return ConnectionPool.from_url(
        redis_url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        max_connections=100,
    )

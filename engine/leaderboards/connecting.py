"""The Redis that boards live in: one server, or a cluster where the URL says so."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from engine.leaderboards.keys import BoardRedis

CLUSTER = "+cluster"
"""The end of a URL's scheme (`redis+cluster://`, `rediss+cluster://`) that names any node of a cluster."""


def is_cluster(url: str) -> bool:
    """Whether a URL is that of a cluster."""
    return url.partition("://")[0].endswith(CLUSTER)


def connect_boards(url: str, *, timeout_seconds: float = 1.0) -> BoardRedis:
    """A client that fails at once instead of trying again for seconds; nothing connects before it is used.

    Of a cluster it asks again only where a key lies by now.
    """
    given: dict[str, Any] = {"socket_timeout": timeout_seconds, "socket_connect_timeout": timeout_seconds}
    if is_cluster(url):
        return RedisCluster.from_url(url.replace(CLUSTER, "", 1), retry=Retry(NoBackoff(), 1), **given)
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), max_connections=100, **given)

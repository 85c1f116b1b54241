"""The references for the web benchmarks: the least that a route on the same parts could do. Run with `-m`."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.database import libpq_url


def create() -> Starlette:
    """One route that inserts a body, one that reads a version from PostgreSQL and JSON from Redis."""
    pool = AsyncConnectionPool(
        libpq_url(os.environ["BENCH_OWNER_URL"]), min_size=10, max_size=10, open=False, kwargs={"autocommit": True}
    )
    redis = Redis.from_url(os.environ["REDIS_URL"])

    async def insert(request: Request) -> Response:
        body = await request.body()
        async with pool.connection() as connection:
            await connection.execute(
                "INSERT INTO bench_deliveries (webhook_id, body) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (request.headers["x-shopify-webhook-id"], body),
            )
        return Response()

    async def read(_request: Request) -> Response:
        async with pool.connection() as connection:
            cursor = await connection.execute("SELECT version FROM bench_versions WHERE id = 1")
            await cursor.fetchone()
        return Response(await redis.get("bench:panel"), media_type="application/json")

    async def live(_request: Request) -> Response:
        return Response()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await pool.open()
        yield
        await pool.close()

    routes = [
        Route("/insert", insert, methods=["POST"]),
        Route("/read", read, methods=["POST"]),
        Route("/livez", live),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(
        create(),
        host="127.0.0.1",
        port=int(os.environ["LAUREL_PORT"]),
        access_log=False,
        log_level="error",
        loop="uvloop",
    )

"""The three statements that are asked most, each in one round trip on plain psycopg: measured, a fifth of the time.

A statement names its tenant itself, in the implicit transaction that it is. Each may be repeated without harm; so a
connection that turns out to be dead costs a second try and no error: after a restart of PostgreSQL the next call heals.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect

from engine.changes import READ_MEMBER_VERSION, READ_VERSIONS, MemberVersion, Versions
from engine.database import APPLICATION_ROLE, libpq_url
from engine.inbox import STORE

CONNECTIONS = 10
WAIT_SECONDS = 1.0
"""How long a call waits for a connection: who is told to come again at once does not pile up."""
RECONNECT_SECONDS = 2.0
"""How long one attempt to connect is repeated; the next call starts another, so a server that is back is found soon."""
STATEMENT_TIMEOUT_MILLISECONDS = 4_000

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Result = TypeVar("Result")


def _plain(statement: TextClause) -> str:
    """The statement as psycopg wants it, with %(name)s for :name."""
    dialect = psycopg_dialect.dialect()  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect))


_NAME_TENANT = "SELECT set_config('laurel.program_ids', %(programs)s, true);"
_STORE = _plain(STORE)
_VERSIONS = _NAME_TENANT + _plain(READ_VERSIONS)
_MEMBER_VERSION = _NAME_TENANT + _plain(READ_MEMBER_VERSION)


class DirectDatabase:
    """A few connections of one process, made when they are needed, acting as `laurel_app`."""

    def __init__(self, url: str, *, size: int = CONNECTIONS) -> None:
        settings = f"-c role={APPLICATION_ROLE} -c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS} -c timezone=UTC"
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            libpq_url(url),
            kwargs={
                "autocommit": True, "connect_timeout": 2, "options": settings, "application_name": "laurel-direct",
            },
            min_size=0,
            max_size=size,
            timeout=WAIT_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
            open=False,
        )  # fmt: skip

    async def store_delivery(
        self, *, program_id: int, shop_id: int, topic: str, webhook_id: str, event_id: str | None,
        api_version: str | None, triggered_at: datetime | None, body: bytes,
    ) -> bool:  # fmt: skip
        """Store a delivery and commit. False when this shop's webhook id is already there: nothing is stored then.

        Raises psycopg.Error, also when no connection is to be had.
        """
        values = {
            "programs": f"{{{program_id}}}", "program_id": program_id, "shop_id": shop_id, "topic": topic,
            "webhook_id": webhook_id, "event_id": event_id, "api_version": api_version,
            "triggered_at": triggered_at, "body": body,
        }  # fmt: skip

        async def store(connection: Connection) -> bool:
            return (await connection.execute(_STORE, values)).rowcount == 1

        return await self._run(store)

    async def read_versions(self, program_id: int, shop_id: int, customer_id: int | None) -> Versions:
        """The versions of a shopper (0 when anonymous or unknown) and of the program. Raises like `store_delivery`."""
        row = await self._read(_VERSIONS, program_id, shop_id, customer_id or 0)
        assert row is not None  # it joins outwards from one row
        return Versions(*row)

    async def member_version(self, program_id: int, shop_id: int, customer_id: int) -> MemberVersion | None:
        """The member's version, None for a customer without a member. Raises like `store_delivery`."""
        row = await self._read(_MEMBER_VERSION, program_id, shop_id, customer_id)
        return MemberVersion(int(row[0]), row[1], tuple(row[2]), row[3]) if row else None

    async def close(self) -> None:
        """Give back every connection."""
        await self._pool.close()

    async def _read(self, sql: str, program_id: int, shop_id: int, customer_id: int) -> tuple[Any, ...] | None:
        values: Mapping[str, object] = {
            "programs": f"{{{program_id}}}", "program_id": program_id, "shop_id": shop_id, "customer_id": customer_id,
        }  # fmt: skip

        async def read(connection: Connection) -> tuple[Any, ...] | None:
            # The parameters are put in on our side, as two statements go at once: the first one names the tenant.
            cursor = psycopg.AsyncClientCursor(connection)
            await cursor.execute(sql, values)
            cursor.nextset()
            return await cursor.fetchone()

        return await self._run(read)

    async def _run(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        await self._pool.open()
        try:
            async with self._pool.connection() as connection:
                return await work(connection)
        except PoolTimeout:
            raise
        except psycopg.OperationalError:
            # It died while it was idle, and so did the others most likely.
            await self._pool.check()
            async with self._pool.connection() as connection:
                return await work(connection)

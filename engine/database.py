"""Connections to PostgreSQL, and the tenants that a transaction may see.

App and worker act as the role `laurel_app`, which owns nothing and passes no row-level policy. A transaction names its
programs once; without that it sees no tenant's rows at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Database = AsyncEngine
Connection = AsyncConnection
"""The names for rooms that pass these through and may not import SQLAlchemy themselves."""

APPLICATION_ROLE = "laurel_app"
STATEMENT_TIMEOUT_MILLISECONDS = 30_000
LOCK_TIMEOUT_MILLISECONDS = 10_000
POOL_TIMEOUT_SECONDS = 10
"""How long a request queues for a connection: a burst waits its turn; what is away is found out by connecting."""

_NAME_TENANTS = text("SELECT set_config('laurel.program_ids', :programs, true)")


def sqlalchemy_url(url: str) -> str:
    """The URL that SQLAlchemy wants for an ordinary `postgresql://` one: the same, with psycopg 3 as the driver."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The URL that libpq's own programs want, for an ordinary or a SQLAlchemy one."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_engine(url: str, *, role: str | None = APPLICATION_ROLE, pool_size: int = 10) -> AsyncEngine:
    """A pool of connections that act as `role`; None keeps the role that the URL logs in with (migrations, audit)."""
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "application_name": "laurel"},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        if role is not None:
            cursor.execute(f"SET ROLE {role}")
        cursor.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MILLISECONDS}")
        cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MILLISECONDS}")
        cursor.execute("SET idle_in_transaction_session_timeout = 60000")
        cursor.execute("SET timezone = 'UTC'")
        cursor.close()
        connection.commit()

    return engine


async def name_tenants(connection: AsyncConnection, program_ids: Sequence[int]) -> None:
    """Let the current transaction see these programs and no others."""
    await connection.execute(_NAME_TENANTS, {"programs": "{" + ",".join(map(str, program_ids)) + "}"})


async def transaction_time(connection: AsyncConnection) -> datetime:
    """The database's now, the same throughout a transaction: what is due and what is past is judged by it."""
    moment: datetime = (await connection.execute(text("SELECT now()"))).scalar_one()
    return moment


@asynccontextmanager
async def tenant_transaction(engine: AsyncEngine, *program_ids: int) -> AsyncIterator[AsyncConnection]:
    """A transaction that sees only the named programs; it commits at the end of the block."""
    async with engine.begin() as connection:
        await name_tenants(connection, program_ids)
        yield connection

"""The numbers of the whole system that the database knows, read when `/metrics` is asked, at most every few seconds."""

from __future__ import annotations

import asyncio
import time

import structlog
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.audit import last_breaches
from engine.database import name_tenants
from engine.outside_calls import unknown_outcomes
from engine.shops import all_shops
from plugin.web.metrics import REGISTRY

READ_EVERY_SECONDS = 5.0
READ_MAXIMUM_SECONDS = 3.0

INBOX_LAG = Gauge("laurel_inbox_lag_seconds", "Age of the oldest delivery that waits to be applied", registry=REGISTRY)
PENDING = Gauge("laurel_inbox_pending", "Deliveries that wait to be applied", registry=REGISTRY)
PARKED = Gauge("laurel_inbox_parked", "Deliveries that wait for a person", registry=REGISTRY)
OLDEST_JOB = Gauge("laurel_oldest_job_seconds", "Age of the oldest job that waits to be run", registry=REGISTRY)
UNKNOWN_OUTCOMES = Gauge(
    "laurel_unknown_outcomes", "Calls to the outside that ended without a known outcome", registry=REGISTRY
)
UNSEALED = Gauge("laurel_unsealed_transactions", "Transactions that no block of the chain holds yet", registry=REGISTRY)
BREACHES = Gauge("laurel_invariant_breaches", "Breaches that the newest audit of each program found", registry=REGISTRY)
DATABASE_UP = Gauge("laurel_database_up", "1 when these numbers could be read just now", registry=REGISTRY)

_DELIVERIES = text("""
    SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'parked'),
        COALESCE(EXTRACT(EPOCH FROM now() - min(received_at) FILTER (WHERE state = 'pending')), 0)
    FROM deliveries WHERE state IN ('pending', 'parked')
""")
_JOBS = text("""
    SELECT COALESCE(EXTRACT(EPOCH FROM now() - min(GREATEST(e.at, j.scheduled_at))), 0)
    FROM procrastinate_jobs j LEFT JOIN LATERAL (
        SELECT min(at) AS at FROM procrastinate_events WHERE job_id = j.id
    ) e ON true WHERE j.status = 'todo' AND COALESCE(j.scheduled_at, now()) <= now()
""")
_UNSEALED = text("SELECT count(*) FROM unsealed_transactions")

log = structlog.get_logger("laurel.metrics")


class Measurements:
    """Fills the gauges above from the database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._again_at = 0.0
        self._reading = asyncio.Lock()

    async def refresh(self) -> None:
        """Read the numbers again if they are a few seconds old. `laurel_database_up` 0 says that it failed."""
        async with self._reading:
            if time.monotonic() < self._again_at:
                return
            self._again_at = time.monotonic() + READ_EVERY_SECONDS
            try:
                async with asyncio.timeout(READ_MAXIMUM_SECONDS), self._engine.begin() as connection:
                    await _read(connection)
                DATABASE_UP.set(1)
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                DATABASE_UP.set(0)
                log.warning("numbers could not be read", error=type(error).__name__)


async def _read(connection: AsyncConnection) -> None:
    programs = sorted({shop.program_id for shop in await all_shops(connection)})
    await name_tenants(connection, programs)
    pending, parked, lag = (await connection.execute(_DELIVERIES)).one()
    oldest = (await connection.execute(_JOBS)).scalar_one()
    PENDING.set(pending)
    PARKED.set(parked)
    INBOX_LAG.set(lag)
    UNKNOWN_OUTCOMES.set(await unknown_outcomes(connection))
    OLDEST_JOB.set(oldest)
    UNSEALED.set((await connection.execute(_UNSEALED)).scalar_one())
    BREACHES.set(await last_breaches(connection))

"""`/livez`, `/readyz` and `/metrics`: whether this process runs, whether it can work, its numbers. No detail leaks."""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from engine.migration import newest_revision
from plugin.services import Services
from plugin.web.measurements import Measurements
from plugin.web.metrics import REGISTRY

READY_SECONDS = 2.0

log = structlog.get_logger("laurel.health")


class HealthRoutes:
    """The endpoints for operators, over one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._measurements = Measurements(services.engine)
        self._newest_revision = newest_revision()
        self._key_fits = False

    async def live(self, _request: Request) -> Response:
        """The process answers."""
        return Response("ok\n", media_type="text/plain")

    async def ready(self, _request: Request) -> Response:
        """PostgreSQL takes writes and has the schema and the tokens that this process can use.

        Redis being away is no reason to stop.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                problem = await self._problem()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            problem = type(error).__name__
        if problem is None:
            return Response("ready\n", media_type="text/plain")
        log.warning("not ready", reason=problem)
        return Response("not ready\n", 503, {"Retry-After": "2"}, "text/plain")

    async def _problem(self) -> str | None:
        async with self._services.engine.connect() as connection:
            read_only = (await connection.execute(text("SHOW transaction_read_only"))).scalar_one()
            revision = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
        if read_only != "off":
            return "database-read-only"
        # A newer schema is fine: old and new code run on one schema while a deployment goes on.
        if revision is None or revision < self._newest_revision:
            return "schema-behind"
        self._key_fits = self._key_fits or await self._services.tokens.key_fits()
        return None if self._key_fits else "encryption-key-does-not-fit"

    async def metrics(self, _request: Request) -> Response:
        """The numbers in Prometheus' text form."""
        await self._measurements.refresh()
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

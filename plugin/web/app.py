"""The web app: its routes, what they share, and what holds for every request."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import psycopg
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from plugin.badges.routes import badge_routes
from plugin.merchant.routes import merchant_routes
from plugin.partners.routes import partner_routes
from plugin.services import Services, create_services
from plugin.settings import Settings
from plugin.shopify.installation import PATCH_PATH, Installation
from plugin.web.code_uploads import CodeUploads
from plugin.web.downloads import Downloads
from plugin.web.graphql_routes import GraphQLRoutes
from plugin.web.health import HealthRoutes
from plugin.web.proxy import ProxyChanges
from plugin.web.report_uploads import ReportUploads
from plugin.web.responses import error_response, unavailable_response
from plugin.web.statement_files import StatementFiles
from plugin.web.uploads import Uploads
from plugin.web.webhooks import WebhookIntake

WEBHOOKS_PATH = "/webhooks"

log = structlog.get_logger("laurel.app")


class LaurelApp(Starlette):
    """Starlette with the webhook intake in front of it, and with nothing but an id in the answer to an accident."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._intake = WebhookIntake(services.settings, services.direct, services.shops)
        super().__init__(
            routes=_routes(services),
            exception_handlers={
                HTTPException: _http_error,
                OperationalError: _database_error,
                InterfaceError: _database_error,
                PoolTimeoutError: _database_error,
                psycopg.OperationalError: _database_error,
                TimeoutError: _database_error,
                ConnectionError: _database_error,
                Exception: _accident,
            },
            lifespan=_lifespan,
        )
        self.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        # Routes are plain words: an escaped or doubled spelling of one is somebody trying to get around a check.
        if b"%" in scope.get("raw_path", b"") or "//" in scope["path"] or "/." in scope["path"]:
            await error_response(404, "NOT_FOUND", "There is nothing here.")(scope, receive, send)
        elif scope["path"] == WEBHOOKS_PATH:
            await self._intake(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        with structlog.contextvars.bound_contextvars(request_id=uuid.uuid4().hex, path=scope["path"]):
            try:
                await super().__call__(scope, receive, send)
            except ClientDisconnect:
                log.info("caller went away")
            except Exception:  # Starlette answers with `_accident` and then raises it again, for a log
                log.exception("request failed")


def create_app(
    settings: Settings, *, engine: AsyncEngine | None = None, http: httpx.AsyncClient | None = None
) -> LaurelApp:
    """The app of one process. Tests hand in their own database engine and their own Shopify."""
    return LaurelApp(create_services(settings, engine=engine, http=http))


def _routes(services: Services) -> list[Route | Mount]:
    graphql = GraphQLRoutes(services)
    health = HealthRoutes(services)
    changes = ProxyChanges(services)
    installation = Installation(services)
    reports = ReportUploads(services, installation)
    statements = StatementFiles(services, installation)
    return [
        Route("/proxy/graphql", graphql.proxy, methods=["POST"]),
        Route("/proxy/changes", changes.changes, methods=["GET"]),
        Route("/graphql", graphql.bearer, methods=["POST", "OPTIONS"]),
        Route("/admin/graphql", graphql.admin, methods=["POST"]),
        Route("/admin/files", Uploads(services, installation).check, methods=["POST"]),
        Route("/admin/codes", CodeUploads(services, installation).take_in, methods=["POST"]),
        Route("/admin/report-files", reports.check, methods=["POST"]),
        Route("/admin/report-files/{file:int}/{change}", reports.change, methods=["POST"]),
        Route("/admin/statements/{statement:int}/file", statements.match, methods=["POST"]),
        Route("/admin/statements/{file}", statements.download, methods=["GET"]),
        Route("/admin/exports/{file}", Downloads(services, installation).export, methods=["GET"]),
        Route("/livez", health.live, methods=["GET"]),
        Route("/readyz", health.ready, methods=["GET"]),
        Route("/metrics", health.metrics, methods=["GET"]),
        Route(PATCH_PATH, installation.patch_page, methods=["GET"]),
        *badge_routes(services),
        *partner_routes(services),
        *merchant_routes(services, installation),
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    assert isinstance(app, LaurelApp)
    yield
    await app.services.close()


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {404: ("NOT_FOUND", "There is nothing here."), 405: ("METHOD_NOT_ALLOWED", "Use another method here.")}
    code, message = codes.get(error.status_code, ("REFUSED", "The request was refused."))
    return error_response(error.status_code, code, message, error.headers)


async def _database_error(_request: Request, error: Exception) -> Response:
    log.error("database unreachable", error=type(error).__name__)
    return unavailable_response()


async def _accident(_request: Request, _error: Exception) -> Response:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return error_response(500, "INTERNAL_ERROR", f"Something went wrong on our side. Reference: {request_id}")

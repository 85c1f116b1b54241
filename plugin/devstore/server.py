"""The stand-in as one web application: storefront, admin, app proxy, token endpoint, Admin API and controls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute

from plugin.devstore import admin_frame, second_till, storefront
from plugin.devstore.admin_api import AdminApi
from plugin.devstore.app_proxy import AppProxy
from plugin.devstore.application import App
from plugin.devstore.control import Control
from plugin.devstore.sessions import SESSION_COOKIE
from plugin.devstore.store import Store
from plugin.devstore.times import Clock, utc_now
from plugin.devstore.token_endpoint import TokenEndpoint
from plugin.devstore.webhooks_out import WebhookSender


def create_server(
    home: Path, app: App, *, clock: Clock = utc_now, forward: httpx.AsyncBaseTransport | None = None
) -> Starlette:
    """The application. `home` holds its file; `forward` is how it reaches the app, over the network by default.

    `.state.store` is the store, for tests in the same process.
    """
    store = Store(home, app, clock=clock)
    # The platform passes no cookies on, in either direction, and keeps none of the app's own.
    client = httpx.AsyncClient(
        trust_env=False, cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())), transport=forward,
        # Shorter than the app keeps an idle connection, so that none is used that it is just closing.
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0),
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        sender = WebhookSender(app, store.deliveries, client, store.clock)
        admin_api.start()
        sending = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            await client.aclose()
            store.close()

    admin_api = AdminApi(store)
    proxy = AppProxy(store, client, _session_of)
    routes: list[BaseRoute] = []
    for part in (TokenEndpoint(store), admin_api, proxy, Control(store)):
        routes += part.routes()
    # The storefront comes last: it answers every other path, with its own page for what is not there.
    server = Starlette(
        routes=[*routes, *admin_frame.routes(store), *second_till.routes(store, client), *storefront.routes(store)],
        lifespan=lifespan,
    )
    server.state.store = store
    return server


def _session_of(request: Request) -> str:
    return request.cookies.get(SESSION_COOKIE, "")

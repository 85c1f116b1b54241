"""The first request of a merchant's visit: who it is, and, where needed, the installation itself.

Shopify manages the installation; there is no redirect to grant anything. The ID token of a visit is exchanged for an
offline token when the shop has none that works or the app asks for scopes that it did not have.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from weakref import WeakValueDictionary

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from engine.credentials import read_credentials
from engine.database import tenant_transaction
from engine.shops import ShopReference, install_shop
from plugin.background.deferring import Reading, defer
from plugin.manifest import manifest
from plugin.merchant.frame import framed, patch_document, plain_page
from plugin.services import Services
from plugin.shopify.admin_client import AdminError, Answer, ShopUnavailableError
from plugin.shopify.signatures import UnverifiedError
from plugin.shopify.token_endpoint import TokenPair, TokenRefusedError, exchange_id_token
from plugin.shopify.tokens import ShopPausedError
from plugin.shopify.verification import StaffToken, is_shop_domain, verify_id_token
from plugin.web.graphql_routes import RETRY_WITH_NEW_TOKEN, bearer_token, bind_shop, unverified
from plugin.web.locales import locale_of

PATCH_PATH = "/patch-id-token"
CHECKED_EVERY_SECONDS = 600.0
"""How long the grant that was seen to work at a visit is trusted at the next ones."""
_FACTS_OPERATION = "shop_and_installation"

log = structlog.get_logger("laurel.installation")


@dataclass(frozen=True, slots=True)
class Visit:
    """A verified visit of an installed shop's staff."""

    shop: ShopReference
    staff: StaffToken
    locale: str


class Installation:
    """Turns requests into visits, over one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._settings = services.settings
        self._checked_at: dict[str, float] = {}
        self._installing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def visit(self, request: Request) -> Visit | Response:
        """The visit that a request is part of, or what to answer instead."""
        is_fetch = "authorization" in request.headers
        try:
            token = bearer_token(request) if is_fetch else request.query_params.get("id_token", "")
            staff = verify_id_token(token, self._settings.shopify_api_key, self._settings.secrets())
        except UnverifiedError as failure:
            return self._again(request, failure, is_fetch)
        try:
            async with self._installing.setdefault(staff.shop_domain, asyncio.Lock()):
                shop = await self._installed(staff)
        except TokenRefusedError as refusal:
            if refusal.failure == "stale-id-token":
                return self._again(request, UnverifiedError("id-token-stale"), is_fetch)
            log.error("token exchange refused", shop=staff.shop_domain, reason=refusal.failure)
            return self._unavailable(staff.shop_domain)
        except AdminError as error:
            log.error("shop could not be read", shop=staff.shop_domain, error=type(error).__name__)
            return self._unavailable(staff.shop_domain)
        bind_shop(shop)
        return Visit(shop, staff, locale_of(request))

    def _again(self, request: Request, failure: UnverifiedError, is_fetch: bool) -> Response:
        """Ask App Bridge for a fresh token: by a header for a fetch, by a page that reloads for a document."""
        if is_fetch:
            return unverified(failure, RETRY_WITH_NEW_TOKEN)
        domain = request.query_params.get("shop", "")
        if not is_shop_domain(domain):
            log.warning("request refused", status=400, reason="no-shop")
            return plain_page(400, "Open Laurel from the apps page of your Shopify admin.")
        log.info("visit without a fresh token", reason=failure.reason)
        kept = [(key, value) for key, value in request.query_params.multi_items() if key != "id_token"]
        reload = f"{request.url.path}?{urlencode(kept)}"
        return RedirectResponse(f"{PATCH_PATH}?{urlencode([*kept, ('shopify-reload', reload)])}", 302)

    async def patch_page(self, request: Request) -> Response:
        """The page on which App Bridge obtains a token and goes back to where the visit began."""
        domain = request.query_params.get("shop", "")
        if not is_shop_domain(domain):
            return plain_page(400, "Open Laurel from the apps page of your Shopify admin.")
        return framed(patch_document(self._settings), domain, self._settings)

    def _unavailable(self, domain: str) -> Response:
        page = plain_page(503, "Shopify could not be reached just now. Please reload in a moment.")
        page.headers["Retry-After"] = "5"
        return framed(page, domain, self._settings)

    async def _installed(self, staff: StaffToken) -> ShopReference:
        """The shop with a grant that works. Raises TokenRefusedError, AdminError."""
        shop = await self._services.shops.find(staff.shop_domain)
        if shop is None or not shop.installed or not await self._has_grant(shop):
            return await self._install(staff)
        if time.monotonic() - self._checked_at.get(shop.domain, float("-inf")) < CHECKED_EVERY_SECONDS:
            return shop
        try:
            await self._services.admin.run(shop, _FACTS_OPERATION)
        except ShopPausedError:
            return await self._install(staff)
        except ShopUnavailableError as error:
            if error.state == "forbidden":
                return await self._install(staff)
            log.warning("shop unavailable", shop=shop.domain, state=error.state)
        except (AdminError, TokenRefusedError) as error:
            log.warning("grant not checked", shop=shop.domain, error=type(error).__name__)
        else:
            self._checked_at[shop.domain] = time.monotonic()
        return shop

    async def _has_grant(self, shop: ShopReference) -> bool:
        async with tenant_transaction(self._services.engine, shop.program_id) as connection:
            stored = await read_credentials(connection, shop.program_id, shop.shop_id)
        return stored is not None and set(manifest().scopes.required) <= with_implied(stored.scope.split(","))

    async def _install(self, staff: StaffToken) -> ShopReference:
        pair = await exchange_id_token(self._services.http, self._settings, staff)
        answer = await self._services.admin.read_with(pair.access_token, staff.shop_domain, _FACTS_OPERATION)
        shop = await self._recorded(staff.shop_domain, pair, answer)
        await self._services.tokens.store(shop, pair)
        async with tenant_transaction(self._services.engine, shop.program_id) as connection:
            await defer(connection, [Reading("read-products", shop.program_id, shop.shop_id)])
        self._services.shops.forget(shop.domain)
        self._checked_at[shop.domain] = time.monotonic()
        log.info("installed", shop=shop.domain, program=shop.program_id)
        return shop

    async def _recorded(self, domain: str, pair: TokenPair, answer: Answer) -> ShopReference:
        facts: dict[str, Any] = answer.data.get("shop") or {}
        digits = str(facts.get("id", "")).removeprefix("gid://shopify/Shop/")
        return await install_shop(
            self._services.engine,
            domain=domain,
            external_id=int(digits) if digits.isascii() and digits.isdigit() else None,
            name=str(facts.get("name") or domain),
            currency=str(facts.get("currencyCode") or "USD"),
            time_zone=str(facts.get("ianaTimezone") or "UTC"),
            scopes=sorted(scope for scope in pair.scope.split(",") if scope),
            at=datetime.now(UTC),
        )


def with_implied(scopes: Iterable[str]) -> set[str]:
    """The scopes and what they imply: who may write may read."""
    named = {scope.strip() for scope in scopes if scope.strip()}
    return named | {scope.replace("write_", "read_", 1) for scope in named if scope.startswith("write_")}

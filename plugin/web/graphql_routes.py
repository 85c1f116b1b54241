"""The GraphQL routes: `/proxy/graphql` and `/graphql` for shoppers, `/admin/graphql` for the shop's staff.

Each finds out who asks from signed data alone, counts the request, and hands the body to the schema.
"""

from __future__ import annotations

import time

import structlog
from starlette.requests import Request
from starlette.responses import Response

from engine.shops import ShopReference
from laurel_graphql.context import MerchantContext, StorefrontContext
from laurel_graphql.merchant import merchant_schema
from laurel_graphql.request import Answer, Refusal, execute, identify
from laurel_graphql.storefront import storefront_schema
from plugin.payloads.email_keys import EmailKeys
from plugin.services import Services
from plugin.shopify.signatures import UnverifiedError, verify_proxy
from plugin.shopify.verification import verify_id_token, verify_shopper_token
from plugin.web.locales import locale_of
from plugin.web.panel_cache import PanelCache
from plugin.web.responses import NEVER_CACHED, RETRY_AFTER_SECONDS, BodyRefusedError, error_response, read_body

BODY_MAXIMUM_BYTES = 32 * 1024
CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Max-Age": "7200",
}
RETRY_WITH_NEW_TOKEN = {"X-Shopify-Retry-Invalid-Session-Request": "1", "WWW-Authenticate": "Bearer"}

log = structlog.get_logger("laurel.graphql")


class GraphQLRoutes:
    """The endpoints, over one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._settings = services.settings
        self._panel = PanelCache(services.direct, services.redis)

    async def proxy(self, request: Request) -> Response:
        """`POST /proxy/graphql`: a shopper on the storefront, vouched for by the app proxy's signature."""
        try:
            shopper = verify_proxy(request.scope["query_string"], self._settings.secrets(), time.time())
        except UnverifiedError as failure:
            return unverified(failure)
        return await self._storefront(request, shopper.shop_domain, shopper.customer_id)

    async def bearer(self, request: Request) -> Response:
        """`POST /graphql`: a shopper in a UI extension or a headless storefront, by a token."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CROSS_ORIGIN)
        try:
            token = bearer_token(request)
            shopper = verify_shopper_token(token, self._settings.shopify_api_key, self._settings.secrets())
        except UnverifiedError as failure:
            response = unverified(failure, {"WWW-Authenticate": "Bearer"})
        else:
            response = await self._storefront(request, shopper.shop_domain, shopper.customer_id)
        response.headers.update(CROSS_ORIGIN)
        return response

    async def admin(self, request: Request) -> Response:
        """`POST /admin/graphql`: the shop's staff, by an ID token."""
        try:
            token = bearer_token(request)
            staff = verify_id_token(token, self._settings.shopify_api_key, self._settings.secrets())
        except UnverifiedError as failure:
            return unverified(failure, RETRY_WITH_NEW_TOKEN)
        shop = await self._services.shops.find(staff.shop_domain)
        if shop is None or not shop.installed:
            return not_installed()
        bind_shop(shop)
        if not await self._allowed(shop, "staff", str(staff.user_id)):
            return too_many()
        body = await _read(request)
        if isinstance(body, Response):
            return body
        operation = identify(body, schema=merchant_schema, development=self._settings.development)
        if isinstance(operation, Refusal):
            return _response(operation.answer())
        context = MerchantContext(
            redis=self._services.redis,
            app_url=self._settings.shopify_app_url,
            engine=self._services.engine,
            program_id=shop.program_id,
            shop_id=shop.shop_id,
            locale=locale_of(request),
            staff_id=str(staff.user_id),
            email_key=EmailKeys(self._settings.encryption_key_bytes()).of,
            partner_desk=self._services.desk,
        )
        return _response(await execute(operation, context=context))

    async def _storefront(self, request: Request, domain: str, customer_id: int | None) -> Response:
        shop = await self._services.shops.find(domain)
        if shop is None or not shop.installed:
            return not_installed()
        bind_shop(shop)
        if not await self._allowed(shop, *caller_of(request, customer_id, self._settings.trusted_proxies)):
            return too_many()
        body = await _read(request)
        if isinstance(body, Response):
            return body
        operation = identify(body, schema=storefront_schema, development=self._settings.development)
        if isinstance(operation, Refusal):
            return _response(operation.answer())
        locale = locale_of(request)

        async def make() -> Answer:
            context = StorefrontContext(
                engine=self._services.engine,
                program_id=shop.program_id,
                shop_id=shop.shop_id,
                locale=locale,
                customer_id=customer_id,
                redis=self._services.redis,
                app_url=self._settings.shopify_app_url,
            )
            return await execute(operation, context=context)

        if operation.cacheable and operation.key is not None:
            return _response(await self._panel.answer(shop, customer_id, operation.key, locale, make))
        return _response(await make())

    async def _allowed(self, shop: ShopReference, *caller: str) -> bool:
        limit = self._settings.requests_per_second
        return await self._services.limiter.allow(limit, shop.program_id, str(shop.shop_id), *caller)


def bearer_token(request: Request) -> str:
    """The token of the one Authorization header. Raises UnverifiedError."""
    values = request.headers.getlist("authorization")
    if len(values) != 1 or not values[0].startswith("Bearer "):
        raise UnverifiedError("authorization-missing" if not values else "authorization-malformed")
    return values[0].removeprefix("Bearer ")


def caller_of(request: Request, customer_id: int | None, trusted_proxies: int) -> tuple[str, str]:
    """Whose requests are counted together: a customer's, or, when nobody is logged in, an address's.

    Each hop appends the address that it saw; what stands further left may be the caller's own invention. So the last
    one counts, or the one before as many proxies of ours as there are.
    """
    if customer_id is not None:
        return "customer", str(customer_id)
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",")]
    forwarded = hops[-1 - trusted_proxies] if len(hops) > trusted_proxies else ""
    return "address", forwarded[:64] or (request.client.host if request.client else "unknown")


def bind_shop(shop: ShopReference) -> None:
    """Name the shop and its program in every log line of this request."""
    structlog.contextvars.bind_contextvars(shop=shop.domain, program=shop.program_id)


def unverified(failure: UnverifiedError, headers: dict[str, str] | None = None) -> Response:
    """401, with the reason in the log only."""
    log.warning("request refused", status=401, reason=failure.reason)
    return error_response(401, "UNAUTHENTICATED", "The request is not signed by Shopify for this app.", headers)


def not_installed() -> Response:
    """403: the signature is good, but the shop does not use the app (any more)."""
    log.warning("request refused", status=403, reason="not-installed")
    return error_response(403, "SHOP_NOT_INSTALLED", "This shop has not installed the app.")


def too_many() -> Response:
    """429."""
    return error_response(429, "RATE_LIMITED", "Too many requests; try again in a second.", {"Retry-After": "1"})


async def _read(request: Request) -> bytes | Response:
    # A form of another site can post text, but not JSON, with the shopper's session on the storefront.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return error_response(400, "MALFORMED_REQUEST", "Send application/json.")
    try:
        return await read_body(request.headers.raw, request.receive, BODY_MAXIMUM_BYTES)
    except BodyRefusedError as refusal:
        code = "BODY_TOO_LARGE" if refusal.status == 413 else "MALFORMED_REQUEST"
        return error_response(refusal.status, code, f"Refused: {refusal}.", {"Connection": "close"})


def _response(answer: Answer) -> Response:
    headers = dict(NEVER_CACHED)
    if answer.status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(answer.payload, answer.status, headers, "application/json")

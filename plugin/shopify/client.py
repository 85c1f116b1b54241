"""The HTTP client for everything that is Shopify's; in development all shops are served by one stand-in."""

from __future__ import annotations

import httpx

from plugin.settings import Settings

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 15.0
SHOP_HEADER = "X-Laurel-Shop-Domain"


class StandInTransport(httpx.AsyncBaseTransport):
    """Sends what is meant for `https://{shop}` to one origin, and says in a header which shop was meant."""

    def __init__(self, origin: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._origin = httpx.URL(origin)
        self._transport = transport or httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Forward one request."""
        request.headers[SHOP_HEADER] = request.url.host
        request.url = request.url.copy_with(scheme=self._origin.scheme, host=self._origin.host, port=self._origin.port)
        request.headers["Host"] = self._origin.netloc.decode()
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


def create_client(settings: Settings) -> httpx.AsyncClient:
    """A client with bounded waits that follows no redirect and reads no proxy settings."""
    transport = StandInTransport(settings.shopify_origin) if settings.shopify_origin else None
    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=50, max_keepalive_connections=20),
        follow_redirects=False,
        trust_env=False,
    )

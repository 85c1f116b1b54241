"""The app proxy: what a shopper asks of /apps/laurel/… is signed, told who is logged in, and forwarded to the app."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl, urlencode

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from plugin.devstore.seed import SHOP
from plugin.devstore.store import Store

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
ANSWER_SECONDS = 10.0
_LARGEST_BODY_BYTES = 10_000_000
# Parameters that the platform sets; a shopper's own of these names never reach the app.
_SIGNED = frozenset({"shop", "logged_in_customer_id", "path_prefix", "timestamp", "signature"})
_HOP_BY_HOP = frozenset({"host", "content-length", "transfer-encoding", "keep-alive", "te", "upgrade"})
_REQUEST_STRIPPED = _HOP_BY_HOP | {"cookie", "connection", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}
_RESPONSE_STRIPPED = _HOP_BY_HOP | {
    *("set-cookie", "accept-patch", "accept-ranges", "connection", "cookie", "date", "delta-base", "im", "p3p"),
    *("pragma", "preference-applied", "proxy-authenticate", "public-key-pins", "server", "service-worker-allowed"),
    *("trailer", "tk", "warning", "x-powered-by"),
    "content-encoding",  # the client has undone it already
}


def proxy_signature(secret: str, parameters: Sequence[tuple[str, str]]) -> str:
    """The signature of decoded parameters: repeated keys joined with commas, `key=value` sorted, nothing between."""
    joined: dict[str, list[str]] = {}
    for key, value in parameters:
        joined.setdefault(key, []).append(value)
    message = "".join(sorted(f"{key}={','.join(values)}" for key, values in joined.items()))
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


class AppProxy:
    """Forwards one path of the storefront. `session_of` finds the storefront session of a request, "" for none."""

    def __init__(self, store: Store, client: httpx.AsyncClient, session_of: Callable[[Request], str]):
        self._store, self._client, self._session_of = store, client, session_of

    def routes(self) -> list[Route]:
        """The proxied path, with and without anything behind it."""
        prefix = self._store.app.storefront_path
        return [
            Route(prefix, self._forward, methods=METHODS),
            Route(f"{prefix}/{{rest:path}}", self._forward, methods=METHODS),
        ]

    async def _forward(self, request: Request) -> Response:
        if self._store.installation.read().status == "uninstalled":
            return PlainTextResponse("Not found", status_code=404)
        body = await request.body()
        if len(body) > _LARGEST_BODY_BYTES:
            return PlainTextResponse("Too large", status_code=413)
        try:
            answer = await self._client.request(
                request.method,
                self._target(request),
                content=body,
                headers=self._headers(request),
                timeout=ANSWER_SECONDS,
                follow_redirects=True,
            )
        except httpx.HTTPError:
            return PlainTextResponse("There was an error in the third-party application.", status_code=502)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _RESPONSE_STRIPPED}
        return Response(answer.content, status_code=answer.status_code, headers=kept)

    def _target(self, request: Request) -> str:
        app = self._store.app
        # The raw path: the app sees the bytes that the shopper sent, percent signs and all.
        raw_path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1").partition("?")[0]
        rest = raw_path[len(app.storefront_path) :]
        own = parse_qsl(request.url.query, keep_blank_values=True)
        parameters = [(key, value) for key, value in own if key not in _SIGNED]
        customer_id = self._store.session(self._session_of(request)).customer_id
        parameters += [
            ("shop", SHOP.domain),
            ("logged_in_customer_id", "" if customer_id is None else str(customer_id)),
            ("path_prefix", app.storefront_path),
            ("timestamp", str(int(self._store.clock().timestamp()))),
        ]
        parameters.append(("signature", proxy_signature(app.api_secret, parameters)))
        return f"{app.url}{app.proxy_path}{rest}?{urlencode(parameters)}"

    def _headers(self, request: Request) -> dict[str, str]:
        kept = {name: value for name, value in request.headers.items() if name.lower() not in _REQUEST_STRIPPED}
        kept["X-Forwarded-For"] = request.client.host if request.client else "127.0.0.1"
        kept["X-Forwarded-Host"] = SHOP.domain
        return kept

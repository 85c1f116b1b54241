"""POST /admin/oauth/access_token: ID token → Admin API token, and refresh with rotation, in Shopify's own shapes."""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from plugin.devstore.id_tokens import read_id_token
from plugin.devstore.installation import ACCESS_LIFETIME, Tokens
from plugin.devstore.store import Store

_TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  # a name from the standard
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


class TokenEndpoint:
    """Answers the two grants that an embedded app uses."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route("/admin/oauth/access_token", self._answer, methods=["POST"])]

    async def _answer(self, request: Request) -> JSONResponse:
        form = _parameters(request.headers.get("content-type", ""), await request.body())
        if form is None:
            return _refusal("invalid_request")
        app = self._store.app
        if not (_same(form.get("client_id"), app.api_key) and _same(form.get("client_secret"), app.api_secret)):
            return _refusal("invalid_client")
        if self._store.installation.read().status == "uninstalled":
            return _refusal("invalid_client")
        if form.get("grant_type") == _TOKEN_EXCHANGE:
            return self._exchange(form)
        if form.get("grant_type") == "refresh_token":
            return self._refresh(form)
        return _refusal("unsupported_grant_type")

    def _exchange(self, form: dict[str, Any]) -> JSONResponse:
        if form.get("subject_token_type") != _ID_TOKEN or form.get("requested_token_type") != _OFFLINE:
            return _refusal("invalid_request")
        subject = str(form.get("subject_token") or "")
        if read_id_token(self._store.app, subject, now=self._store.clock()) is None:
            return _refusal("invalid_subject_token")
        # Libraries differ: the Python one sends 1, the JavaScript one "1".
        return self._granted(self._store.installation.issue(expiring=str(form.get("expiring")) == "1"))

    def _refresh(self, form: dict[str, Any]) -> JSONResponse:
        tokens = self._store.installation.refresh(str(form.get("refresh_token") or ""))
        return _refusal("invalid_grant") if tokens is None else self._granted(tokens)

    def _granted(self, tokens: Tokens) -> JSONResponse:
        body: dict[str, Any] = {
            "access_token": tokens.access,
            "scope": ",".join(self._store.installation.read().scopes),
        }
        if tokens.refresh is not None and tokens.refresh_expires_at is not None:
            left = tokens.refresh_expires_at - self._store.clock().timestamp()
            body |= {
                "expires_in": int(ACCESS_LIFETIME.total_seconds()),
                "refresh_token": tokens.refresh,
                "refresh_token_expires_in": round(left),
            }
        return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _parameters(content_type: str, body: bytes) -> dict[str, Any] | None:
    """The parameters of a JSON or form body; None when it is neither."""
    try:
        if content_type.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(body.decode()))
        content = json.loads(body)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and secrets.compare_digest(given.encode(), expected.encode())


def _refusal(error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status_code=400, headers={"Cache-Control": "no-store"})

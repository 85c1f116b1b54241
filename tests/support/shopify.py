"""A Shopify that answers in memory: the token endpoint, and the Admin API with scripted answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from plugin.manifest import manifest
from tests.support.signing import SHOP

SCOPES = ",".join(manifest().scopes.required)
FACTS = {
    "data": {
        "shop": {
            "id": "gid://shopify/Shop/7100000001",
            "name": "Laurel Demo",
            "myshopifyDomain": SHOP,
            "currencyCode": "USD",
            "ianaTimezone": "America/New_York",
        },
        "currentAppInstallation": {"id": "gid://shopify/AppInstallation/1", "accessScopes": []},
    }
}

Script = Callable[[httpx.Request], httpx.Response]


@dataclass
class FakeShopify:
    """Counts what it is asked. `valid` holds the one access token that works; `script` answers Admin API calls."""

    token_requests: list[dict[str, Any]] = field(default_factory=list)
    admin_requests: list[httpx.Request] = field(default_factory=list)
    token_error: tuple[int, dict[str, Any]] | None = None
    valid: str = ""
    refresh: str = ""
    expires_in: int = 3600
    script: Script | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.url.path == "/admin/oauth/access_token":
            return self._token(json.loads(request.content))
        self.admin_requests.append(request)
        if request.headers.get("X-Shopify-Access-Token") != self.valid:
            return httpx.Response(401, json={"errors": "[API] Invalid API key or access token"})
        return self.script(request) if self.script else httpx.Response(200, json=FACTS)

    def _token(self, asked: dict[str, Any]) -> httpx.Response:
        self.token_requests.append(asked)
        if self.token_error is not None:
            return httpx.Response(self.token_error[0], json=self.token_error[1])
        if asked["grant_type"] == "refresh_token" and asked["refresh_token"] != self.refresh:
            return httpx.Response(400, json={"error": "invalid_grant"})
        number = len(self.token_requests)
        self.valid, self.refresh = f"shpat_access_{number}", f"shprt_refresh_{number}"
        return httpx.Response(
            200,
            json={
                "access_token": self.valid,
                "scope": SCOPES,
                "expires_in": self.expires_in,
                "refresh_token": self.refresh,
                "refresh_token_expires_in": 7776000,
            },
        )

    def client(self) -> httpx.AsyncClient:
        """A client for which this is all of Shopify."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self))

    def uninstall(self) -> None:
        """The tokens given out so far stop working."""
        self.valid = self.refresh = "none"

"""Shopify's token endpoint: an ID token for an offline token pair, and a pair for the next one."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import httpx

from plugin.settings import Settings
from plugin.shopify.verification import (
    AppConfig,
    IdTokenDetails,
    StaffToken,
    TokenExchangeAccessToken,
    TokenExchangeResult,
    refresh_access_token_async,
    token_exchange_async,
)

Failure = Literal["stale-id-token", "grant-revoked", "client-refused", "unreachable"]

_FAILURES: dict[str, Failure] = {
    "invalid_subject_token": "stale-id-token",
    "invalid_grant": "grant-revoked",
    "refresh_token_expired": "grant-revoked",
    "invalid_client": "client-refused",
}


class TokenRefusedError(Exception):
    """No token was given; `failure` says what can be done: ask for a new ID token, wait for a visit, or try again."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An offline access token and the refresh token that renews it, with the moments at which they end."""

    access_token: str
    expires_at: datetime | None
    refresh_token: str | None
    refresh_expires_at: datetime | None
    scope: str


async def exchange_id_token(client: httpx.AsyncClient, settings: Settings, staff: StaffToken) -> TokenPair:
    """Exchange a verified ID token for an expiring offline token. Raises TokenRefusedError."""
    details = IdTokenDetails(exchangeable=True, token=staff.token, claims=dict(staff.claims))
    return await _pair(token_exchange_async("offline", _config(settings), details, expiring=True, http_client=client))


async def refresh_pair(
    client: httpx.AsyncClient, settings: Settings, shop_domain: str, refresh_token: str
) -> TokenPair:
    """Renew a shop's pair; the old refresh token stays usable until the new pair is used. Raises TokenRefusedError."""
    # Without the ends of the old pair the library always asks: whether to renew is decided under our row lock.
    current = TokenExchangeAccessToken(
        access_mode="offline",
        shop=shop_domain.removesuffix(".myshopify.com"),
        token="",
        expires="",
        scope="",
        refresh_token=refresh_token,
        refresh_token_expires="",
        user=None,
    )
    return await _pair(refresh_access_token_async(current, _config(settings), http_client=client))


def _config(settings: Settings) -> AppConfig:
    secret = settings.shopify_api_secret.get_secret_value()
    return {"client_id": settings.shopify_api_key, "client_secret": secret, "old_client_secret": None}


async def _pair(call: Awaitable[TokenExchangeResult]) -> TokenPair:
    try:
        result = await call
    except (ValueError, TypeError, httpx.HTTPError):  # an answer that is no JSON or not of the promised shape
        raise TokenRefusedError("unreachable") from None
    token = result.access_token
    if not result.ok or token is None or not token.token:
        raise TokenRefusedError(_FAILURES.get(result.log.code, "unreachable"))
    return TokenPair(
        access_token=token.token,
        expires_at=_moment(token.expires),
        refresh_token=token.refresh_token or None,
        refresh_expires_at=_moment(token.refresh_token_expires) if token.refresh_token else None,
        scope=token.scope,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None

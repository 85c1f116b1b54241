"""Who a token speaks for: the ID tokens of staff, the tokens of shoppers.

This is the only module that imports Shopify's own Python packages; what others need of them (token exchange and
refresh) they get from here. The libraries decide what they decide exactly; what they let through is refused on top.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shopify import session_token
from shopify.utils import shop_url
from shopify_app import AppConfig, IdTokenDetails, RequestInput, TokenExchangeAccessToken, TokenExchangeResult
from shopify_app.exchange.refresh_token import refresh_access_token_async
from shopify_app.exchange.token_exchange import token_exchange_async
from shopify_app.verify.customer_account_ui_ext import verify_customer_account_ui_ext_req

from plugin.shopify.signatures import NUMERIC_ID, SHOP_DOMAIN, UnverifiedError, customer_id_of

__all__ = [
    "AppConfig",
    "IdTokenDetails",
    "ShopperToken",
    "StaffToken",
    "TokenExchangeAccessToken",
    "TokenExchangeResult",
    "is_shop_domain",
    "refresh_access_token_async",
    "token_exchange_async",
    "verify_id_token",
    "verify_shopper_token",
]

_TOKEN_MAXIMUM_LENGTH = 4096

_PLAIN_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IGNORABLE_TOKEN_HEADERS = frozenset({"alg", "typ", "kid"})


@dataclass(frozen=True, slots=True)
class StaffToken:
    """A verified ID token of a shop's staff, which may be exchanged for an Admin API token."""

    shop_domain: str
    user_id: int
    claims: Mapping[str, Any]
    token: str


@dataclass(frozen=True, slots=True)
class ShopperToken:
    """A verified token of a shopper (customer account, checkout); never exchangeable. None: nobody is logged in."""

    shop_domain: str
    customer_id: int | None


def is_shop_domain(text: str) -> bool:
    """Whether a text is a shop's permanent domain in its one canonical spelling: lower case, no trailing dot."""
    return SHOP_DOMAIN.fullmatch(text) is not None and shop_url.sanitize_shop_domain(text) == text


def verify_id_token(token: str, api_key: str, secrets: Sequence[bytes]) -> StaffToken:
    """The staff member that an ID token speaks for, by any of the app's secrets. Raises UnverifiedError."""
    _check_token_header(token)
    claims = _decoded_by_any(token, api_key, secrets)
    domain = _token_shop(claims, "dest", "https://", "")
    if claims.get("iss") != f"https://{domain}/admin":
        raise UnverifiedError("issuer-wrong")
    subject = claims.get("sub")
    if not isinstance(subject, str) or NUMERIC_ID.fullmatch(subject) is None:
        raise UnverifiedError("subject-not-staff")
    _check_audience_and_expiry(claims, api_key)
    return StaffToken(domain, int(subject), claims, token)


def _decoded_by_any(token: str, api_key: str, secrets: Sequence[bytes]) -> dict[str, Any]:
    for secret in secrets:
        try:
            claims = session_token.decode_from_header(f"Bearer {token}", api_key, secret.decode())
        except (session_token.SessionTokenError, ValueError, TypeError, AttributeError, OverflowError):
            continue
        if isinstance(claims, dict):
            return claims
    raise UnverifiedError("token-invalid")


def _check_token_header(token: str) -> None:
    """Refuse whatever asks to be verified in another way than ours, before any library reads it."""
    if len(token) > _TOKEN_MAXIMUM_LENGTH or not token.isascii() or token.count(".") != 2:
        raise UnverifiedError("token-malformed")
    segment = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        raise UnverifiedError("token-malformed") from None
    if not isinstance(header, dict) or header.get("alg") != "HS256" or not header.keys() <= _IGNORABLE_TOKEN_HEADERS:
        raise UnverifiedError("token-header-refused")
    # A key id decides nothing here, as there is one key; one that looks like a path is somebody trying doors.
    key_id = header.get("kid", "none")
    if not isinstance(key_id, str) or _PLAIN_KEY_ID.fullmatch(key_id) is None:
        raise UnverifiedError("token-header-refused")


def _check_audience_and_expiry(claims: Mapping[str, Any], api_key: str) -> None:
    if claims.get("aud") != api_key:  # a list that contains our key passes the libraries
        raise UnverifiedError("audience-wrong")
    if isinstance(claims.get("exp"), bool) or not isinstance(claims.get("exp"), int):
        raise UnverifiedError("expiry-missing")  # neither library insists that a token expires


def _token_shop(claims: Mapping[str, Any], claim: str, prefix: str, suffix: str) -> str:
    value = claims.get(claim)
    if not isinstance(value, str) or not value.startswith(prefix) or not value.endswith(suffix):
        raise UnverifiedError("shop-malformed")
    domain = value[len(prefix) : len(value) - len(suffix)]
    if not is_shop_domain(domain):
        raise UnverifiedError("shop-malformed")
    return domain


def verify_shopper_token(token: str, api_key: str, secrets: Sequence[bytes]) -> ShopperToken:
    """The shopper that a customer account or checkout extension's token speaks for. Raises UnverifiedError."""
    _check_token_header(token)
    claims = _shopper_claims(token, api_key, secrets)
    _check_audience_and_expiry(claims, api_key)
    destination = claims.get("dest")
    # Checkout sends the bare domain, newer surfaces the origin.
    prefix = "https://" if isinstance(destination, str) and destination.startswith("https://") else ""
    domain = _token_shop(claims, "dest", prefix, "")
    # A staff token names the admin as its issuer: it must not pass for a shopper who is not logged in.
    if claims.get("iss", f"https://{domain}") not in (f"https://{domain}", domain):
        raise UnverifiedError("issuer-wrong")
    subject = claims.get("sub")
    if subject is None or subject == "":
        return ShopperToken(domain, None)
    if not isinstance(subject, str) or not subject.startswith("gid://shopify/Customer/"):
        raise UnverifiedError("subject-not-shopper")
    return ShopperToken(domain, customer_id_of(subject.removeprefix("gid://shopify/Customer/")))


def _shopper_claims(token: str, api_key: str, secrets: Sequence[bytes]) -> dict[str, Any]:
    request: RequestInput = {"method": "POST", "headers": {"authorization": f"Bearer {token}"}, "url": "", "body": ""}
    old = secrets[1].decode() if len(secrets) > 1 else None
    config: AppConfig = {"client_id": api_key, "client_secret": secrets[0].decode(), "old_client_secret": old}
    try:
        result = verify_customer_account_ui_ext_req(request, config)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise UnverifiedError("token-invalid") from None
    if not result.ok or result.id_token is None:
        raise UnverifiedError(result.log.code)
    return dict(result.id_token.claims)

"""Who sent a request: the signatures of webhooks and of the app proxy, and the tokens of staff and shoppers.

This is the only module that imports Shopify's own Python packages. Where they decide exactly what we need they decide
(ID tokens, shop domains; token exchange and refresh are in `token_endpoint`, through the functions re-exported here).
Webhook and proxy signatures are checked here byte by byte instead: `shopify_app` takes bodies as text, raises TypeError
on a non-ASCII signature, parses every body as JSON for its log, and sorts proxy parameters by key where Shopify sorts
the joined pairs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from shopify import session_token
from shopify.utils import shop_url
from shopify_app import AppConfig, IdTokenDetails, RequestInput, TokenExchangeAccessToken, TokenExchangeResult
from shopify_app.exchange.refresh_token import refresh_access_token_async
from shopify_app.exchange.token_exchange import token_exchange_async
from shopify_app.verify.customer_account_ui_ext import verify_customer_account_ui_ext_req

__all__ = [
    "AppConfig",
    "IdTokenDetails",
    "ProxyShopper",
    "ShopperToken",
    "StaffToken",
    "TokenExchangeAccessToken",
    "TokenExchangeResult",
    "UnverifiedError",
    "is_shop_domain",
    "refresh_access_token_async",
    "token_exchange_async",
    "verify_id_token",
    "verify_proxy",
    "verify_shopper_token",
    "verify_webhook",
]

Headers = Sequence[tuple[bytes, bytes]]
"""Header names and values as ASGI gives them: names in lower case, repeated headers repeated."""

PROXY_MAXIMUM_AGE_SECONDS = 90
_CUSTOMER_ID_MAXIMUM = 2**63 - 1
_TOKEN_MAXIMUM_LENGTH = 4096
_PROXY_MAXIMUM_PARAMETERS = 100

_SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com")
_NUMERIC_ID = re.compile(r"[1-9][0-9]{0,18}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_PLAIN_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HMAC_HEADERS = (b"x-shopify-hmac-sha256", b"shopify-hmac-sha256")
_SHOP_HEADERS = (b"x-shopify-shop-domain", b"shopify-shop-domain")
_SINGLE_PARAMETERS = ("shop", "timestamp", "signature", "logged_in_customer_id", "path_prefix", "hmac")
_REQUIRED_PARAMETERS = ("shop", "timestamp", "signature")
_IGNORABLE_TOKEN_HEADERS = frozenset({"alg", "typ", "kid"})


class UnverifiedError(Exception):
    """A request is not from whom it must be from; `reason` is a word for the log and never goes to the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ProxyShopper:
    """Who a signed app proxy request speaks for; `customer_id` is None when nobody is logged in."""

    shop_domain: str
    customer_id: int | None
    path_prefix: str


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
    return _SHOP_DOMAIN.fullmatch(text) is not None and shop_url.sanitize_shop_domain(text) == text


def verify_webhook(headers: Headers, raw: bytes, secrets: Sequence[bytes]) -> str:
    """The shop domain of a webhook whose signature fits its raw body. Raises UnverifiedError.

    The signature covers the body only: the caller still has to find the shop among those that it knows.
    """
    signature = _only_header(headers, _HMAC_HEADERS, "hmac")
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise UnverifiedError("hmac-not-base64") from None
    if not any(hmac.compare_digest(hmac.digest(secret, raw, "sha256"), given) for secret in secrets):
        raise UnverifiedError("hmac-wrong")
    domain = _only_header(headers, _SHOP_HEADERS, "shop-domain").decode("latin-1")
    if _SHOP_DOMAIN.fullmatch(domain) is None:
        raise UnverifiedError("shop-domain-malformed")
    return domain


def _only_header(headers: Headers, names: tuple[bytes, bytes], what: str) -> bytes:
    values = [value for name, value in headers if name in names]
    if len(values) != 1:
        raise UnverifiedError(f"{what}-missing" if not values else f"{what}-twice")
    return values[0]


def verify_proxy(query_string: bytes, secrets: Sequence[bytes], now: float) -> ProxyShopper:
    """Who an app proxy request speaks for. `now` is in Unix seconds. Raises UnverifiedError.

    Parameters that we do not know are signed like the others and let through.
    """
    parameters = _proxy_parameters(query_string)
    signature = parameters.pop("signature")[0]
    # Shopify's documented rule: pairs are joined first and then sorted, as bytes. Latin-1 keeps the bytes as they came.
    message = "".join(sorted(f"{key}={','.join(values)}" for key, values in parameters.items())).encode("latin-1")
    given = signature.encode("latin-1")
    if not any(
        hmac.compare_digest(hmac.new(secret, message, hashlib.sha256).hexdigest().encode(), given) for secret in secrets
    ):
        raise UnverifiedError("signature-wrong")
    timestamp = parameters["timestamp"][0]
    if _TIMESTAMP.fullmatch(timestamp) is None or abs(now - int(timestamp)) > PROXY_MAXIMUM_AGE_SECONDS:
        raise UnverifiedError("timestamp-stale")
    domain = parameters["shop"][0]
    if _SHOP_DOMAIN.fullmatch(domain) is None:
        raise UnverifiedError("shop-domain-malformed")
    customer = parameters.get("logged_in_customer_id", [""])[0]
    return ProxyShopper(domain, _customer_id(customer) if customer else None, parameters.get("path_prefix", [""])[0])


def _proxy_parameters(query_string: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=_PROXY_MAXIMUM_PARAMETERS,
        )
    except ValueError:
        raise UnverifiedError("query-malformed") from None
    parameters: dict[str, list[str]] = {}
    for key, value in pairs:
        parameters.setdefault(key, []).append(value)
    if any(key not in parameters for key in _REQUIRED_PARAMETERS):
        raise UnverifiedError("parameter-missing")
    if any(len(parameters.get(key, ())) > 1 for key in _SINGLE_PARAMETERS):
        raise UnverifiedError("parameter-twice")
    return parameters


def _customer_id(text: str) -> int:
    if _NUMERIC_ID.fullmatch(text) is None or int(text) > _CUSTOMER_ID_MAXIMUM:
        raise UnverifiedError("customer-id-malformed")
    return int(text)


def verify_id_token(token: str, api_key: str, secrets: Sequence[bytes]) -> StaffToken:
    """The staff member that an ID token speaks for, by any of the app's secrets. Raises UnverifiedError."""
    _check_token_header(token)
    claims = _decoded_by_any(token, api_key, secrets)
    domain = _token_shop(claims, "dest", "https://", "")
    if claims.get("iss") != f"https://{domain}/admin":
        raise UnverifiedError("issuer-wrong")
    subject = claims.get("sub")
    if not isinstance(subject, str) or _NUMERIC_ID.fullmatch(subject) is None:
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
    return ShopperToken(domain, _customer_id(subject.removeprefix("gid://shopify/Customer/")))


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

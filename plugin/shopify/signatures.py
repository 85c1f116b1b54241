"""The signatures of webhooks and of the app proxy, checked byte by byte.

`shopify_app` would do it, but takes bodies as text, raises TypeError on a non-ASCII signature, parses every body as
JSON for its log, and sorts proxy parameters by key where Shopify sorts the joined pairs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

Headers = Sequence[tuple[bytes, bytes]]
"""Header names and values as ASGI gives them: names in lower case, repeated headers repeated."""

SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com")
"""A shop's permanent domain in its one canonical spelling."""
NUMERIC_ID = re.compile(r"[1-9][0-9]{0,18}")
PROXY_MAXIMUM_AGE_SECONDS = 90
_ID_MAXIMUM = 2**63 - 1
_PROXY_MAXIMUM_PARAMETERS = 100

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_HMAC_HEADERS = (b"x-shopify-hmac-sha256", b"shopify-hmac-sha256")
_SHOP_HEADERS = (b"x-shopify-shop-domain", b"shopify-shop-domain")
_SINGLE_PARAMETERS = ("shop", "timestamp", "signature", "logged_in_customer_id", "path_prefix", "hmac")
_REQUIRED_PARAMETERS = ("shop", "timestamp", "signature")


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
    if SHOP_DOMAIN.fullmatch(domain) is None:
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
    if SHOP_DOMAIN.fullmatch(domain) is None:
        raise UnverifiedError("shop-domain-malformed")
    customer = parameters.get("logged_in_customer_id", [""])[0]
    return ProxyShopper(domain, customer_id_of(customer) if customer else None, parameters.get("path_prefix", [""])[0])


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


def customer_id_of(text: str) -> int:
    """A customer id in decimal digits, without sign or leading zeros. Raises UnverifiedError."""
    if NUMERIC_ID.fullmatch(text) is None or int(text) > _ID_MAXIMUM:
        raise UnverifiedError("customer-id-malformed")
    return int(text)

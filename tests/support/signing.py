"""Signs as Shopify does: webhooks, the app proxy's queries, ID tokens of staff and tokens of shoppers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from typing import Any
from urllib.parse import urlencode

import jwt

API_KEY = "3f1c2b4a5d6e7f8091a2b3c4d5e6f708"
SECRET = "shpss_0123456789abcdef0123456789abcdef"
OLD_SECRET = "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"
OTHER_SECRET = "shpss_11111111111111111111111111111111"
SHOP = "laurel-demo.myshopify.com"


def body_hmac(raw: bytes, secret: str = SECRET) -> str:
    """The signature of a webhook's body."""
    return base64.b64encode(hmac.digest(secret.encode(), raw, "sha256")).decode()


def webhook_headers(
    raw: bytes, topic: str = "orders/paid", *, secret: str = SECRET, **changes: str | None
) -> dict[str, str]:
    """The headers of a delivery. `changes` replaces one by its short name with _ for -, None leaves it out."""
    values: dict[str, str | None] = {
        "topic": topic,
        "hmac_sha256": body_hmac(raw, secret),
        "shop_domain": SHOP,
        "api_version": "2026-10",
        "webhook_id": uuid.uuid4().hex,
        "event_id": uuid.uuid4().hex,
        "triggered_at": "2026-11-22T06:00:00Z",
        **changes,
    }
    return {f"X-Shopify-{name.replace('_', '-')}": value for name, value in values.items() if value is not None}


def proxy_query(
    customer: object = "", *, at: float | None = None, secret: str = SECRET, shop: str = SHOP, extra: str = ""
) -> str:
    """A signed query of the app proxy; `extra` is appended to it unsigned."""
    pairs = {
        "shop": shop,
        "logged_in_customer_id": str(customer),
        "path_prefix": "/apps/laurel",
        "timestamp": str(int(time.time() if at is None else at)),
    }
    return urlencode({**pairs, "signature": proxy_signature(list(pairs.items()), secret)}) + extra


def proxy_signature(pairs: list[tuple[str, str]], secret: str = SECRET) -> str:
    """Shopify's signature over parameters: values of one name joined by commas, pairs joined, then sorted."""
    joined: dict[str, list[str]] = {}
    for key, value in pairs:
        joined.setdefault(key, []).append(value)
    message = "".join(sorted(f"{key}={','.join(values)}" for key, values in joined.items()))
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def staff_claims(**changes: Any) -> dict[str, Any]:
    """The claims of an ID token; `changes` replaces some, None leaves one out."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": f"https://{SHOP}/admin",
        "dest": f"https://{SHOP}",
        "aud": API_KEY,
        "sub": "42",
        "exp": now + 60,
        "nbf": now,
        "iat": now,
        "jti": str(uuid.uuid4()),
        "sid": uuid.uuid4().hex,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def id_token(secret: str = SECRET, headers: dict[str, Any] | None = None, **changes: Any) -> str:
    """An ID token of a shop's staff."""
    return jwt.encode(staff_claims(**changes), secret, algorithm="HS256", headers=headers)


def shopper_token(customer: int | None = 7001, secret: str = SECRET, **changes: Any) -> str:
    """A token of a customer account or checkout extension."""
    subject = f"gid://shopify/Customer/{customer}" if customer else None
    return jwt.encode(staff_claims(**{"iss": None, "sid": None, "sub": subject, **changes}), secret, algorithm="HS256")

"""ID tokens: what the admin hands to an embedded app so that it knows shop and staff user, for 60 seconds."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any

import jwt

from plugin.devstore.application import App
from plugin.devstore.seed import SHOP

LIFETIME_SECONDS = 60


def issue_id_token(app: App, *, now: datetime, shop_domain: str = SHOP.domain, user_id: int = SHOP.owner_id) -> str:
    """A signed ID token for the app."""
    issued_at = int(now.timestamp())
    claims = {
        "iss": f"https://{shop_domain}/admin",
        "dest": f"https://{shop_domain}",
        "aud": app.api_key,
        "sub": str(user_id),
        "exp": issued_at + LIFETIME_SECONDS,
        "nbf": issued_at,
        "iat": issued_at,
        "jti": str(uuid.uuid4()),
        "sid": secrets.token_hex(32),
    }
    return jwt.encode(claims, app.api_secret, algorithm="HS256")


def read_id_token(app: App, token: str, *, now: datetime) -> dict[str, Any] | None:
    """The claims of a token that this store issued for the app and that is not over; None for any other."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            app.api_secret,
            algorithms=["HS256"],
            audience=app.api_key,
            # PyJWT would look at the machine's clock; this store has its own.
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "dest", "sub"]},
        )
        over = now.timestamp() >= int(claims["exp"])
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return None
    return None if over or claims["dest"] != f"https://{SHOP.domain}" else claims

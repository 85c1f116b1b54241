"""Installs the app in the demo store the way a merchant does, by opening it in the admin, and publishes its program."""

from __future__ import annotations

import base64
import time
import uuid

import httpx
import jwt

from engine.database import create_engine, tenant_transaction
from engine.program import BEGINNING_OF_TIME, default_definition
from engine.publishing import live_version, publish
from engine.shops import find_shop
from plugin.demo_home import DemoSecrets
from plugin.demo_services import DemoFailedError
from plugin.devstore.seed import SHOP

_ID_TOKEN_SECONDS = 60


def id_token(secrets: DemoSecrets, *, shop: str, user: int) -> str:
    """An ID token as the admin hands it to an embedded app: signed with the app's secret, good for a minute."""
    now = int(time.time())
    claims = {
        "iss": f"https://{shop}/admin",
        "dest": f"https://{shop}",
        "aud": secrets.api_key,
        "sub": str(user),
        "iat": now,
        "nbf": now,
        "exp": now + _ID_TOKEN_SECONDS,
        "jti": str(uuid.uuid4()),
        "sid": uuid.uuid4().hex,
    }
    return jwt.encode(claims, secrets.api_secret, algorithm="HS256")


def install(app_url: str, secrets: DemoSecrets) -> None:
    """Open the app's home as the admin does; the app then exchanges the token. Raises DemoFailedError on a refusal."""
    store = SHOP.domain.removesuffix(".myshopify.com")
    query = {
        "embedded": "1",
        "host": base64.b64encode(f"admin.shopify.com/store/{store}".encode()).decode().rstrip("="),
        "id_token": id_token(secrets, shop=SHOP.domain, user=SHOP.owner_id),
        "locale": "en",
        "shop": SHOP.domain,
    }
    try:
        answer = httpx.get(f"{app_url}/", params=query, timeout=30, trust_env=False)
    except httpx.TransportError as error:
        raise DemoFailedError(f"the app did not answer its first visit ({type(error).__name__})") from error
    if answer.status_code != httpx.codes.OK:
        raise DemoFailedError(f"the app answered its first visit with {answer.status_code}; see logs/app.log")


async def publish_default_program(application_url: str, *, test_orders: bool) -> bool:
    """Make the default program the live one, from the beginning of time. Returns False when it was so already."""
    definition = default_definition(test_orders=test_orders)
    engine = create_engine(application_url, pool_size=1)
    try:
        async with engine.connect() as connection:
            shop = await find_shop(connection, SHOP.domain)
        if shop is None:
            raise DemoFailedError("the app did not install itself in the demo store; see logs/app.log")
        async with tenant_transaction(engine, shop.program_id) as connection:
            live = await live_version(connection, shop.program_id)
            if live is not None and live.definition == definition:
                return False
            await publish(connection, shop.program_id, definition, effective_from=BEGINNING_OF_TIME, actor="demo")
        return True
    finally:
        await engine.dispose()

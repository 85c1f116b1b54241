"""Installs the app in the demo store the way a merchant does, by opening it in the admin, and publishes its program."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import httpx

from engine.database import create_engine, tenant_transaction
from engine.game.defaults import seed_first_game
from engine.program import BEGINNING_OF_TIME, default_definition
from engine.publishing import live_version, publish
from engine.rewards.defaults import seed_default_rewards
from engine.shops import find_shop
from engine.tiers.defaults import seed_first_tiers
from plugin.demo.home import DemoHome
from plugin.demo.membership import seed_plan
from plugin.demo.partner import seed_partner
from plugin.demo.second_shop import TwoShops, connect_shops, open_second_shop
from plugin.devstore.application import App
from plugin.devstore.id_tokens import issue_id_token
from plugin.devstore.seed import SHOP

NOT_IN_THE_DEMO = frozenset({"welcome"})
"""The first badge of a demo's shopper is the one for a first order, which the demo's description names."""


class InstallationError(Exception):
    """The app did not install itself in the demo store; the text says how it answered."""


def open_app(app: App) -> int:
    """Open the app's home as the admin does: with a real ID token, which the app exchanges. Returns the HTTP status.

    Raises InstallationError when the app does not answer.
    """
    store = SHOP.domain.removesuffix(".myshopify.com")
    query = {
        "embedded": "1",
        "host": base64.b64encode(f"admin.shopify.com/store/{store}".encode()).decode().rstrip("="),
        "id_token": issue_id_token(app, now=datetime.now(UTC)),
        "locale": "en",
        "shop": SHOP.domain,
    }
    try:
        return httpx.get(f"{app.url}/", params=query, timeout=30, trust_env=False).status_code
    except httpx.TransportError as error:
        raise InstallationError(f"the app did not answer its first visit ({type(error).__name__})") from error


async def open_shop(app: App, database_url: str, *, home: DemoHome, store_url: str, test_orders: bool) -> TwoShops:
    """Install the app, make the default program the live one, from the beginning of time, and seed what goes with it.

    Returns the second shop and the keys between the two.

    Raises InstallationError when the app is not installed after its first visit.
    """
    status = open_app(app)
    engine = create_engine(database_url, pool_size=1)
    try:
        async with engine.connect() as connection:
            shop = await find_shop(connection, SHOP.domain)
        if shop is None or not shop.installed or status != httpx.codes.OK:
            raise InstallationError(f"the app answered its first visit with {status}; see logs/app.log")
        definition = default_definition(test_orders=test_orders)
        async with tenant_transaction(engine, shop.program_id) as connection:
            live = await live_version(connection, shop.program_id)
            if live is None or live.definition != definition:
                await publish(connection, shop.program_id, definition, effective_from=BEGINNING_OF_TIME, actor="demo")
            await seed_default_rewards(connection, shop.program_id, SHOP.currency, actor="demo")
            await seed_first_tiers(connection, shop.program_id, actor="demo", test_orders=test_orders)
            await seed_plan(connection, shop.program_id, test_orders=test_orders)
            await seed_first_game(
                connection, shop.program_id, actor="demo", test_orders=test_orders, without=NOT_IN_THE_DEMO
            )
        await seed_partner(engine, shop.program_id, home.secrets().encryption_key, store_url)
        second = await open_second_shop(engine, test_orders=test_orders)
        return await connect_shops(engine, home, app.url, shop, second)
    finally:
        await engine.dispose()

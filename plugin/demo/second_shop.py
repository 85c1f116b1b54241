"""The demo's second shop, Harbor Coffee: a program of its own, and partner and host of the first one at once.

What its customers buy with a number of the first shop's member earns there, and the other way round: each shop reports
to the other over HTTP, by its partner API, as two installations would.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.store import hosts_of, move_host
from engine.offers.definitions import Accrual, OfferDefinition, PerUnit
from engine.partners.catalog import create_partner, partner_by_handle
from engine.partners.definitions import PartnerProfile
from engine.partners.key_store import keys_of, revoke_key
from engine.program import BEGINNING_OF_TIME, default_definition
from engine.publishing import live_version, publish
from engine.rewards.defaults import seed_default_rewards
from engine.shops import ShopReference, install_shop
from plugin.demo.home import DemoHome
from plugin.demo.partner import CODE_PREFIX, HANDLE, demo_agreement, first_of_previous_month, put_offer
from plugin.devstore.second_till import DOMAIN, NAME
from plugin.devstore.seed import SHOP
from plugin.partners.desk import PartnerDesk
from plugin.partners.host_client import create_host_http
from plugin.partners.keys import PartnerKeyBox, read_partner_key

FIRST_HANDLE = "harbor-and-pine"
_EXTERNAL_ID = 68_817_125_441
_KEY_LABEL = "Demo"


@dataclass(frozen=True, slots=True)
class TwoShops:
    """The demo's two programs, and the keys by which each is the other's partner."""

    second: ShopReference
    coffee_key: str
    """Harbor Coffee's, at the first shop."""
    pine_key: str
    """The first shop's, at Harbor Coffee."""


async def open_second_shop(engine: AsyncEngine, *, test_orders: bool) -> ShopReference:
    """Install the second shop and publish its program. Nothing is ever asked of it: this demo has one store."""
    shop = await install_shop(
        engine, domain=DOMAIN, external_id=_EXTERNAL_ID, name=NAME, currency=SHOP.currency, time_zone=SHOP.time_zone,
        scopes=[], at=datetime.now(UTC),
    )  # fmt: skip
    definition = default_definition(test_orders=test_orders)
    async with tenant_transaction(engine, shop.program_id) as connection:
        live = await live_version(connection, shop.program_id)
        if live is None or live.definition != definition:
            await publish(connection, shop.program_id, definition, effective_from=BEGINNING_OF_TIME, actor="demo")
        await seed_default_rewards(connection, shop.program_id, SHOP.currency, actor="demo")
        await _first_shop_as_partner(connection, shop.program_id)
    return shop


async def _first_shop_as_partner(connection: AsyncConnection, program_id: int) -> None:
    partner = await partner_by_handle(connection, program_id, FIRST_HANDLE)
    if partner is None:
        profile = PartnerProfile(name=SHOP.name, website=None, about="The roaster and homeware shop up the road.")
        partner = await create_partner(
            connection, program_id, FIRST_HANDLE, profile, demo_agreement(), actor="demo",
            effective_from=first_of_previous_month(datetime.now(UTC)),
        )  # fmt: skip
    offer = OfferDefinition(
        title=f"Points at {SHOP.name}",
        description="One of our points for every dollar that you spend there: give your number with the order.",
        terms="Points come with the purchase that the shop reports, and go with what you return.",
        gives=Accrual(points=PerUnit(rates={SHOP.currency: Decimal(1)})),
    )
    await put_offer(connection, program_id, partner.partner_id, "pine-points", offer)


async def connect_shops(
    engine: AsyncEngine,
    home: DemoHome,
    app_url: str,
    first: ShopReference,
    second: ShopReference,
) -> TwoShops:
    """Make each shop the other's partner, by real calls to the app; a later start only follows a moved address."""
    http = create_host_http(development=True)
    encryption_key = base64.b64decode(home.secrets().encryption_key)
    try:
        shops = _Shops(
            engine, PartnerDesk(encryption_key, http, development=True), PartnerKeyBox(encryption_key), app_url
        )
        kept = home.partner_keys()
        coffee = await shops.key_of(first.program_id, HANDLE, kept.get("coffee_key"))
        pine = await shops.key_of(second.program_id, FIRST_HANDLE, kept.get("pine_key"))
        home.keep_partner_keys({"coffee_key": coffee, "pine_key": pine})
        await shops.connect(second.program_id, FIRST_HANDLE, SHOP.name, coffee, [f"{CODE_PREFIX}-", "CUP-"])
        await shops.connect(first.program_id, HANDLE, NAME, pine, [])
        return TwoShops(second, coffee, pine)
    finally:
        await http.aclose()


@dataclass(frozen=True, slots=True)
class _Shops:
    engine: AsyncEngine
    desk: PartnerDesk
    box: PartnerKeyBox
    app_url: str

    async def key_of(self, program_id: int, handle: str, kept: str | None) -> str:
        """The demo's key of a partner: the one of the last start while it is good, else a new one in its place."""
        known = read_partner_key(kept or "")
        async with tenant_transaction(self.engine, program_id) as connection:
            partner = await partner_by_handle(connection, program_id, handle)
            assert partner is not None, "it was seeded"
            for stored in await keys_of(connection, program_id, partner.partner_id):
                if stored.label != _KEY_LABEL or stored.revoked_at is not None:
                    continue
                if known is not None and stored.key_id == known.key_id:
                    return known.text
                await revoke_key(connection, program_id, stored.key_id)
            return (await self.desk.make_key(connection, program_id, partner.partner_id, _KEY_LABEL, actor="demo"))[1]

    async def connect(self, program_id: int, handle: str, name: str, key: str, code_prefixes: list[str]) -> None:
        """Become the partner of the app's own other program."""
        given = read_partner_key(key)
        assert given is not None, "it was made here"
        async with tenant_transaction(self.engine, program_id) as connection:
            known = [one for one in await hosts_of(connection, program_id) if one.key_id == given.key_id]
            for host in known:
                if host.base_url != self.app_url:
                    sealed = self.box.seal_for_host(program_id, self.app_url, given)
                    await move_host(connection, host, self.app_url, sealed)
        if not known:
            await self.desk.add_host(
                self.engine, program_id, handle=handle, name=name, base_url=self.app_url, key=key, actor="demo",
                code_prefixes=code_prefixes,
            )  # fmt: skip

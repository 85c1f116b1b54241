"""The demo's partner, Harbor Coffee: what is agreed with it, and one offer of each kind.

None of it changes what an order earns, so that the demo's points stay easy to work out.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction, transaction_time
from engine.offers.catalog import offer_by_handle
from engine.offers.definitions import (
    Accrual,
    Budget,
    Code,
    Exchange,
    Link,
    Made,
    OfferDefinition,
    PerUnit,
    Pool,
    Redemption,
)
from engine.offers.editing import create_offer, update_offer
from engine.offers.importing import CodeFile, import_codes
from engine.offers.pools import create_pool, pools_of
from engine.offers.publishing import publish_offer
from engine.partners.catalog import create_partner, partner_by_handle
from engine.partners.definitions import AgreementDefinition, PartnerProfile
from engine.rewards.definitions import MemberLimit
from plugin.devstore.second_till import PATH as COUNTER_PATH
from plugin.devstore.seed import SHOP

HANDLE = "harbor-coffee"
CODE_PREFIX = "HARBOR"
CODES = 50
SETTLE_DAYS = 40
"""So long that last month is still open: whoever plays a month of trade into the demo issues its statement by hand."""
_POOL = "Fifty bags"
_ZONE = ZoneInfo(SHOP.time_zone)


def demo_agreement() -> AgreementDefinition:
    """What is agreed: a cent for a point that is given, 0.8 cents for one that is taken, settled by the month."""
    return AgreementDefinition(
        currency=SHOP.currency, buy_rate=Decimal("0.01"), redeem_rate=Decimal("0.008"), billing="postpaid",
        hold_days=0, time_zone=SHOP.time_zone, cycle="month", settle_days=SETTLE_DAYS,
    )  # fmt: skip


def first_of_previous_month(now: datetime) -> datetime:
    """The beginning of the month before this one, by the shop's days."""
    here = now.astimezone(_ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (here - timedelta(days=1)).replace(day=1)


async def seed_partner(engine: AsyncEngine, program_id: int, secret: str, store_url: str) -> int:
    """The partner with its offers, unless they are there. `secret` makes the codes, the same in every try.

    `store_url` is where the demo store answers, which has the partner's counter; it may be another one at every start.

    Each part is a transaction of its own, and what a broken start left out is made by the next one.
    """
    async with tenant_transaction(engine, program_id) as connection:
        partner = await partner_by_handle(connection, program_id, HANDLE)
        if partner is None:
            now = await transaction_time(connection)
            profile = PartnerProfile(
                name="Harbor Coffee", website="https://harbor-coffee.example",
                about="A coffee bar on the old pier, two doors down. They pour what we roast.",
            )  # fmt: skip
            partner = await create_partner(
                connection, program_id, HANDLE, profile, demo_agreement(), actor="demo",
                effective_from=first_of_previous_month(now),
            )  # fmt: skip
    pool_id = await _pool_of_codes(engine, program_id, partner.partner_id, secret)
    async with tenant_transaction(engine, program_id) as connection:
        for handle, definition in _offers(pool_id, store_url).items():
            await put_offer(connection, program_id, partner.partner_id, handle, definition)
    return partner.partner_id


async def _pool_of_codes(engine: AsyncEngine, program_id: int, partner_id: int, secret: str) -> int:
    async with tenant_transaction(engine, program_id) as connection:
        pools = [pool for pool in await pools_of(connection, program_id, partner_id) if pool.name == _POOL]
        pool = pools[-1] if pools else await create_pool(
            connection, program_id, partner_id, _POOL, low_water=5, actor="demo"
        )  # fmt: skip
        if await offer_by_handle(connection, program_id, "last-fifty") is not None:
            return pool.pool_id
    written = "\n".join(["code", *(_code(secret, number) for number in range(CODES))]).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield written

    await import_codes(engine, CodeFile(program_id, pool.pool_id, "fifty-bags.csv", "demo", len(written)), pieces())
    return pool.pool_id


def _code(secret: str, number: int) -> str:
    """A code that nobody can guess who does not know the demo's secret."""
    digest = hmac.digest(secret.encode(), b"demo code %d" % number, "sha256")
    return f"{CODE_PREFIX}-{base64.b32encode(digest[:10]).decode()}"


async def put_offer(
    connection: AsyncConnection, program_id: int, partner_id: int, handle: str, definition: OfferDefinition
) -> None:
    """Publish an offer, unless there ever was one of its handle; a link follows its address."""
    known = await offer_by_handle(connection, program_id, handle)
    if known is None:
        offer = await create_offer(connection, program_id, partner_id, handle, definition, actor="demo")
        await publish_offer(connection, program_id, offer.offer_id, actor="demo")
    elif isinstance(definition.gives, Link) and known.archived_at is None and known.definition.kind == "link":
        moved = known.definition.model_copy(update={"gives": definition.gives})
        if moved != known.definition:
            await update_offer(
                connection, program_id, known.offer_id, moved, expected_version=known.version, actor="demo"
            )


def _offers(pool_id: int, store_url: str) -> dict[str, OfferDefinition]:
    """One of each kind, in the order in which they are shown."""
    return {
        "last-fifty": OfferDefinition(
            title="A free bag for the first fifty",
            description="Fifty bags of this year's first roast, one for each of our members who is quick.",
            terms="Show the code at the counter on the pier. One bag for each member; not for resale.",
            gives=Code(source=Pool(pool_id=pool_id)),
            budget=Budget(unit="claims", amount=CODES),
        ),
        "harbor-beans": OfferDefinition(
            title="Points at Harbor Coffee",
            description="Say your number at the till: two of our points for every dollar you spend there.",
            terms="Points come with the purchase that Harbor Coffee reports, and go with what you return.",
            gives=Accrual(points=PerUnit(rates={SHOP.currency: Decimal(2)})),
        ),
        "harbor-online": OfferDefinition(
            title="Order ahead, earn twice",
            description="Follow the link, order for pick-up, and get two of our points for every dollar.",
            terms="Counts for what you order within 30 days of your click.",
            gives=Link(
                url=f"{store_url.rstrip('/')}{COUNTER_PATH}?laurel_click={{click}}",
                points=PerUnit(rates={SHOP.currency: Decimal(2)}),
            ),
            member_limit=None,
        ),
        "harbor-cup": OfferDefinition(
            title="A cup on us",
            description="Any drink on the board for 400 points.",
            terms="Good for 60 days after you take it. One drink for each voucher.",
            gives=Redemption(price=400, source=Made(prefix="CUP"), valid_days=60, worth="Any one drink"),
            member_limit=MemberLimit(count=4, period="month"),
        ),
        "harbor-sips": OfferDefinition(
            title="Turn points into sips",
            description="Sips are what Harbor Coffee counts in: ten make a cup.",
            terms="Ten of our points are one sip. What is exchanged cannot be changed back.",
            gives=Exchange(
                numerator=1, denominator=10, minimum_points=100, maximum_points=5_000, daily_points=10_000,
                unit_name="sips", account_hint="The number on your Harbor Coffee card",
            ),
            member_limit=None,
        ),
    }  # fmt: skip

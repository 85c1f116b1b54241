"""Perks of tiers and plans for tests, members who are entitled to them, and what was delivered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import tenant_transaction, transaction_time
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.perks.definitions import CustomerTag, Each, FreeShippingCode, PercentCode, Perk
from engine.perks.deliveries import Delivery, deliveries_of
from engine.perks.entitlements import Entitlements, plan_grantor, tier_grantor
from engine.perks.following import follow
from engine.program import BEGINNING_OF_TIME
from engine.standings import review_due
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.versions import publish_tiers
from tests.support.rewards import Rewarding

CUSTOMER = 7_000_000_000_001
"""As in `fulfilling`: ids of customers are large where a demo store takes part."""
SINCE = datetime(2026, 1, 10, 12, tzinfo=UTC)
BORN_TODAY = """
    UPDATE members SET birthday_month = extract(month FROM day), birthday_day = extract(day FROM day),
        birthday_set_on = day - 30 FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS day) today
"""
"""Lets it be everybody's birthday in the program's zone, as they told a month ago."""
TAG = CustomerTag(handle="tag", tag="laurel-gold")


def percent(each: Each = "once", handle: str = "ten", percentage: str = "10") -> PercentCode:
    """A percent code of thirty days."""
    return PercentCode(handle=handle, percentage=Decimal(percentage), code_days=30, each=each)


def shipping(each: Each = "once", **more: Any) -> FreeShippingCode:
    """A code for delivery, of thirty days."""
    return FreeShippingCode(handle="delivery", code_days=30, each=each, **more)


def gold(*perks: Perk, since: datetime = SINCE, below: Sequence[str] = (), tier: str = "gold") -> Entitlements:
    """What a member of a tier with these perks is entitled to."""
    grantor = tier_grantor(tier)
    return Entitlements(
        tier, (), tuple((grantor, perk) for perk in perks), tier.title(), ((grantor, since),), tuple(below)
    )


def plus(*perks: Perk, until: datetime | None = None, since: datetime = SINCE) -> Entitlements:
    """What a member of a plan with these perks, and of no tier, is entitled to."""
    grantor = plan_grantor("plus")
    return Entitlements(None, (("plus", until),), tuple((grantor, perk) for perk in perks), None, ((grantor, since),))


class Perking:
    """Lets one member's perks follow what they are entitled to, step by step."""

    def __init__(self, rewarding: Rewarding, customer: int = CUSTOMER) -> None:
        self.rewarding, self.customer = rewarding, customer

    async def key(self) -> MemberKey:
        """The customer's member."""
        return MemberKey(self.rewarding.shop.program_id, (await self.rewarding.member(self.customer)).member_id)

    async def follow(self, entitlements: Entitlements, *, days: int = 0) -> None:
        """The member is entitled to this now, or so many days later."""
        key = await self.key()
        async with tenant_transaction(self.rewarding.engine, key.program_id) as connection:
            await follow(connection, {key: entitlements}, await transaction_time(connection) + timedelta(days=days))

    async def deliveries(self) -> list[Delivery]:
        """What the member was given, the oldest first."""
        key = await self.key()
        async with tenant_transaction(self.rewarding.engine, key.program_id) as connection:
            return sorted(await deliveries_of(connection, *key), key=lambda one: one.delivery_id)

    async def everybody_has(self, *perks: Perk) -> None:
        """Publish one tier, which everybody has, with these perks."""
        program = TierProgram(currency="USD", tiers=(Tier(handle="base", name="Base", perks=perks),))
        await self.step(publish_tiers, self.rewarding.shop.program_id, program, BEGINNING_OF_TIME, "tests")
        await self.step(review_due)

    async def step(self, run: Callable[..., Awaitable[Any]], *arguments: object) -> Any:
        """One step of whatever works on the database, in a transaction of its own."""
        async with tenant_transaction(self.rewarding.engine, self.rewarding.shop.program_id) as connection:
            return await run(connection, *arguments)

    async def sql(self, statement: str) -> list[Any]:
        """Look into the program's rows, or change them behind its back."""
        async with tenant_transaction(self.rewarding.engine, self.rewarding.shop.program_id) as connection:
            result = await connection.execute(text(statement))
            return list(result.fetchall()) if result.returns_rows else []

    async def states(self) -> list[tuple[str, str, str]]:
        """The perk, occasion and state of each delivery."""
        return [(one.perk, one.occasion, one.state) for one in await self.deliveries()]


async def member_key(connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int) -> MemberKey:
    """A customer's member."""
    return MemberKey(program_id, (await member_of_customer(connection, program_id, shop_id, customer_id)).member_id)

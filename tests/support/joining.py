"""A shop that sells a plan, one of its customers, and what becomes of their memberships in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.events import Fact, Order
from engine.members import member_of_customer
from engine.memberships.asking import Wish
from engine.memberships.catalog import Plan, create_plan
from engine.memberships.definitions import PlanDefinition
from engine.memberships.store import Membership, memberships_of
from engine.shops import ShopReference
from tests.support.facts import events, line, order

PRODUCT = 8_214_010_167_553
PLUS = PlanDefinition(
    title="Laurel Plus", prices={"USD": 900}, days_per_unit=30, product_ids=(PRODUCT,), product_handle="laurel-plus"
)
NOW = datetime.now(UTC).replace(microsecond=0)
"""The database's clock is the real one."""


def day(number: float) -> datetime:
    """A moment some days from now."""
    return NOW + timedelta(days=number)


def plus(order_id: int, at: datetime, units: int = 1, **parts: Any) -> Order:
    """A paid order of units of the plan's product."""
    one = replace(line("9.00", units), product_id=PRODUCT)
    return order(order_id, [one], occurred_at=at, updated_at=at, **parts)


class Shopping:
    """A shop with a plan, and one of its customers."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine, self.shop = engine, shop

    async def sell(self, definition: PlanDefinition = PLUS, handle: str = "laurel-plus") -> Plan:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await create_plan(connection, self.shop.program_id, handle, definition, actor="tests")

    async def hear(self, *facts: Fact) -> None:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await apply_events(connection, events(self.shop, *facts, received_at=NOW))

    async def member(self, customer_id: int = 1) -> int:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            found = await member_of_customer(connection, self.shop.program_id, self.shop.shop_id, customer_id)
            return found.member_id

    async def memberships(self, customer_id: int = 1, now: datetime | None = None) -> list[Membership]:
        member_id = await self.member(customer_id)
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await memberships_of(connection, self.shop.program_id, member_id, now)

    async def rows(self) -> Sequence[Any]:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            found = await connection.execute(
                text("SELECT member_id, state, way, ends_at, review_at FROM memberships ORDER BY member_id")
            )
            return found.fetchall()

    async def wish(self, plan: Plan, key: str, **more: Any) -> Wish:
        member_id = await self.member()
        return Wish(self.shop.program_id, member_id, plan.plan_id, "customer:1", key, **more)

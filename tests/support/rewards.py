"""Rewards, members with points and redemptions, for tests that need some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.events import AmountPair, Fact, Order, OrderDiscount, OrderLine
from engine.members import Member, member_of_customer
from engine.rewards.catalog import Reward, create_reward
from engine.rewards.definitions import AmountOff, FixedCost, RewardDefinition
from engine.rewards.redeeming import redeem
from engine.rewards.redemptions import Redemption, redemption
from engine.rewards.settling import issued
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, events, line, order

ORDER = 700
"""The order that uses a code where it does not matter which."""


def five_off(**changes: Any) -> RewardDefinition:
    """5.00 USD off for 500 points, with whatever is given instead or besides."""
    given: dict[str, Any] = {
        "title": "5 off", "cost": FixedCost(points=500), "value": AmountOff(amounts={"USD": 500})
    } | changes  # fmt: skip
    return RewardDefinition(**given)


def _pair(minor: int) -> AmountPair:
    return AmountPair(minor, minor)


def with_code(
    one: Redemption, lines: Sequence[OrderLine], applied: int, *, kind: str = "amount", order_id: int = ORDER,
    customer: int = 1, paid: bool = True, cancelled: bool = False, hours: int = 0, code: str | None = None,
) -> Order:  # fmt: skip
    """An order of these lines whose code took off so much, spread over them by their values."""
    total = sum(each.unit_price.shop * each.quantity for each in lines)
    given, spread = 0, []
    for place, each in enumerate(lines):
        share = applied * each.unit_price.shop * each.quantity // total if total and kind != "shipping" else 0
        if place == len(lines) - 1 and kind != "shipping":
            share = applied - given
        given += share
        spread.append(replace(each, discount=_pair(share), code_discounts=((0, _pair(share)),) if share else ()))
    made = order(order_id, spread, customer=customer, paid=paid, updated_at=PAID_AT + timedelta(hours=hours))
    discount = OrderDiscount(code or one.made_code or "", kind, _pair(applied))  # type: ignore[arg-type]
    return replace(made, discounts=(discount,), cancelled=cancelled)


class Rewarding:
    """One shop's rewards and redemptions, each step in a transaction of its own."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine, self.shop = engine, shop

    async def apply(self, *facts: Fact) -> None:
        """Tell the program facts."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await apply_events(connection, events(self.shop, *facts))

    async def earn(self, dollars: int, *, customer: int = 1, order_id: int = 900_001) -> None:
        """A paid order: a point for each dollar, and 100 for joining with the first one."""
        await self.apply(order(order_id, [line(f"{dollars}.00")], customer=customer))

    async def member(self, customer: int = 1) -> Member:
        """A customer as a member."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await member_of_customer(connection, self.shop.program_id, self.shop.shop_id, customer)

    async def reward(self, definition: RewardDefinition | None = None, handle: str = "five-off") -> Reward:
        """A new reward."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await create_reward(
                connection, self.shop.program_id, handle, definition or five_off(), actor="tests"
            )

    async def redeem(
        self, reward: Reward, *, key: str = "key", customer: int = 1, points: int | None = None
    ) -> Redemption:
        """Redeem; raises RedemptionRefused."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await redeem(
                connection, self.shop.program_id, self.shop.shop_id, customer, reward.reward_id, points, key
            )

    async def ready(
        self, reward: Reward, *, key: str = "key", customer: int = 1, points: int | None = None
    ) -> Redemption:
        """Redeem, and let the shop have made the code."""
        made = await self.redeem(reward, key=key, customer=customer, points=points)
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await issued(connection, self.shop.program_id, made.redemption_id, "gid://shop/Discount/1")

    async def read(self, one: Redemption) -> Redemption:
        """A redemption as it stands."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            found = await redemption(connection, self.shop.program_id, one.redemption_id)
        assert found is not None
        return found

"""Redeeming from a wallet of very many lots, against one of few: what is spent ends first, the rest is never read."""

from __future__ import annotations

import asyncio
import statistics
import time

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import create_engine, tenant_transaction
from engine.events import MemberEvent
from engine.program import BEGINNING_OF_TIME, Definition
from engine.publishing import publish
from engine.rewards.catalog import create_reward
from engine.rewards.definitions import AmountOff, FixedCost, RewardDefinition
from engine.rewards.redeeming import redeem
from engine.rules.rule import Fixed, Rule
from engine.shops import ShopReference, install_shop
from tests.bench.results import Result
from tests.bench.stage import Stage
from tests.support.facts import PAID_AT, events

FEW, MANY = 10, 10_000
POINTS_PER_LOT = 1_000
COST = 1_500
"""One lot and a half."""

REDEMPTIONS = 60
BATCH = 1_000
OF_FEW, OF_MANY = 1, 2


def measure(stage: Stage) -> list[Result]:
    """Redemptions a second of both wallets, in turns; each takes the same number of lots."""
    few, many = asyncio.run(_measure(stage))
    what = f"redemptions from a wallet of {MANY:,} lots (reference: of {FEW})"
    return [Result(what, "/s", 1 / many, 1 / few, "≥ 0.5 ×")]


async def _measure(stage: Stage) -> tuple[float, float]:
    engine = create_engine(stage.postgres.application_url)
    shop = await install_shop(
        engine, domain="wallets.myshopify.com", external_id=None, name="", currency="USD", time_zone="UTC", scopes=[],
        at=PAID_AT,
    )  # fmt: skip
    review = Rule(handle="review", title="Review", trigger="review", formula=Fixed(points=POINTS_PER_LOT))
    program = Definition(name="Wallets", rules=(review,))
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop.program_id, program, effective_from=BEGINNING_OF_TIME, actor="bench")
        definition = RewardDefinition(title="Off", cost=FixedCost(points=COST), value=AmountOff(amounts={"USD": 1_500}))
        reward = await create_reward(connection, shop.program_id, "off", definition, actor="bench")
    took: dict[int, list[float]] = {OF_FEW: [], OF_MANY: []}
    try:
        await _fill(engine, shop, OF_MANY, MANY)
        for number in range(REDEMPTIONS):
            if number % (FEW // 4) == 0:  # the small wallet is filled up again, so that it is never empty
                await _fill(engine, shop, OF_FEW, FEW // 2, after=number)
            for customer in (OF_FEW, OF_MANY):
                began = time.perf_counter()
                async with tenant_transaction(engine, shop.program_id) as connection:
                    given = (shop.program_id, shop.shop_id, customer, reward.reward_id, None, f"{customer}-{number}")
                    await redeem(connection, *given)
                took[customer].append(time.perf_counter() - began)
    finally:
        await engine.dispose()
    return statistics.median(took[OF_FEW]), statistics.median(took[OF_MANY])


async def _fill(engine: AsyncEngine, shop: ShopReference, customer: int, lots: int, after: int = 0) -> None:
    for first in range(0, lots, BATCH):
        facts = [
            MemberEvent(customer, "review", f"{customer}-{after}-{number}", PAID_AT)
            for number in range(first, min(lots, first + BATCH))
        ]
        async with tenant_transaction(engine, shop.program_id) as connection:
            await apply_events(connection, events(shop, *facts))

"""What others give to a goal of all is news to everybody who has a page open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.challenges.community import settle_communities
from engine.challenges.definitions import ChallengeDefinition, ChallengeStep, Once
from engine.database import tenant_transaction
from engine.direct import DirectDatabase
from engine.game.counters import Counter
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.playing import Playing
from tests.support.programs import apply, publish_rules, purchase

pytestmark = pytest.mark.anyio

BOUGHT_AT = PAID_AT - timedelta(days=4)
DAY = timedelta(days=1)


@pytest.fixture
async def direct(database_url: str) -> AsyncIterator[DirectDatabase]:
    direct = DirectDatabase(database_url, size=1)
    yield direct
    await direct.close()


async def test_given_a_goal_of_all_when_others_give_to_it_then_everybodys_version_rises(
    engine: AsyncEngine, shop: ShopReference, direct: DirectDatabase
) -> None:
    await publish_rules(engine, shop, purchase())
    playing = Playing(engine, shop)
    step = ChallengeStep(handle="orders", title="Orders", counter=Counter(metric="orders"), target=Decimal(2))
    once = Once(starts_at=BOUGHT_AT - DAY, ends_at=BOUGHT_AT + DAY)
    goal = ChallengeDefinition(title="Together", steps=(step,), scope="community", period=once)
    await playing.publish("challenge", "together", goal)
    watching = await playing.member(1)
    await playing.follow()

    async def version() -> int:
        known = await direct.member_version(shop.program_id, shop.shop_id, 1)
        assert known is not None
        assert known.member_id == watching
        return known.version

    async def buy(*, given_back: bool = False) -> None:
        later = BOUGHT_AT + timedelta(hours=1)
        refunds = [refund(1, 1, "5.00", created_at=later)] if given_back else []
        bought = order(
            1, [line("5.00")], customer=2, occurred_at=BOUGHT_AT, updated_at=later if given_back else BOUGHT_AT,
            refunds=refunds,
        )  # fmt: skip
        await apply(engine, shop, bought)
        await playing.follow()

    async def settle() -> int:
        async with tenant_transaction(engine, shop.program_id) as connection:
            return await settle_communities(connection)

    seen = [await version()]
    await buy()
    seen.append(await version())
    await buy(given_back=True)
    seen.append(await version())
    assert await settle() == 1  # both are added up, and it is over
    seen.append(await version())
    assert seen == sorted(set(seen))
    assert await settle() == 0
    assert await version() == seen[-1]

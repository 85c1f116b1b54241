"""The merchant's page of redemptions: what waits, what is not certain and what happens next, what failed and why."""

from __future__ import annotations

from datetime import timedelta

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.rewards.definitions import FixedCost, GiftCard, Manual, RewardDefinition
from engine.rewards.settling import not_issued, uncertain
from engine.shops import ShopReference
from plugin.merchant.redemptions import age_text, failure_text
from plugin.merchant.words import Words
from tests.support.rewards import Rewarding
from tests.support.signing import SHOP, id_token


async def page(client: httpx.AsyncClient, locale: str = "en") -> str:
    """The page's text."""
    answer = await client.get("/redemptions", params={"shop": SHOP, "locale": locale, "id_token": id_token()})
    assert answer.status_code == 200
    return answer.text


async def test_nothing_redeemed_says_what_will_be_here(client: httpx.AsyncClient, shop: ShopReference) -> None:
    text = await page(client)

    assert "Nothing was redeemed yet" in text
    assert "Waiting for you" not in text


async def test_each_redemption_stands_where_it_belongs(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    rewarding = Rewarding(engine, shop)
    await rewarding.earn(5_000)
    definition = RewardDefinition(title="Gift card", cost=FixedCost(points=500), value=GiftCard(amounts={"USD": 500}))
    tour = RewardDefinition(
        title="Roastery tour", cost=FixedCost(points=300), value=Manual(instructions="Ask for a date")
    )
    card, by_hand = await rewarding.reward(definition, "card"), await rewarding.reward(tour, "tour")
    lost, failed = await rewarding.redeem(card, key="lost"), await rewarding.redeem(card, key="failed")
    await rewarding.redeem(by_hand, key="open")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await uncertain(connection, shop.program_id, lost.redemption_id)
        await not_issued(connection, shop.program_id, failed.redemption_id, "not settled in time")

    text = await page(client)

    waiting, _, rest = text.partition("Not certain yet")
    unknown, _, ended = rest.partition('heading="Failed"')
    assert "Roastery tour" in waiting
    assert "To do: Ask for a date" in waiting
    assert waiting.count("data-redemption=") == 1
    assert "for less than a minute" in unknown
    assert "You need not do anything." in unknown
    assert "Your shop gave no clear answer in time." in ended
    chinese = await page(client, "zh-CN")
    assert "等待您处理" in chinese
    assert "店铺未及时给出明确答复。" in chinese


def test_an_age_is_told_in_its_largest_unit() -> None:
    words = Words("en", "UTC")

    assert age_text(timedelta(seconds=-5), words) == "less than a minute"
    assert age_text(timedelta(seconds=119), words) == "1 minute"
    assert age_text(timedelta(hours=5, minutes=59), words) == "5 hours"
    assert age_text(timedelta(days=1), words) == "1 day"
    assert age_text(timedelta(days=3), Words("zh-CN", "UTC")) == " 3 天"


def test_a_failure_without_words_of_its_own_is_shown_as_it_is() -> None:
    words = Words("en", "UTC")

    assert failure_text("refused", words) == "Your staff refused it."
    assert failure_text("The variant does not exist", words) == "The variant does not exist"
    assert failure_text(None, words) is None

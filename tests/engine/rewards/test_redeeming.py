"""Redeeming: many at once, one key many times, locks, limits and stock; exact balances throughout."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from engine.database import tenant_transaction
from engine.rewards.catalog import archive_reward, update_reward
from engine.rewards.definitions import (
    FixedCost,
    FreeShipping,
    GiftCard,
    Manual,
    MemberLimit,
    SliderCost,
    StoreCredit,
)
from engine.rewards.reasons import RedemptionRefused
from engine.rewards.redemptions import Redemption
from tests.support.rewards import Rewarding, five_off


async def refused(attempt: object) -> tuple[str, dict[str, object]]:
    with pytest.raises(RedemptionRefused) as refusal:
        await attempt  # type: ignore[misc]
    return refusal.value.code, dict(refusal.value.details)


async def test_a_redemption_holds_the_points_and_is_pending(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward()

    made = await rewarding.redeem(reward)

    assert (made.state, made.status, made.points, made.code) == ("pending", "PENDING", 500, None)
    assert made.made_code is not None
    assert made.made_code.startswith("LRL-")
    assert len(made.made_code) == 20
    assert (await rewarding.member()).available == 1000
    assert made.promise.amount_minor == 500
    assert made.expires_at is not None
    assert made.expires_at - made.created_at <= timedelta(days=90)


async def test_a_hundred_at_once_of_1500_points_win_three_times(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward()

    async def attempt(number: int) -> str:
        try:
            await rewarding.redeem(reward, key=f"key-{number}")
        except RedemptionRefused as refusal:
            return refusal.code
        return "won"

    ended = Counter(await asyncio.gather(*(attempt(number) for number in range(100))))

    assert ended == {"won": 3, "NOT_ENOUGH_POINTS": 97}
    assert (await rewarding.member()).available == 0


async def test_one_key_twenty_times_at_once_is_one_redemption(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward()

    made = await asyncio.gather(*(rewarding.redeem(reward, key="same") for _ in range(20)))

    assert len({one.redemption_id for one in made}) == 1
    assert (await rewarding.member()).available == 1000


async def test_a_repeat_gives_the_redemption_as_it_stands_now(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward()
    ready = await rewarding.ready(reward, key="mine")

    again = await rewarding.redeem(reward, key="mine")

    assert (again.redemption_id, again.status, again.code) == (ready.redemption_id, "READY", ready.made_code)
    assert await refused(rewarding.redeem(reward, key="mine", points=500)) == ("IDEMPOTENCY_KEY_REUSED", {})


async def test_a_key_is_the_customers_own(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    await rewarding.earn(1400, customer=2, order_id=900_002)
    reward = await rewarding.reward()

    mine, theirs = await rewarding.redeem(reward, key="k"), await rewarding.redeem(reward, key="k", customer=2)

    assert mine.redemption_id != theirs.redemption_id
    assert mine.made_code != theirs.made_code


@pytest.mark.parametrize("key", ["", "x" * 101, "with space", "é", "a\n", "a\x00"])
async def test_a_key_is_visible_ascii(rewarding: Rewarding, key: str) -> None:
    reward = await rewarding.reward()
    assert await refused(rewarding.redeem(reward, key=key)) == ("INVALID_IDEMPOTENCY_KEY", {})


async def test_a_refusal_takes_nothing_and_leaves_the_key_free(rewarding: Rewarding) -> None:
    await rewarding.earn(300)
    reward = await rewarding.reward()
    assert await refused(rewarding.redeem(reward)) == (
        "NOT_ENOUGH_POINTS", {"needed": 500, "available": 400, "missing": 100},
    )  # fmt: skip
    assert (await rewarding.member()).available == 400

    await rewarding.earn(100, order_id=900_002)

    assert (await rewarding.redeem(reward)).points == 500


async def test_a_stock_of_two_is_taken_twice_by_ten_at_once(rewarding: Rewarding) -> None:
    for customer in range(1, 11):
        await rewarding.earn(1400, customer=customer, order_id=900_000 + customer)
    reward = await rewarding.reward(five_off(stock=2))

    async def attempt(customer: int) -> str:
        try:
            await rewarding.redeem(reward, customer=customer)
        except RedemptionRefused as refusal:
            return refusal.code
        return "won"

    assert Counter(await asyncio.gather(*(attempt(one) for one in range(1, 11)))) == {"won": 2, "OUT_OF_STOCK": 8}


async def test_a_member_has_no_more_than_the_limit(rewarding: Rewarding) -> None:
    await rewarding.earn(2900)
    reward = await rewarding.reward(five_off(limit=MemberLimit(count=2, period="month")))
    await rewarding.redeem(reward, key="1")
    await rewarding.redeem(reward, key="2")

    assert await refused(rewarding.redeem(reward, key="3")) == ("LIMIT_REACHED", {"limit": 2, "period": "month"})

    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await connection.execute(text("UPDATE redemptions SET created_at = created_at - interval '32 days'"))
    assert (await rewarding.redeem(reward, key="3")).points == 500


async def test_what_is_locked_says_why(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    soon, past = datetime(2100, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
    cases = {
        "later": (five_off(starts_at=soon), ("NOT_STARTED", {"starts_at": "2100-01-01T00:00:00+00:00"})),
        "over": (five_off(ends_at=past), ("ENDED", {"ends_at": "2020-01-01T00:00:00+00:00"})),
        "gold": (five_off(tiers=("gold", "silver")), ("TIER_LOCKED", {"tiers": "gold,silver"})),
        "friends": (five_off(customer_tags=("friend",)), ("SEGMENT_LOCKED", {"tags": "friend"})),
    }
    for handle, (definition, expected) in cases.items():
        reward = await rewarding.reward(definition, handle)
        assert await refused(rewarding.redeem(reward, key=handle)) == expected
    assert (await rewarding.member()).available == 1500


async def test_a_tag_opens_a_segment(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward(five_off(customer_tags=("friend",)))
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await connection.execute(text("UPDATE customers SET tags = '{friend}'"))

    assert (await rewarding.redeem(reward)).points == 500


async def test_a_slider_takes_whole_steps_within_its_bounds(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    slider = SliderCost(step=100, value_per_step={"USD": 100}, minimum_points=200, maximum_points=1000)
    reward = await rewarding.reward(five_off(cost=slider, value={"kind": "amount_off"}))

    for points in (None, 0, -100, 100, 250):
        assert (await refused(rewarding.redeem(reward, points=points)))[0] == "INVALID_POINTS"
    assert (await refused(rewarding.redeem(reward, points=1100)))[0] == "INVALID_POINTS"
    made = await rewarding.redeem(reward, points=700)

    assert (made.points, made.promise.amount_minor) == (700, 700)
    assert await refused(rewarding.redeem(reward, points=900, key="2")) == (
        "NOT_ENOUGH_POINTS", {"needed": 900, "missing": 100},
    )  # fmt: skip


async def test_an_archived_or_foreign_reward_is_not_found(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward()
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await archive_reward(connection, rewarding.shop.program_id, reward.reward_id, expected_version=1, actor="tests")

    assert await refused(rewarding.redeem(reward)) == ("REWARD_NOT_FOUND", {})


async def test_a_redemption_keeps_the_promise_of_its_version(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward()
    first = await rewarding.redeem(reward, key="1")
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await update_reward(
            connection, rewarding.shop.program_id, reward.reward_id, five_off(cost=FixedCost(points=900)),
            expected_version=1, actor="tests",
        )  # fmt: skip

    second = await rewarding.redeem(reward, key="2")

    assert [(one.reward_version, one.points) for one in (await rewarding.read(first), second)] == [(1, 500), (2, 900)]


async def test_each_kind_gets_the_code_that_its_use_needs(rewarding: Rewarding) -> None:
    await rewarding.earn(2900)
    values = {
        "shipping": FreeShipping(), "credit": StoreCredit(amounts={"USD": 500}),
        "card": GiftCard(amounts={"USD": 500}), "tour": Manual(),
    }  # fmt: skip
    made: dict[str, Redemption] = {}
    for handle, value in values.items():
        made[handle] = await rewarding.redeem(await rewarding.reward(five_off(value=value), handle), key=handle)

    assert (made["shipping"].made_code or "").startswith("LRL-")
    assert made["credit"].made_code is None
    card = made["card"].made_code or ""
    assert (len(card), card.isalnum()) == (19, True)
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        asked = await connection.execute(text("SELECT kind, count(*) FROM outside_calls GROUP BY 1"))
        assert [tuple(row) for row in asked] == [("reward-issue", 3)]


async def test_each_shop_of_a_program_gives_its_own_money(rewarding: Rewarding) -> None:
    """Complaint 24: one program for several shops, and no rate of exchange between what they promise."""
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await connection.execute(
            text(
                "INSERT INTO shops (program_id, shop_id, domain, name, currency, time_zone, installed_at) "
                "VALUES (:program_id, :shop_id, 'second.myshopify.com', 'Second', 'EUR', 'Europe/Paris', now())"
            ),
            {"program_id": rewarding.shop.program_id, "shop_id": rewarding.shop.shop_id + 1},
        )
    second = Rewarding(rewarding.engine, replace(rewarding.shop, shop_id=rewarding.shop.shop_id + 1))
    await rewarding.earn(1400)
    await second.earn(1400)
    both = await rewarding.reward(five_off(value={"kind": "amount_off", "amounts": {"USD": 500, "EUR": 450}}), "both")
    dollars = await rewarding.reward(five_off(), "dollars")

    made = [await rewarding.redeem(both), await second.redeem(both)]

    assert [(one.promise.currency, one.promise.amount_minor) for one in made] == [("USD", 500), ("EUR", 450)]
    assert await refused(second.redeem(dollars, key="2")) == ("CURRENCY_NOT_OFFERED", {"currency": "EUR"})

"""The rewards of a program: edits by versions, one of two at once refused, stock counted with what was redeemed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.database import tenant_transaction
from engine.rewards.catalog import (
    Reward,
    RewardRefused,
    archive_reward,
    create_reward,
    reward_of,
    rewards_of,
    update_reward,
)
from engine.rewards.defaults import default_rewards, seed_default_rewards, seed_first_rewards
from engine.rewards.definitions import AmountOff, RewardDefinition
from engine.rewards.standing import open_quotes, period_start, quote
from tests.support.rewards import Rewarding, five_off


async def updated(rewarding: Rewarding, reward: Reward, definition: RewardDefinition, version: int) -> Reward:
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        return await update_reward(
            connection, rewarding.shop.program_id, reward.reward_id, definition, expected_version=version,
            actor="tests",
        )  # fmt: skip


async def refusal(attempt: object) -> tuple[str, str | None]:
    with pytest.raises(RewardRefused) as refused:
        await attempt  # type: ignore[misc]
    return refused.value.code, refused.value.field


async def test_an_edit_is_a_new_version(rewarding: Rewarding) -> None:
    reward = await rewarding.reward(five_off(stock=7))
    edited = await updated(rewarding, reward, five_off(title="Five off", stock=9), 1)

    assert (reward.version, reward.stock_left, reward.position) == (1, 7, 1)
    assert (edited.version, edited.stock_left, edited.definition.title) == (2, 9, "Five off")


async def test_of_two_edits_at_once_the_second_is_refused(rewarding: Rewarding) -> None:
    reward = await rewarding.reward()
    ended = await asyncio.gather(
        *(updated(rewarding, reward, five_off(title=f"Edit {number}"), 1) for number in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in ended) == ["Reward", "RewardRefused"]
    assert await refusal(updated(rewarding, reward, five_off(), 1)) == ("VERSION_CONFLICT", "expectedVersion")


async def test_the_stock_counts_what_was_redeemed_before(rewarding: Rewarding) -> None:
    await rewarding.earn(2900)
    reward = await rewarding.reward()
    for key in "abc":
        await rewarding.redeem(reward, key=key)

    assert await refusal(updated(rewarding, reward, five_off(stock=2), 1)) == ("STOCK_BELOW_REDEEMED", "stock")
    assert (await updated(rewarding, reward, five_off(stock=5), 1)).stock_left == 2


async def test_an_archived_reward_is_listed_no_more_and_changed_no_more(rewarding: Rewarding) -> None:
    kept, gone = await rewarding.reward(handle="kept"), await rewarding.reward(handle="gone")
    program_id = rewarding.shop.program_id
    async with tenant_transaction(rewarding.engine, program_id) as connection:
        archived = await archive_reward(connection, program_id, gone.reward_id, expected_version=1, actor="tests")
        listed = await rewards_of(connection, program_id)
        everything = await rewards_of(connection, program_id, archived=True)

    assert archived.archived_at is not None
    assert [one.reward_id for one in listed] == [kept.reward_id]
    assert [one.handle for one in everything] == ["kept", "gone"]
    assert await refusal(updated(rewarding, gone, five_off(), 2)) == ("ARCHIVED", None)


async def test_handles_are_unique_and_rewards_bounded(rewarding: Rewarding, monkeypatch: pytest.MonkeyPatch) -> None:
    await rewarding.reward(handle="one")
    assert await refusal(rewarding.reward(handle="one")) == ("HANDLE_TAKEN", "handle")
    for handle in ("", "One", "-a", "a b", "a" * 65):
        assert await refusal(rewarding.reward(handle=handle)) == ("HANDLE_INVALID", "handle")
    monkeypatch.setattr("engine.rewards.catalog.REWARDS_MAXIMUM", 1)
    assert await refusal(rewarding.reward(handle="two")) == ("TOO_MANY", None)


async def test_a_reward_of_another_program_is_not_there(rewarding: Rewarding) -> None:
    reward = await rewarding.reward()
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id + 1) as connection:
        assert await reward_of(connection, rewarding.shop.program_id, reward.reward_id) is None
    assert await refusal(updated(rewarding, Reward(
        rewarding.shop.program_id, 2**60, "x", 1, five_off(), None, None, 1), five_off(), 1)) == (
            "REWARD_NOT_FOUND", None)  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "amount", "title"), [("USD", 500, "$5.00"), ("JPY", 500, "¥500"), ("EUR", 500, "€5.00")]
)
def test_the_default_rewards_are_in_the_shops_money(currency: str, amount: int, title: str) -> None:
    made = default_rewards(currency)
    assert made["five-off"].value == AmountOff(amounts={currency: amount})
    assert made["five-off"].title == f"{title} off your order"
    assert [one.cost.model_dump()["points"] for one in made.values()] == [500, 300]
    assert all(one.stock is None and one.limit is None for one in made.values())


async def test_default_rewards_are_made_once_and_stay_archived(rewarding: Rewarding) -> None:
    program_id = rewarding.shop.program_id
    async with tenant_transaction(rewarding.engine, program_id) as connection:
        await seed_first_rewards(connection, program_id, actor="tests")
        five, shipping = await rewards_of(connection, program_id)
        await archive_reward(connection, program_id, five.reward_id, expected_version=1, actor="tests")
        await seed_default_rewards(connection, program_id, "USD", actor="tests")
        assert [one.reward_id for one in await rewards_of(connection, program_id)] == [shipping.reward_id]


async def test_a_quote_reads_the_shoppers_standing(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward(five_off(limit={"count": 1, "period": "day"}))
    await rewarding.redeem(reward)
    program_id, shop_id = rewarding.shop.program_id, rewarding.shop.shop_id
    async with tenant_transaction(rewarding.engine, program_id) as connection:
        mine = await quote(connection, program_id, shop_id, 1, reward)
        nobodys = await quote(connection, program_id, shop_id, None, reward)
        desk = await open_quotes(connection, program_id, shop_id, 1, [reward])
        with pytest.raises(RewardRefused):
            await create_reward(connection, program_id, "five-off", five_off(), actor="tests")

    assert [reason.code for reason in mine.reasons] == ["LIMIT_REACHED"]
    assert [reason.code for reason in nobodys.reasons] == ["SIGNED_OUT"]
    assert (desk.standing.available if desk.standing else None, desk.currency) == (1000, "USD")


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("ever", "1970-01-01T00:00:00+00:00"),
        ("day", "2026-11-21T00:00:00-05:00"),
        ("week", "2026-11-16T00:00:00-05:00"),
        ("month", "2026-11-01T00:00:00-04:00"),  # the day on which the clock goes back
        ("quarter", "2026-10-01T00:00:00-04:00"),
        ("year", "2026-01-01T00:00:00-05:00"),
    ],
)
def test_periods_begin_in_the_programs_zone(period: str, start: str) -> None:
    now = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)  # still the 21st in New York
    assert period_start(period, now, ZoneInfo("America/New_York")).isoformat() == start  # type: ignore[arg-type]

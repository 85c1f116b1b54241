"""Redeeming and canceling: exact points, one redemption per key, every refusal with its code, its words, no change."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.rewards.catalog import archive_reward, create_reward
from engine.rewards.defaults import seed_default_rewards
from engine.rewards.definitions import AmountOff, FixedCost, Manual, RewardDefinition, SliderCost
from engine.shops import ShopReference
from tests.support.facts import events, line, order
from tests.support.graphql_requests import Ask

REDEEM = """
mutation ($input: RewardRedeemInput!) { rewardRedeem(input: $input) {
    redemption { id status points code canCancel applyUrl value { money { amount } } reward { handle title kind } }
    me { balance { available } } userErrors { field message code } } }
"""
CANCEL = """
mutation ($input: RedemptionCancelInput!) { redemptionCancel(input: $input) {
    redemption { id status } me { balance { available } } userErrors { field message code } } }
"""


@pytest.fixture
async def rewards(engine: AsyncEngine, shop: ShopReference) -> dict[str, str]:
    """The demo's rewards, a slider and one given by hand, by handle; customer 4711 has 900 points (bonus included)."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await seed_default_rewards(connection, shop.program_id, "USD", actor="tests")
        slider = SliderCost(step=100, value_per_step={"USD": 100}, minimum_points=200)
        by_hand = RewardDefinition(title="Tour", cost=FixedCost(points=100), value=Manual())
        for handle, definition in {
            "slider": RewardDefinition(title="Any amount", cost=slider, value=AmountOff()), "tour": by_hand,
        }.items():  # fmt: skip
            await create_reward(connection, shop.program_id, handle, definition, actor="tests")
        await apply_events(connection, events(shop, order(1001, [line("800.00")], customer=4711)))
        rows = await connection.execute(text("SELECT handle, reward_id FROM rewards"))
    return {handle: f"gid://laurel/Reward/{number}" for handle, number in rows}


async def redeem(ask: Ask, reward: str, points: object = None, key: str = "k-1", **options: Any) -> dict[str, Any]:
    """The payload of redeeming a reward."""
    given = {"input": {"rewardId": reward, "points": points, "idempotencyKey": key}}
    payload: dict[str, Any] = (await ask(REDEEM, given, **options)).data["rewardRedeem"]
    return payload


async def count(engine: AsyncEngine, shop: ShopReference) -> tuple[int, int]:
    """How many redemptions and transactions there are."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(
            text("SELECT (SELECT count(*) FROM redemptions), (SELECT count(*) FROM transactions)")
        )
        found = rows.one()
    return int(found[0]), int(found[1])


async def test_redeeming_takes_the_points_and_promises_a_code(
    shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    payload = await redeem(ask_storefront, rewards["five-off"])

    redemption = payload["redemption"]
    assert redemption.pop("id").startswith("gid://laurel/Redemption/")
    assert redemption == {
        "status": "PENDING", "points": 500, "code": None, "canCancel": False, "applyUrl": None,
        "value": {"money": {"amount": "5.00"}},
        "reward": {"handle": "five-off", "title": "$5.00 off your order", "kind": "AMOUNT_OFF"},
    }  # fmt: skip
    assert payload["me"] == {"balance": {"available": 400}}
    assert payload["userErrors"] == []


async def test_the_same_key_gives_the_same_redemption_and_other_input_is_refused(
    engine: AsyncEngine, shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    first = await redeem(ask_storefront, rewards["free-shipping"])
    again = await redeem(ask_storefront, rewards["free-shipping"])
    other = await redeem(ask_storefront, rewards["tour"])

    assert again["redemption"]["id"] == first["redemption"]["id"]
    assert again["me"] == {"balance": {"available": 600}}
    assert other["redemption"] is None
    assert other["userErrors"] == [
        {"field": ["input", "idempotencyKey"], "code": "IDEMPOTENCY_KEY_REUSED",
         "message": "This key was used for something else."},
    ]  # fmt: skip
    assert (await count(engine, shop))[0] == 1


async def test_one_key_twenty_times_at_once_is_one_redemption(
    engine: AsyncEngine, shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    payloads = await asyncio.gather(*(redeem(ask_storefront, rewards["tour"]) for _ in range(20)))

    assert len({payload["redemption"]["id"] for payload in payloads}) == 1
    assert (await count(engine, shop))[0] == 1


async def test_of_a_hundred_at_once_as_many_get_it_as_the_points_pay_for_and_the_others_are_told(
    engine: AsyncEngine, shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    payloads = await asyncio.gather(
        *(redeem(ask_storefront, rewards["free-shipping"], key=f"k-{number}") for number in range(100))
    )

    assert sum(payload["redemption"] is not None for payload in payloads) == 3
    refused = [error for payload in payloads for error in payload["userErrors"]]
    assert [(error["code"], error["message"]) for error in refused] == 97 * [
        ("NOT_ENOUGH_POINTS", "You need 300 points more.")
    ]
    assert (await ask_storefront("{ me { balance { available } } }")).data["me"]["balance"]["available"] == 0


REFUSED: list[tuple[str, int | None, str, str | None, str]] = [
    ("five-off", 0, "INVALID_POINTS", "points", "It costs 500 points."),
    ("five-off", -5, "INVALID_POINTS", "points", "It costs 500 points."),
    ("five-off", 2**31, "INVALID_POINTS", "points", "It costs 500 points."),
    ("slider", None, "INVALID_POINTS", "points", "Choose 200 points or more, in steps of 100 points."),
    ("slider", 250, "INVALID_POINTS", "points", "Choose 200 points or more, in steps of 100 points."),
    ("slider", -200, "INVALID_POINTS", "points", "Choose 200 points or more, in steps of 100 points."),
    ("slider", 2**53 - 1, "INVALID_POINTS", "points", "Choose 200 points or more, in steps of 100 points."),
    ("slider", 1000, "NOT_ENOUGH_POINTS", None, "You need 100 points more."),
]


async def test_points_that_it_cannot_be_had_for_change_nothing(
    engine: AsyncEngine, shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    before = await count(engine, shop)

    for handle, points, code, field, message in REFUSED:
        payload = await redeem(ask_storefront, rewards[handle], points)
        place = None if field is None else ["input", field]
        assert payload["userErrors"] == [{"field": place, "code": code, "message": message}]
        assert (payload["redemption"], payload["me"]) == (None, {"balance": {"available": 900}})

    assert await count(engine, shop) == before


async def test_points_that_are_no_whole_number_are_the_request_s_mistake(
    engine: AsyncEngine, shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    wrong: list[object] = [1.5, "1e3", "500", 2**63, 2**53, True, [500], {}]
    for points in wrong:
        given = {"input": {"rewardId": rewards["five-off"], "points": points, "idempotencyKey": "k"}}
        reply = await ask_storefront(REDEEM, given)
        assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"]), points

    assert (await count(engine, shop))[0] == 0


async def test_a_key_that_is_none_is_refused(
    engine: AsyncEngine, shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    for key in ("", " ", "a b", "é", "a" * 101, "\x00", "a\n"):
        payload = await redeem(ask_storefront, rewards["five-off"], key=key)
        assert [error["code"] for error in payload["userErrors"]] == ["INVALID_IDEMPOTENCY_KEY"], key

    assert (await count(engine, shop))[0] == 0


async def test_what_is_archived_unknown_or_another_tenant_s_is_not_found(
    engine: AsyncEngine, shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    archived = rewards["tour"]
    async with tenant_transaction(engine, shop.program_id) as connection:
        number = int(archived.rsplit("/", 1)[1])
        await archive_reward(connection, shop.program_id, number, expected_version=1, actor="tests")

    for reward in (archived, "gid://laurel/Reward/999999999"):
        payload = await redeem(ask_storefront, reward)
        assert [(error["field"], error["code"]) for error in payload["userErrors"]] == [
            (["input", "rewardId"], "REWARD_NOT_FOUND")
        ]
    for wrong in ("gid://laurel/Redemption/1", "1", "", "gid://shopify/Reward/1"):
        given = {"input": {"rewardId": wrong, "idempotencyKey": "k"}}
        assert (await ask_storefront(REDEEM, given)).codes == ["INVALID_ID"], wrong


async def test_nobody_logged_in_redeems_nothing(
    engine: AsyncEngine, shop: ShopReference, rewards: dict[str, str], ask_storefront: Ask
) -> None:
    payload = await redeem(ask_storefront, rewards["five-off"], customer_id=None)

    assert payload == {
        "redemption": None, "me": None,
        "userErrors": [{"field": None, "code": "SIGNED_OUT", "message": "Log in first."}],
    }  # fmt: skip
    assert (await count(engine, shop))[0] == 0


async def test_several_at_once_in_one_request_come_one_after_the_other(
    rewards: dict[str, str], ask_storefront: Ask
) -> None:
    document = """mutation ($a: RewardRedeemInput!, $b: RewardRedeemInput!) {
        one: rewardRedeem(input: $a) { me { id balance { available } } userErrors { code } }
        two: rewardRedeem(input: $b) { me { id balance { available } } userErrors { code } } }"""
    first = {"rewardId": rewards["five-off"], "idempotencyKey": "a"}
    second = {"rewardId": rewards["five-off"], "idempotencyKey": "b"}

    data = (await ask_storefront(document, {"a": first, "b": second})).data
    newcomer = (await ask_storefront(document, {"a": first, "b": second}, customer_id=99)).data

    assert [data[name]["me"]["balance"]["available"] for name in ("one", "two")] == [400, 400]
    assert data["two"]["userErrors"] == [{"code": "NOT_ENOUGH_POINTS"}]
    assert newcomer["one"]["me"]["id"] == newcomer["two"]["me"]["id"]
    assert newcomer["two"]["userErrors"] == [{"code": "NOT_ENOUGH_POINTS"}]


async def test_what_the_staff_would_give_is_canceled_at_once_and_twice_is_once(
    rewards: dict[str, str], ask_storefront: Ask
) -> None:
    made = (await redeem(ask_storefront, rewards["tour"]))["redemption"]
    given = {"input": {"redemptionId": made["id"]}}

    first = (await ask_storefront(CANCEL, given)).data["redemptionCancel"]
    second = (await ask_storefront(CANCEL, given)).data["redemptionCancel"]

    assert made["canCancel"] is True
    assert first == second == {
        "redemption": {"id": made["id"], "status": "CANCELED"}, "me": {"balance": {"available": 900}}, "userErrors": [],
    }  # fmt: skip


async def test_a_redemption_of_somebody_else_is_not_there(rewards: dict[str, str], ask_storefront: Ask) -> None:
    made = (await redeem(ask_storefront, rewards["tour"]))["redemption"]

    theirs = (await ask_storefront(CANCEL, {"input": {"redemptionId": made["id"]}}, customer_id=4712)).data
    listed = (await ask_storefront("{ me { redemptions { nodes { id } } } }", customer_id=4712)).data

    assert theirs["redemptionCancel"]["redemption"] is None
    assert theirs["redemptionCancel"]["userErrors"] == [
        {"field": ["input", "redemptionId"], "code": "REDEMPTION_NOT_FOUND",
         "message": "There is no such redemption."},
    ]  # fmt: skip
    assert listed == {"me": {"redemptions": {"nodes": []}}}


async def test_a_pending_code_cannot_be_canceled_yet(rewards: dict[str, str], ask_storefront: Ask) -> None:
    made = (await redeem(ask_storefront, rewards["five-off"]))["redemption"]

    payload = (await ask_storefront(CANCEL, {"input": {"redemptionId": made["id"]}})).data["redemptionCancel"]

    assert [error["code"] for error in payload["userErrors"]] == ["NOT_CANCELABLE"]
    assert payload["me"] == {"balance": {"available": 400}}


async def test_redemptions_and_their_transactions_are_told_newest_first(
    rewards: dict[str, str], ask_storefront: Ask
) -> None:
    await redeem(ask_storefront, rewards["tour"], key="a")
    await redeem(ask_storefront, rewards["slider"], 200, key="b")

    me = (
        await ask_storefront(
            "{ me { redemptions(first: 1) { nodes { points reward { handle } value { money { amount } } }"
            " pageInfo { hasNextPage endCursor } } transactions(first: 2) { nodes { kind points reason } } } }"
        )
    ).data["me"]
    after = me["redemptions"]["pageInfo"]["endCursor"]
    second = (
        await ask_storefront(
            "query ($after: String) { me { redemptions(first: 1, after: $after) { nodes { reward { handle } } } } }",
            {"after": after},
        )
    ).data["me"]

    assert me["redemptions"]["nodes"] == [
        {"points": 200, "reward": {"handle": "slider"}, "value": {"money": {"amount": "2.00"}}}
    ]
    assert me["redemptions"]["pageInfo"]["hasNextPage"] is True
    assert second["redemptions"]["nodes"] == [{"reward": {"handle": "tour"}}]
    assert me["transactions"]["nodes"] == [
        {"kind": "RESERVE", "points": -200, "reason": "For Any amount"},
        {"kind": "RESERVE", "points": -100, "reason": "For Tour"},
    ]

"""The storefront's rewards: seen also when locked, with the reason and its numbers, quoted before anything is spent."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.rewards.catalog import archive_reward, create_reward
from engine.rewards.defaults import seed_default_rewards
from engine.rewards.definitions import AmountOff, FixedCost, PercentOff, Period, RewardDefinition, SliderCost
from engine.rewards.reasons import Cap, ReasonCode
from engine.shops import ShopReference
from laurel_graphql.mutations.reward_redeem import RewardRedeemErrorCode
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.reward_values import RewardCap, RewardReason
from tests.support.facts import events, line, order
from tests.support.graphql_requests import Ask

REWARDS = "{ rewards(first: 50) { nodes { id handle title kind cost { points } availability { allowed reason } } } }"
LOCKED = "{ rewards { nodes { handle availability { allowed reason message } } } }"
QUOTE = """
query ($id: ID!, $points: Points, $subtotal: MoneyInput) { reward(id: $id) {
    quote(points: $points, subtotal: $subtotal) {
        points money { amount currencyCode } percentage allowed reasons { code message } bindingCap bindingCapMessage
        combinesWith { order product shipping } minimumPoints maximumPoints step } } }
"""


@pytest.fixture
async def seeded(engine: AsyncEngine, shop: ShopReference) -> ShopReference:
    """The shop with the demo's two rewards, and customer 4711 with 600 points."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await seed_default_rewards(connection, shop.program_id, "USD", actor="tests")
        await apply_events(connection, events(shop, order(1001, [line("500.00")], customer=4711)))
    return shop


async def add(engine: AsyncEngine, shop: ShopReference, handle: str, **given: Any) -> str:
    """Offer one more reward; its global id."""
    given = {"cost": FixedCost(points=100), "value": PercentOff(percentage=Decimal(15))} | given
    async with tenant_transaction(engine, shop.program_id) as connection:
        made = await create_reward(
            connection, shop.program_id, handle, RewardDefinition(title=handle.title(), **given), actor="tests"
        )
    return f"gid://laurel/Reward/{made.reward_id}"


def slider(**given: Any) -> dict[str, Any]:
    """A reward of 1.00 USD for each 100 points, from 200 on."""
    cost: dict[str, Any] = {"step": 100, "value_per_step": {"USD": 100}, "minimum_points": 200} | given
    return {"cost": SliderCost(**cost), "value": AmountOff()}


async def test_the_demo_s_rewards_have_the_contract_s_shape(seeded: ShopReference, ask_storefront: Ask) -> None:
    nodes = (await ask_storefront(REWARDS)).data["rewards"]["nodes"]

    assert [{key: node[key] for key in ("handle", "kind", "cost", "availability")} for node in nodes] == [
        {"handle": "five-off", "kind": "AMOUNT_OFF", "cost": {"points": 500},
         "availability": {"allowed": True, "reason": None}},
        {"handle": "free-shipping", "kind": "FREE_SHIPPING", "cost": {"points": 300},
         "availability": {"allowed": True, "reason": None}},
    ]  # fmt: skip
    assert all(node["id"].startswith("gid://laurel/Reward/") for node in nodes)


async def test_a_reward_that_costs_more_than_there_is_says_how_much_is_missing(
    engine: AsyncEngine, seeded: ShopReference, ask_storefront: Ask
) -> None:
    await add(engine, seeded, "big", cost=FixedCost(points=720))

    english = (await ask_storefront(LOCKED)).data["rewards"]["nodes"][2]["availability"]
    chinese = (await ask_storefront(LOCKED, locale="zh-CN")).data["rewards"]["nodes"][2]["availability"]

    assert english == {"allowed": False, "reason": "NOT_ENOUGH_POINTS", "message": "You need 120 points more."}
    assert chinese == {"allowed": False, "reason": "NOT_ENOUGH_POINTS", "message": "还差 120 积分。"}


async def test_nobody_logged_in_sees_every_reward_and_is_asked_to_log_in(
    seeded: ShopReference, ask_storefront: Ask
) -> None:
    nodes = (await ask_storefront(LOCKED, customer_id=None)).data["rewards"]["nodes"]

    assert [node["availability"] for node in nodes] == 2 * [
        {"allowed": False, "reason": "SIGNED_OUT", "message": "Log in first."}
    ]


LOCKS: list[tuple[dict[str, Any], str, str]] = [
    ({"stock": 0}, "OUT_OF_STOCK", "None is left."),
    ({"tiers": ("gold", "silver")}, "TIER_LOCKED", "For members of the tier gold, silver."),
    ({"customer_tags": ("vip",)}, "SEGMENT_LOCKED", "It is reserved for certain customers."),
    ({"starts_at": datetime(2999, 3, 1, 2, tzinfo=UTC)}, "NOT_STARTED", "It can be had from March 1, 2999 on."),
    ({"ends_at": datetime(2020, 3, 1, tzinfo=UTC)}, "ENDED", "It is over."),
    (
        {"cost": FixedCost(points=100), "value": AmountOff(amounts={"EUR": 500})},
        "CURRENCY_NOT_OFFERED", "It is not offered in USD.",
    ),
]  # fmt: skip


async def test_a_locked_reward_is_shown_with_the_reason(
    engine: AsyncEngine, seeded: ShopReference, ask_storefront: Ask
) -> None:
    for number, (given, _, _) in enumerate(LOCKS):
        await add(engine, seeded, f"locked-{number}", **given)

    locked = (await ask_storefront(LOCKED)).data["rewards"]["nodes"][2:]

    assert [node["availability"] for node in locked] == [
        {"allowed": False, "reason": reason, "message": message} for _, reason, message in LOCKS
    ]


async def test_an_archived_reward_is_not_listed_and_not_given(
    engine: AsyncEngine, seeded: ShopReference, ask_storefront: Ask
) -> None:
    archived = await add(engine, seeded, "gone")
    async with tenant_transaction(engine, seeded.program_id) as connection:
        number = int(archived.rsplit("/", 1)[1])
        await archive_reward(connection, seeded.program_id, number, expected_version=1, actor="tests")

    data = (await ask_storefront(QUOTE, {"id": archived})).data
    handles = [node["handle"] for node in (await ask_storefront(LOCKED)).data["rewards"]["nodes"]]

    assert data["reward"]["quote"]["reasons"] == [
        {"code": "ARCHIVED", "message": "This reward is not offered any more."}
    ]
    assert handles == ["five-off", "free-shipping"]


async def test_a_slider_is_quoted_for_points_and_cart(
    engine: AsyncEngine, seeded: ShopReference, ask_storefront: Ask
) -> None:
    reward = await add(engine, seeded, "slide", **slider(maximum_points=1000))

    async def quote(points: int | None, subtotal: str | None) -> dict[str, Any]:
        money = None if subtotal is None else {"amount": subtotal, "currencyCode": "USD"}
        data = (await ask_storefront(QUOTE, {"id": reward, "points": points, "subtotal": money})).data
        found: dict[str, Any] = data["reward"]["quote"]
        return found

    chosen, most, capped, odd = (
        await quote(300, "50.00"), await quote(None, None), await quote(600, "4.50"), await quote(250, None)
    )  # fmt: skip

    assert chosen == {
        "points": 300, "money": {"amount": "3.00", "currencyCode": "USD"}, "percentage": None, "allowed": True,
        "reasons": [], "bindingCap": None, "bindingCapMessage": None,
        "combinesWith": {"order": False, "product": False, "shipping": False},
        "minimumPoints": 200, "maximumPoints": 600, "step": 100,
    }  # fmt: skip
    assert (most["points"], most["money"]["amount"], most["bindingCap"]) == (600, "6.00", "BALANCE")
    assert most["bindingCapMessage"] == "Limited by your points."
    assert (capped["points"], capped["money"]["amount"], capped["bindingCap"]) == (400, "4.00", "SUBTOTAL")
    assert odd["allowed"] is False
    assert odd["reasons"] == [
        {"code": "INVALID_POINTS", "message": "Choose from 200 points to 1,000 points, in steps of 100 points."}
    ]


async def test_a_cart_in_another_currency_counts_as_unknown(
    engine: AsyncEngine, seeded: ShopReference, ask_storefront: Ask
) -> None:
    reward = await add(engine, seeded, "slide", **slider())
    cart = {"amount": "1.00", "currencyCode": "EUR"}

    data = (await ask_storefront(QUOTE, {"id": reward, "subtotal": cart})).data

    assert data["reward"]["quote"]["points"] == 600


async def test_a_minimum_subtotal_is_told_with_its_amount(
    engine: AsyncEngine, seeded: ShopReference, ask_storefront: Ask
) -> None:
    reward = await add(engine, seeded, "minimum", minimum_subtotal={"USD": 2500})
    cart = {"amount": "24.99", "currencyCode": "USD"}

    quote = (await ask_storefront(QUOTE, {"id": reward, "subtotal": cart})).data["reward"]["quote"]

    assert quote["percentage"] == "15"
    assert quote["reasons"] == [{"code": "BELOW_MINIMUM_SUBTOTAL", "message": "Your cart must hold $25.00 for it."}]


async def test_rewards_come_in_pages_in_the_merchant_s_order(
    engine: AsyncEngine, seeded: ShopReference, ask_storefront: Ask
) -> None:
    for handle in ("c", "b", "a"):
        await add(engine, seeded, handle)
    document = """query ($after: String) { rewards(first: 2, after: $after) {
        nodes { handle } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = (await ask_storefront(document, {"after": after})).data["rewards"]
        seen += [node["handle"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert seen == ["five-off", "free-shipping", "c", "b", "a"]
    assert page["pageInfo"]["hasNextPage"] is False


async def test_points_that_are_no_whole_number_are_the_request_s_mistake(ask_storefront: Ask) -> None:
    wrong: list[object] = [1.5, "500", "1e3", 2**53, 2**63, True, [500]]
    for points in wrong:
        reply = await ask_storefront(QUOTE, {"id": "gid://laurel/Reward/1", "points": points})
        assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"]), points


async def test_points_that_it_cannot_be_had_for_are_told(seeded: ShopReference, ask_storefront: Ask) -> None:
    reward = (await ask_storefront(REWARDS)).data["rewards"]["nodes"][0]["id"]

    for points in (0, -5, 2**31, 501):
        quote = (await ask_storefront(QUOTE, {"id": reward, "points": points})).data["reward"]["quote"]
        assert quote["reasons"][0] == {"code": "INVALID_POINTS", "message": "It costs 500 points."}


async def test_an_unknown_reward_is_null_and_an_id_of_another_type_an_error(
    seeded: ShopReference, ask_storefront: Ask
) -> None:
    assert (await ask_storefront(QUOTE, {"id": "gid://laurel/Reward/999999"})).data == {"reward": None}
    for given in ("gid://laurel/Member/1", "1", "", "gid://laurel/Reward/0", "gid://laurel/Reward/1\x00"):
        assert (await ask_storefront(QUOTE, {"id": given})).codes == ["INVALID_ID"], given


def test_a_limit_has_words_for_each_period() -> None:
    for period in get_args(Period):
        assert all("{limit}" in texts[f"refused.limit_reached.{period}"] for texts in TEXTS.values())


def test_everything_that_the_engine_can_answer_has_a_name_and_words() -> None:
    assert {code.value for code in ReasonCode} == {reason.name for reason in RewardReason}
    assert {cap.value for cap in Cap} == {cap.name for cap in RewardCap}
    assert {code.value for code in ReasonCode} | {
        "REWARD_NOT_FOUND", "INVALID_IDEMPOTENCY_KEY", "IDEMPOTENCY_KEY_REUSED"
    } == {code.name for code in RewardRedeemErrorCode}  # fmt: skip
    for texts in TEXTS.values():
        for code in RewardRedeemErrorCode:
            assert any(key.startswith(f"refused.{code.name.lower()}") for key in texts), code
        assert all(f"cap.{cap.name.lower()}" in texts for cap in RewardCap)

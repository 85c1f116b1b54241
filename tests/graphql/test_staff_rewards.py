"""Rewards by the staff: made, edited by versions, archived; redemptions given by hand or refused; files of grants."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.rewards.redeeming import redeem
from engine.shops import ShopReference
from tests.support.facts import events, line, order
from tests.support.graphql_requests import Ask

REWARD = """
    id handle version position archivedAt title kind cost { points minimum maximum step }
    slider { valuePerStep { amount currencyCode } maximumSubtotalPercent } amounts { amount currencyCode } percentage
    maximumPrice { amount } variantIds lastsDays instructions minimumSubtotal { amount } limit { count period }
    startsAt endsAt stock stockLeft tiers customerTags combinesWith { order product shipping } codeDays onExpiry
"""
CREATE = f"""
mutation ($input: RewardCreateInput!) {{ rewardCreate(input: $input) {{
    reward {{ {REWARD} }} userErrors {{ field message code }} }} }}
"""
UPDATE = f"""
mutation ($input: RewardUpdateInput!) {{ rewardUpdate(input: $input) {{
    reward {{ {REWARD} }} userErrors {{ field message code }} }} }}
"""
ARCHIVE = """
mutation ($input: RewardArchiveInput!) { rewardArchive(input: $input) {
    reward { version archivedAt } userErrors { field code } } }
"""
FULFILL = """
mutation ($input: RedemptionFulfillInput!) { redemptionFulfill(input: $input) {
    redemption { id status state note canFulfill settledAt } userErrors { field message code } } }
"""
REFUSE = """
mutation ($input: RedemptionRefuseInput!) { redemptionRefuse(input: $input) {
    redemption { status state failure note } userErrors { field code } } }
"""
USD = [{"amount": "5.00", "currencyCode": "USD"}]


def five_off(**given: Any) -> dict[str, Any]:
    """A reward of 5.00 USD off for 500 points, unless told otherwise."""
    return {"title": "Five off", "cost": {"points": 500}, "value": {"amountOff": {"amounts": USD}}} | given


async def run(ask: Ask, document: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation of these inputs."""
    (payload,) = (await ask(document, {"input": given})).data.values()
    checked: dict[str, Any] = payload
    return checked


async def test_a_reward_is_made_edited_and_archived_and_each_edit_names_the_version_it_was_made_from(
    ask_merchant: Ask,
) -> None:
    made = (await run(ask_merchant, CREATE, handle="five", reward=five_off(stock=10)))["reward"]
    edited = await run(
        ask_merchant, UPDATE, rewardId=made["id"], expectedVersion=1, reward=five_off(cost={"points": 400})
    )
    late = await run(ask_merchant, UPDATE, rewardId=made["id"], expectedVersion=1, reward=five_off())
    archived = await run(ask_merchant, ARCHIVE, rewardId=made["id"], expectedVersion=2)
    again = await run(ask_merchant, ARCHIVE, rewardId=made["id"], expectedVersion=3)
    listed = (await ask_merchant("{ rewards { handle } all: rewards(archived: true) { handle version } }")).data

    assert made.pop("id").startswith("gid://laurel/Reward/")
    assert made == {
        "handle": "five", "version": 1, "position": 1, "archivedAt": None, "title": "Five off", "kind": "AMOUNT_OFF",
        "cost": {"points": 500, "minimum": 500, "maximum": 500, "step": 500}, "slider": None,
        "amounts": [{"amount": "5.00", "currencyCode": "USD"}], "percentage": None, "maximumPrice": [],
        "variantIds": [], "lastsDays": None, "instructions": None, "minimumSubtotal": [], "limit": None,
        "startsAt": None, "endsAt": None, "stock": 10, "stockLeft": 10, "tiers": [], "customerTags": [],
        "combinesWith": {"order": False, "product": False, "shipping": False}, "codeDays": 90, "onExpiry": "RESTORE",
    }  # fmt: skip
    assert (edited["reward"]["version"], edited["reward"]["cost"]["points"], edited["reward"]["stock"]) == (
        2,
        400,
        None,
    )
    assert [(error["field"], error["code"]) for error in late["userErrors"]] == [
        (["input", "expectedVersion"], "VERSION_CONFLICT")
    ]
    assert (archived["reward"]["version"], archived["reward"]["archivedAt"] is None) == (3, False)
    assert [error["code"] for error in again["userErrors"]] == ["ARCHIVED"]
    assert listed == {"rewards": [], "all": [{"handle": "five", "version": 3}]}


KINDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"value": {"percentOff": "12.5"}}, {"kind": "PERCENT_OFF", "percentage": "12.5"}),
    ({"value": {"freeShipping": {"maximumPrice": USD}}},
     {"kind": "FREE_SHIPPING", "maximumPrice": [{"amount": "5.00"}]}),
    ({"value": {"freeProductVariantIds": ["7", "gid://shopify/ProductVariant/8"]}},
     {"kind": "FREE_PRODUCT", "variantIds": ["gid://shopify/ProductVariant/7", "gid://shopify/ProductVariant/8"]}),
    ({"value": {"storeCredit": {"amounts": USD, "lastsDays": 30}}}, {"kind": "STORE_CREDIT", "lastsDays": 30}),
    ({"value": {"giftCard": {"amounts": USD}}}, {"kind": "GIFT_CARD", "lastsDays": None}),
    ({"value": {"manual": {"instructions": "Send it"}}}, {"kind": "MANUAL", "instructions": "Send it"}),
    ({"value": {"amountOff": {}}, "cost": {"slider": {
        "step": 100, "minimumPoints": 200, "valuePerStep": USD, "maximumSubtotalPercent": 50}}},
     {"cost": {"points": None, "minimum": 200, "maximum": None, "step": 100},
      "slider": {"valuePerStep": USD, "maximumSubtotalPercent": 50}}),
    ({"limit": {"count": 2, "period": "MONTH"}, "minimumSubtotal": USD, "tiers": ["gold"], "customerTags": ["vip"],
      "combinesWith": {"shipping": True}, "codeDays": 30, "onExpiry": "FORFEIT", "endsAt": "2999-01-01T00:00:00Z"},
     {"limit": {"count": 2, "period": "MONTH"}, "minimumSubtotal": [{"amount": "5.00"}], "tiers": ["gold"],
      "customerTags": ["vip"], "combinesWith": {"order": False, "product": False, "shipping": True}, "codeDays": 30,
      "onExpiry": "FORFEIT", "endsAt": "2999-01-01T00:00:00Z"}),
]  # fmt: skip


async def test_every_kind_of_reward_comes_back_as_it_was_written(ask_merchant: Ask) -> None:
    for number, (given, wanted) in enumerate(KINDS):
        payload = await run(ask_merchant, CREATE, handle=f"r-{number}", reward=five_off(**given))
        assert payload["userErrors"] == [], given
        assert {name: payload["reward"][name] for name in wanted} == wanted


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "INVALID"),
    ({"title": "x" * 81}, "INVALID"),
    ({"title": "a\u0001"}, "INVALID"),
    ({"cost": {}}, "INVALID"),
    ({"cost": {"points": 0}}, "INVALID"),
    ({"cost": {"points": -5}}, "INVALID"),
    ({"value": {}}, "INVALID"),
    ({"value": {"percentOff": "0"}}, "INVALID"),
    ({"value": {"percentOff": "101"}}, "INVALID"),
    ({"value": {"percentOff": "5", "giftCard": {"amounts": USD}}}, "INVALID"),
    ({"value": {"amountOff": {}}}, "INVALID"),
    ({"value": {"amountOff": {"amounts": []}}}, "INVALID"),
    ({"value": {"amountOff": {"amounts": USD * 2}}}, "INVALID"),
    ({"value": {"amountOff": {"amounts": [{"amount": "0", "currencyCode": "USD"}]}}}, "INVALID"),
    ({"value": {"freeProductVariantIds": []}}, "INVALID"),
    ({"stock": -1}, "INVALID"),
    ({"limit": {"count": 0}}, "INVALID"),
    ({"codeDays": 0}, "INVALID"),
    ({"startsAt": "2027-01-02T00:00:00Z", "endsAt": "2027-01-01T00:00:00Z"}, "INVALID"),
    ({"value": {"manual": {}}, "minimumSubtotal": USD}, "INVALID"),
]


async def test_a_reward_that_makes_no_sense_is_refused_and_not_made(ask_merchant: Ask) -> None:
    for given, code in WRONG:
        payload = await run(ask_merchant, CREATE, handle="wrong", reward=five_off(**given))
        assert {error["code"] for error in payload["userErrors"]} == {code}, given
        assert all(error["field"][:2] == ["input", "reward"] and error["message"] for error in payload["userErrors"])
    for handle in ("", "No", "a b", "x" * 65, "é", "\x00", "-a"):
        payload = await run(ask_merchant, CREATE, handle=handle, reward=five_off())
        assert [error["code"] for error in payload["userErrors"]] == ["HANDLE_INVALID"], handle
    unreadable: list[dict[str, Any]] = [
        {"title": "\x00"}, {"terms": "\ud800"}, {"value": {"amountOff": {"amounts": [
            {"amount": "1.001", "currencyCode": "USD"}]}}}, {"value": {"freeProductVariantIds": ["x"]}},
    ]  # fmt: skip
    for given in unreadable:
        reply = await ask_merchant(CREATE, {"input": {"handle": "wrong", "reward": five_off(**given)}})
        assert reply.codes in (["BAD_USER_INPUT"], ["INVALID_ID"]), given
    assert (await ask_merchant("{ rewards(archived: true) { handle } }")).data == {"rewards": []}


async def test_a_handle_is_taken_once_and_an_unknown_reward_is_not_edited(ask_merchant: Ask) -> None:
    await run(ask_merchant, CREATE, handle="five", reward=five_off())

    taken = await run(ask_merchant, CREATE, handle="five", reward=five_off())
    unknown = await run(ask_merchant, UPDATE, rewardId="gid://laurel/Reward/99", expectedVersion=1, reward=five_off())

    assert taken["userErrors"] == [
        {"field": ["input", "handle"], "code": "HANDLE_TAKEN", "message": "Another reward has this handle."}
    ]
    assert [error["code"] for error in unknown["userErrors"]] == ["REWARD_NOT_FOUND"]


@pytest.fixture
async def promised(engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask) -> str:
    """A redemption that waits for the staff, by its id; it took 100 of customer 4711's 145 points."""
    tour = five_off(title="Tour", cost={"points": 100}, value={"manual": {}})
    reward = (await run(ask_merchant, CREATE, handle="tour", reward=tour))["reward"]["id"]
    number = int(reward.rsplit("/", 1)[1])
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("45.00")], customer=4711)))
        made = await redeem(connection, shop.program_id, shop.shop_id, 4711, number, None, "k")
    return f"gid://laurel/Redemption/{made.redemption_id}"


async def balance(ask: Ask) -> tuple[int, int]:
    """What customer 4711 can spend, and what is reserved."""
    node = (await ask('{ members(query: "4711") { nodes { balance { available reserved } } } }')).data["members"][
        "nodes"
    ]
    return node[0]["balance"]["available"], node[0]["balance"]["reserved"]


async def test_what_was_promised_by_hand_is_given_once(promised: str, ask_merchant: Ask) -> None:
    open_before = (await ask_merchant("{ redemptions(states: [PENDING, UNKNOWN]) { nodes { id canFulfill } } }")).data
    before = await balance(ask_merchant)

    given = await run(ask_merchant, FULFILL, redemptionId=promised, note="See you on Friday")
    again = await run(ask_merchant, FULFILL, redemptionId=promised)

    assert open_before["redemptions"]["nodes"] == [{"id": promised, "canFulfill": True}]
    assert given["redemption"].pop("settledAt") is not None
    assert given["redemption"] == {
        "id": promised, "status": "USED", "state": "USED", "note": "See you on Friday", "canFulfill": False,
    }  # fmt: skip
    assert again["userErrors"] == [
        {"field": ["input", "redemptionId"], "code": "NOT_FULFILLABLE",
         "message": "It does not wait for you (any more)."},
    ]  # fmt: skip
    assert (before, await balance(ask_merchant)) == ((45, 100), (45, 0))


async def test_what_cannot_be_given_gives_the_points_back(promised: str, ask_merchant: Ask) -> None:
    long = await run(ask_merchant, REFUSE, redemptionId=promised, note="x" * 1001)
    unknown = await run(ask_merchant, REFUSE, redemptionId="gid://laurel/Redemption/99")
    unreadable = await ask_merchant(REFUSE, {"input": {"redemptionId": promised, "note": "\x00"}})

    refused = await run(ask_merchant, REFUSE, redemptionId=promised, note="Sold out")

    assert [(error["field"], error["code"]) for error in long["userErrors"]] == [(["input", "note"], "NOTE_TOO_LONG")]
    assert [error["code"] for error in unknown["userErrors"]] == ["REDEMPTION_NOT_FOUND"]
    assert unreadable.codes == ["BAD_USER_INPUT"]
    assert refused["redemption"] == {"status": "FAILED", "state": "FAILED", "failure": "refused", "note": "Sold out"}
    assert await balance(ask_merchant) == (145, 0)

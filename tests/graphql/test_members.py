"""Members by GraphQL: found without names, adjusted with a reason, merged and parted, given points by each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.events import CustomerTags
from engine.shops import ShopReference, install_shop
from tests.support.facts import events, line, order
from tests.support.graphql_requests import Ask
from tests.support.programs import publish_rules

MEMBERS = """
query ($query: String, $first: Int!, $after: String) { members(query: $query, first: $first, after: $after) {
    nodes { id customers { id tags } balance { available reserved debt } paidOrders } pageInfo { hasNextPage endCursor }
} }
"""
ADJUST = """
mutation ($input: PointsAdjustInput!) { pointsAdjust(input: $input) {
    adjustment { transactionId points reason actor availableBefore availableAfter } member { balance { available } }
    userErrors { field message code } } }
"""
TRANSFER = """
mutation ($input: PointsTransferInput!) { pointsTransfer(input: $input) {
    transactionId fromMember { balance { available } } toMember { balance { available } }
    userErrors { field message code } } }
"""
MERGE = """
mutation ($input: MemberMergeInput!) { memberMerge(input: $input) {
    merge { id keptMemberId mergedMemberId mergedBy unmergedAt } member { id balance { available } customers { id } }
    userErrors { field message code } } }
"""
UNMERGE = """
mutation ($input: MemberUnmergeInput!) { memberUnmerge(input: $input) {
    merge { unmergedBy } member { id balance { available } } userErrors { field code } } }
"""


@pytest.fixture
async def two(engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask) -> tuple[str, str]:
    """Two members by their ids: customer 4711 with 145 points and the tag vip_gold, customer 4712 with 110 points."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        first, second = order(1001, [line("45.00")], customer=4711), order(1002, [line("10.00")], customer=4712)
        await apply_events(connection, events(shop, first, second))
        tags = CustomerTags(4711, ("vip_gold", "50%"), datetime(2026, 11, 1, tzinfo=UTC))
        await apply_events(connection, events(shop, tags))
    return (await only(ask_merchant, "4711")), (await only(ask_merchant, "4712"))


async def found(ask: Ask, query: str | None, first: int = 20, **options: Any) -> list[str]:
    """The customers of the members that a search finds."""
    nodes = (await ask(MEMBERS, {"query": query, "first": first}, **options)).data["members"]["nodes"]
    return [node["customers"][0]["id"].rsplit("/", 1)[1] for node in nodes]


async def only(ask: Ask, query: str) -> str:
    """The id of the one member that a search finds."""
    (node,) = (await ask(MEMBERS, {"query": query, "first": 5})).data["members"]["nodes"]
    return str(node["id"])


async def run(ask: Ask, document: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation of these inputs."""
    (payload,) = (await ask(document, {"input": given})).data.values()
    checked: dict[str, Any] = payload
    return checked


async def test_members_are_found_by_id_and_tag_and_by_nothing_else(two: tuple[str, str], ask_merchant: Ask) -> None:
    for query in ("4711", "gid://shopify/Customer/4711", two[0], " 4711 ", "vip", "VIP_GOLD", "p_g", "50%", "%"):
        assert await found(ask_merchant, query) == ["4711"], query
    for everybody in (None, "", "   "):
        assert await found(ask_merchant, everybody) == ["4712", "4711"]
    for query in ("vipXgold", "_____________", "\\", "!", "'", "1 or 1=1", "9" * 30, "gid://shopify/Customer/0", "é"):
        assert await found(ask_merchant, query) == [], query


async def test_a_search_that_cannot_be_made_is_the_caller_s_mistake(ask_merchant: Ask) -> None:
    for query in ("\x00", "a\x00b", "\ud800", "x" * 101):
        reply = await ask_merchant(MEMBERS, {"query": query, "first": 5})
        assert (reply.status, reply.codes) == (200, ["BAD_USER_INPUT"]), query[:10]
    for first in (0, -1, 101, 10**9):
        assert (await ask_merchant(MEMBERS, {"first": first})).codes == ["INVALID_PAGE_SIZE"], first


async def test_a_member_is_found_by_a_proven_address_where_the_caller_can_make_its_key(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        known = order(1001, [line("45.00")], customer=4711, email_key=b"key of ada@example.com")
        await apply_events(connection, events(shop, known))
    given = {"query": "ada@example.com", "first": 5}

    with_key = await ask_merchant(MEMBERS, given, email_key=lambda address: b"key of " + address.encode())
    without = await ask_merchant(MEMBERS, given)

    assert [node["customers"][0]["id"] for node in with_key.data["members"]["nodes"]] == ["gid://shopify/Customer/4711"]
    assert without.data["members"]["nodes"] == []


async def test_members_come_in_pages_and_another_tenant_has_none_of_them(
    engine: AsyncEngine, two: tuple[str, str], ask_merchant: Ask
) -> None:
    other = await install_shop(
        engine, domain="other.myshopify.com", external_id=None, name="Other", currency="EUR", time_zone="UTC",
        scopes=[], at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    page = (await ask_merchant(MEMBERS, {"first": 1})).data["members"]

    second = (await ask_merchant(MEMBERS, {"first": 1, "after": page["pageInfo"]["endCursor"]})).data["members"]

    assert page["pageInfo"]["hasNextPage"] is True
    assert [node["id"] for node in page["nodes"] + second["nodes"]] == [two[1], two[0]]
    assert second["pageInfo"]["hasNextPage"] is False
    assert await found(ask_merchant, "4711", where=other) == []
    one = await ask_merchant("query ($id: ID!) { member(id: $id) { id } }", {"id": two[0]}, where=other)
    assert one.data == {"member": None}


async def test_a_member_is_shown_with_lots_transactions_redemptions_and_merges(
    two: tuple[str, str], ask_merchant: Ask
) -> None:
    document = """query ($id: ID!) { member(id: $id) { joinedAt closedAt mergedIntoId paidOrders
        balance { available pending reserved debt lifetime }
        lots { points remaining expiresAt idleDays } transactions { nodes { kind points reason } }
        redemptions { nodes { id } } merges { id } } }"""

    member = (await ask_merchant(document, {"id": two[0]})).data["member"]

    assert member["balance"] == {"available": 145, "pending": 0, "reserved": 0, "debt": 0, "lifetime": 145}
    assert sorted(lot["remaining"] for lot in member["lots"]) == [45, 100]
    assert {node["points"] for node in member["transactions"]["nodes"]} == {45, 100}
    assert (member["closedAt"], member["mergedIntoId"], member["merges"]) == (None, None, [])
    assert member["redemptions"] == {"nodes": []}


async def test_points_are_given_and_taken_with_a_reason_and_once_for_each_key(
    two: tuple[str, str], ask_merchant: Ask
) -> None:
    given = {"memberId": two[0], "points": 50, "reason": "For your patience", "idempotencyKey": "a"}

    first = await run(ask_merchant, ADJUST, **given)
    again = await run(ask_merchant, ADJUST, **given)
    other = await run(ask_merchant, ADJUST, **given | {"points": 51})
    taken = await run(ask_merchant, ADJUST, **given | {"points": -95, "idempotencyKey": "b"})

    assert first["adjustment"].pop("transactionId") == again["adjustment"].pop("transactionId")
    assert first["adjustment"] == {
        "points": 50, "reason": "For your patience", "actor": "staff:17", "availableBefore": 145, "availableAfter": 195,
    }  # fmt: skip
    assert [(error["field"], error["code"]) for error in other["userErrors"]] == [
        (["input", "idempotencyKey"], "IDEMPOTENCY_KEY_REUSED")
    ]
    assert taken["member"] == {"balance": {"available": 100}}


async def test_an_adjustment_that_must_not_be_changes_nothing(two: tuple[str, str], ask_merchant: Ask) -> None:
    good: dict[str, Any] = {"memberId": two[0], "points": 50, "reason": "because", "idempotencyKey": "a"}
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"points": 0}, "points", "POINTS_INVALID"),
        ({"points": -146}, "points", "INSUFFICIENT_POINTS"),
        ({"points": -(2**53 - 1)}, "points", "INSUFFICIENT_POINTS"),
        ({"points": 2**53 - 1}, "points", "TOO_MANY_POINTS"),
        ({"reason": ""}, "reason", "REASON_INVALID"),
        ({"reason": "  "}, "reason", "REASON_INVALID"),
        ({"reason": "x" * 201}, "reason", "REASON_INVALID"),
        ({"reason": "a\nb"}, "reason", "REASON_INVALID"),
        ({"expiresOn": "2020-01-01"}, "expiresOn", "EXPIRY_INVALID"),
        ({"memberId": "gid://laurel/Member/999999"}, "memberId", "MEMBER_NOT_FOUND"),
        ({"idempotencyKey": ""}, "idempotencyKey", "INVALID_IDEMPOTENCY_KEY"),
    ]
    for change, field, code in wrong:
        payload = await run(ask_merchant, ADJUST, **good | change)
        assert [(error["field"], error["code"]) for error in payload["userErrors"]] == [(["input", field], code)]
        assert payload["adjustment"] is None
    for points in (2**53, -(2**53), 1.5, "50", None, True):
        reply = await ask_merchant(ADJUST, {"input": good | {"points": points}})
        assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"]), points
    assert (await ask_merchant(ADJUST, {"input": good | {"reason": "a\x00"}})).codes == ["BAD_USER_INPUT"]
    assert (await ask_merchant(ADJUST, {"input": good | {"memberId": two[0] + "0" * 30}})).codes == ["INVALID_ID"]
    assert (await ask_merchant(ADJUST, {"input": {k: v for k, v in good.items() if k != "reason"}})).status == 400
    nodes = (await ask_merchant(MEMBERS, {"query": "4711", "first": 1})).data["members"]["nodes"]
    assert nodes[0]["balance"]["available"] == 145


async def test_two_members_become_one_and_two_again(two: tuple[str, str], ask_merchant: Ask) -> None:
    merged = await run(ask_merchant, MERGE, fromMemberId=two[1], intoMemberId=two[0])
    found_by_old = await only(ask_merchant, "4712")
    parted = await run(ask_merchant, UNMERGE, mergeId=merged["merge"]["id"])
    twice = await run(ask_merchant, UNMERGE, mergeId=merged["merge"]["id"])

    assert merged["member"]["id"] == two[0]
    assert merged["member"]["balance"] == {"available": 255}
    assert [one["id"].rsplit("/", 1)[1] for one in merged["member"]["customers"]] == ["4711", "4712"]
    assert (merged["merge"]["mergedBy"], merged["merge"]["unmergedAt"]) == ("staff:17", None)
    assert found_by_old == two[0]
    assert parted["member"] == {"id": two[1], "balance": {"available": 110}}
    assert parted["merge"] == {"unmergedBy": "staff:17"}
    assert [error["code"] for error in twice["userErrors"]] == ["MERGE_NOT_FOUND"]


async def test_members_who_cannot_be_merged_are_told_why(two: tuple[str, str], ask_merchant: Ask) -> None:
    same = await run(ask_merchant, MERGE, fromMemberId=two[0], intoMemberId=two[0])
    missing = await run(ask_merchant, MERGE, fromMemberId="gid://laurel/Member/99999", intoMemberId=two[0])
    unknown = await run(ask_merchant, UNMERGE, mergeId="gid://laurel/MemberMerge/99999")

    assert [error["code"] for error in same["userErrors"]] == ["SAME_MEMBER"]
    assert missing["userErrors"] == [
        {"field": ["input", "fromMemberId"], "code": "MEMBER_NOT_FOUND", "message": "There is no such member."}
    ]
    assert [error["code"] for error in unknown["userErrors"]] == ["MERGE_NOT_FOUND"]


async def test_points_are_given_to_another_member_within_the_program_s_limits(
    engine: AsyncEngine, shop: ShopReference, two: tuple[str, str], ask_merchant: Ask
) -> None:
    good: dict[str, Any] = {"fromMemberId": two[0], "toMemberId": two[1], "points": 40, "idempotencyKey": "a"}
    off = await run(ask_merchant, TRANSFER, **good)
    await publish_rules(engine, shop, transfers={"enabled": True, "points_per_day": 60, "minimum": 10})

    made = await run(ask_merchant, TRANSFER, **good)
    again = await run(ask_merchant, TRANSFER, **good)
    wrong: list[dict[str, Any]] = [
        {"points": 9}, {"points": 0}, {"points": -5}, {"points": 21}, {"toMemberId": two[0], "points": 10},
        {"toMemberId": "gid://laurel/Member/99999", "points": 10}, {"reason": "x" * 201},
        {"idempotencyKey": ""}, {"idempotencyKey": "a", "points": 41},
    ]  # fmt: skip
    refused = [
        await run(ask_merchant, TRANSFER, **{**good, "idempotencyKey": f"k{number}", **change})
        for number, change in enumerate(wrong)
    ]

    assert off["userErrors"][0]["code"] == "TRANSFERS_OFF"
    assert (made["fromMember"], made["toMember"]) == (
        {"balance": {"available": 105}}, {"balance": {"available": 150}},
    )  # fmt: skip
    assert again["transactionId"] == made["transactionId"]
    assert [payload["userErrors"][0]["code"] for payload in refused] == [
        "BELOW_MINIMUM", "BELOW_MINIMUM", "BELOW_MINIMUM", "ABOVE_DAILY_LIMIT", "SAME_MEMBER", "MEMBER_NOT_FOUND",
        "REASON_INVALID", "INVALID_IDEMPOTENCY_KEY", "IDEMPOTENCY_KEY_REUSED",
    ]  # fmt: skip
    assert refused[0]["userErrors"][0]["message"] == "Give at least 10 points."
    assert refused[3]["userErrors"][0]["message"] == "Only 20 points more can be given today."

"""Tiers given by hand: once for each key, with a reason and an end, to nobody else's members."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.program import BEGINNING_OF_TIME
from engine.shops import ShopReference, install_shop
from engine.tiers.definitions import default_tiers
from engine.tiers.versions import publish_tiers
from tests.support.facts import PAID_AT, created, events, line, order
from tests.support.graphql_requests import Ask

OVERRIDE = """mutation ($input: TierOverrideInput!) { tierOverride(input: $input) {
    override { id tier { handle name } reason createdBy endsAt withdrawnAt }
    member { tier { handle overridden history { reason } } standing { tier { handle name color } overridden } }
    userErrors { field code message } } }"""
WITHDRAW = """mutation ($input: TierOverrideWithdrawInput!) { tierOverrideWithdraw(input: $input) {
    override { withdrawnAt } member { tier { handle overridden } tierOverrides { tier { handle } } }
    userErrors { field code } } }"""


async def run(ask: Ask, document: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation of these inputs."""
    (payload,) = (await ask(document, {"input": given})).data.values()
    checked: dict[str, Any] = payload
    return checked


def codes(payload: dict[str, Any]) -> list[str]:
    """The code of each user error."""
    return [error["code"] for error in payload["userErrors"]]


@pytest.fixture
async def member(engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask) -> str:
    """A member who is Silver by 600.00 USD in the default tiers, by their id."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, default_tiers("USD"), BEGINNING_OF_TIME, "tests")
        await apply_events(
            connection, events(shop, created(4711), created(4712), order(1, [line("600.00")], customer=4711))
        )
    found = (await ask_merchant('{ members(query: "4711") { nodes { id } } }')).data["members"]["nodes"]
    name: str = found[0]["id"]
    return name


async def test_a_tier_is_given_once_for_each_key_and_taken_back(member: str, ask_merchant: Ask) -> None:
    given = {"memberId": member, "tier": "gold", "reason": "A friend of the house", "idempotencyKey": "k"}
    made = await run(ask_merchant, OVERRIDE, **given)
    again = await run(ask_merchant, OVERRIDE, **given)
    reused = await run(ask_merchant, OVERRIDE, **given | {"tier": "silver"})
    by_tier = (await ask_merchant('{ members(tier: "gold") { nodes { id standing { tier { name } } } } }')).data
    nobody = (await ask_merchant('{ members(tier: "gold", query: "4712") { nodes { id } } }')).data
    ended = await run(ask_merchant, WITHDRAW, overrideId=made["override"]["id"])
    twice = await run(ask_merchant, WITHDRAW, overrideId=made["override"]["id"])

    assert made["override"] | {"id": ""} == {
        "id": "", "tier": {"handle": "gold", "name": "Gold"}, "reason": "A friend of the house",
        "createdBy": "staff:17", "endsAt": None, "withdrawnAt": None,
    }  # fmt: skip
    assert made["member"] == {
        "tier": {"handle": "gold", "overridden": True, "history": [{"reason": "OVERRIDE"}, {"reason": "REACHED"}]},
        "standing": {"tier": {"handle": "gold", "name": "Gold", "color": "#b58a1b"}, "overridden": True},
    }
    assert again == made
    assert reused["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert by_tier == {"members": {"nodes": [{"id": member, "standing": {"tier": {"name": "Gold"}}}]}}
    assert nobody == {"members": {"nodes": []}}
    assert (ended["override"]["withdrawnAt"] is None, ended["member"]) == (
        False,
        {"tier": {"handle": "silver", "overridden": False}, "tierOverrides": [{"tier": {"handle": "gold"}}]},
    )
    assert twice["userErrors"] == [{"field": ["input", "overrideId"], "code": "OVERRIDE_ENDED"}]


async def test_tiers_are_not_given_out_of_reason_or_out_of_reach(
    engine: AsyncEngine, member: str, ask_merchant: Ask
) -> None:
    given = {"memberId": member, "tier": "gold", "reason": "Why not", "idempotencyKey": "k"}
    for change, code in (
        ({"memberId": "gid://laurel/Member/99"}, "MEMBER_NOT_FOUND"),
        ({"tier": "platinum"}, "TIER_NOT_FOUND"),
        ({"tier": "'; DROP TABLE members"}, "TIER_NOT_FOUND"),
        ({"reason": " "}, "REASON_MISSING"),
        ({"reason": "x" * 501}, "REASON_TOO_LONG"),
        ({"endsAt": PAID_AT.isoformat()}, "END_PAST"),
        ({"idempotencyKey": ""}, "INVALID_IDEMPOTENCY_KEY"),
    ):
        payload = await run(ask_merchant, OVERRIDE, **given | change)
        assert codes(payload) == [code], change
    wrong = await ask_merchant(OVERRIDE, {"input": given | {"memberId": "gid://laurel/Plan/1"}})
    other = await install_shop(
        engine, domain="other.myshopify.com", external_id=2, name="Other", currency="EUR", time_zone="UTC", scopes=[],
        at=PAID_AT,
    )  # fmt: skip
    reply = await ask_merchant(OVERRIDE, {"input": given | {"idempotencyKey": "o"}}, where=other)

    assert wrong.codes == ["INVALID_ID"]
    assert codes(reply.data["tierOverride"]) == ["MEMBER_NOT_FOUND"]
    assert (await ask_merchant("query ($id: ID!) { member(id: $id) { tierOverrides { id } } }", {"id": member})).data[
        "member"
    ] == {"tierOverrides": []}


async def test_a_tier_given_to_who_was_merged_is_the_other_s_and_still_given_once(
    member: str, ask_merchant: Ask
) -> None:
    merge = """mutation ($input: MemberMergeInput!) { memberMerge(input: $input) { userErrors { code } } }"""
    found = (await ask_merchant('{ members(query: "4712") { nodes { id } } }')).data["members"]["nodes"]
    await run(ask_merchant, merge, fromMemberId=found[0]["id"], intoMemberId=member)
    given = {"memberId": found[0]["id"], "tier": "gold", "reason": "Found again", "idempotencyKey": "k"}

    made = await run(ask_merchant, OVERRIDE, **given)
    again = await run(ask_merchant, OVERRIDE, **given)
    kept = (
        await ask_merchant("query ($id: ID!) { member(id: $id) { tier { handle overridden } } }", {"id": member})
    ).data

    assert (codes(made), again["override"]) == ([], made["override"])
    assert kept == {"member": {"tier": {"handle": "gold", "overridden": True}}}

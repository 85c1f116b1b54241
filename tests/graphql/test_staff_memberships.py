"""Memberships by the staff: given and ended with a reason, seen by plan, repaired, billed again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.billing.repairs import note_order
from engine.database import tenant_transaction
from engine.shops import ShopReference, install_shop
from tests.support.facts import PAID_AT, created, events
from tests.support.graphql_requests import Ask

CREATE = """mutation ($input: PlanCreateInput!) { planCreate(input: $input) {
    plan { id } userErrors { code } } }"""
UPDATE = """mutation ($input: PlanUpdateInput!) { planUpdate(input: $input) {
    plan { id } userErrors { code } } }"""
GRANT = """mutation ($input: MembershipGrantInput!) { membershipGrant(input: $input) {
    membership { memberId status way endsAt plan { handle } refundIfCanceled { amount } }
    member { standing { plans { handle title status } } } userErrors { field message code } } }"""
STEER = """mutation ($input: Membership%sInput!) { membership%s(input: $input) {
    membership { status canWithdraw } userErrors { field code } } }"""
CANCEL, PAUSE, RESUME = (STEER % (name, name) for name in ("Cancel", "Pause", "Resume"))
SETTLE = """mutation ($input: MembershipRepairSettleInput!) { membershipRepairSettle(input: $input) {
    repair { resolution settledBy } userErrors { field code } } }"""
CONFIRM = """mutation ($input: BillingConfirmInput!) { billingConfirm(input: $input) {
    billing { held contracts } userErrors { field code } } }"""


def plus(**given: Any) -> dict[str, Any]:
    """A plan of 9.00 USD a month, unless told otherwise."""
    return {"title": "Plus", "prices": [{"amount": "9.00", "currencyCode": "USD"}]} | given


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
    """Customer 4711's member, by their id."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, created(4711), created(4712)))
    found = (await ask_merchant('{ members(query: "4711") { nodes { id } } }')).data["members"]["nodes"]
    name: str = found[0]["id"]
    return name


async def test_a_membership_is_given_seen_and_ended_with_a_reason_once_for_each_key(
    engine: AsyncEngine, member: str, ask_merchant: Ask, ask_storefront: Ask
) -> None:
    plan = (await run(ask_merchant, CREATE, handle="plus", plan=plus()))["plan"]["id"]
    given = {"memberId": member, "planId": plan, "days": 30, "reason": "For your patience", "idempotencyKey": "1"}
    made = await run(ask_merchant, GRANT, **given)
    again = await run(ask_merchant, GRANT, **given)
    asked = """query ($id: ID!) { memberships(planId: $id) { nodes { memberId customerId status way } }
        ended: memberships(planId: $id, statuses: [ENDED]) { nodes { memberId } }
        members(planId: $id) { nodes { id } }
        plan(id: $id) { figures(days: 30) { members trialing pastDue ended revenue { amount } benefitPoints } } }"""
    listed = (await ask_merchant(asked, {"id": plan})).data
    wish = {"memberId": member, "planId": plan, "reason": "As asked by mail"}
    paused = await run(ask_merchant, PAUSE, **wish, idempotencyKey="2")
    resumed = await run(ask_merchant, RESUME, **wish, idempotencyKey="3")
    leaving = await run(ask_merchant, CANCEL, **wish, idempotencyKey="4")
    kept = await run(ask_merchant, RESUME, **wish, idempotencyKey="5")
    ended = await run(ask_merchant, CANCEL, **wish, when="NOW", idempotencyKey="6")
    over = await run(ask_merchant, CANCEL, **wish, when="NOW", idempotencyKey="7")
    shopper = (await ask_storefront("{ me { membership { status way plan { handle } } } }")).data["me"]

    assert made["membership"].pop("endsAt") is not None
    assert made["membership"] == {
        "memberId": member, "status": "ACTIVE", "way": "GRANT", "plan": {"handle": "plus"}, "refundIfCanceled": None,
    }  # fmt: skip
    assert made["member"] == {"standing": {"plans": [{"handle": "plus", "title": "Plus", "status": "ACTIVE"}]}}
    assert again["membership"]["status"] == "ACTIVE"
    assert listed == {
        "memberships": {"nodes": [
            {"memberId": member, "customerId": "gid://shopify/Customer/4711", "status": "ACTIVE", "way": "GRANT"}]},
        "ended": {"nodes": []}, "members": {"nodes": [{"id": member}]},
        "plan": {"figures": {
            "members": 1, "trialing": 0, "pastDue": 0, "ended": 0, "revenue": [], "benefitPoints": 0}},
    }  # fmt: skip
    assert [one["membership"]["status"] for one in (paused, resumed, leaving, kept, ended)] == [
        "PAUSED", "ACTIVE", "CANCEL_SCHEDULED", "ACTIVE", "ENDED",
    ]  # fmt: skip
    assert over["userErrors"] == [{"field": ["input", "planId"], "code": "NOT_A_MEMBER"}]
    assert shopper == {"membership": {"status": "ENDED", "way": "GRANT", "plan": {"handle": "plus"}}}


async def test_nothing_is_given_out_of_reason_or_out_of_reach(
    engine: AsyncEngine, member: str, ask_merchant: Ask
) -> None:
    plan = (await run(ask_merchant, CREATE, handle="plus", plan=plus()))["plan"]["id"]
    given = {"memberId": member, "planId": plan, "days": 30, "reason": "Why not", "idempotencyKey": "k"}
    for change, code in (
        ({"memberId": "gid://laurel/Member/99"}, "MEMBER_NOT_FOUND"),
        ({"planId": "gid://laurel/Plan/99"}, "PLAN_NOT_FOUND"),
        ({"days": 0}, "DAYS_INVALID"),
        ({"days": -5}, "DAYS_INVALID"),
        ({"days": 2**31 - 1}, "DAYS_INVALID"),
        ({"reason": ""}, "REASON_INVALID"),
        ({"reason": "x" * 201}, "REASON_INVALID"),
        ({"idempotencyKey": "ü"}, "INVALID_IDEMPOTENCY_KEY"),
    ):
        assert codes(await run(ask_merchant, GRANT, **given | change)) == [code], change
    other = await install_shop(
        engine, domain="other.myshopify.com", external_id=2, name="Other", currency="EUR", time_zone="UTC", scopes=[],
        at=PAID_AT,
    )  # fmt: skip
    theirs = await ask_merchant(GRANT, {"input": given}, where=other)
    edited = await ask_merchant(UPDATE, {"input": {"planId": plan, "expectedVersion": 1, "plan": plus()}}, where=other)
    seen = (await ask_merchant("query ($id: ID!) { plan(id: $id) { handle } }", {"id": plan}, where=other)).data
    figures = await ask_merchant(
        "query ($id: ID!) { plan(id: $id) { figures(days: 99999) { members } } }", {"id": plan}
    )

    assert codes(theirs.data["membershipGrant"]) == ["MEMBER_NOT_FOUND"]
    assert codes(edited.data["planUpdate"]) == ["PLAN_NOT_FOUND"]
    assert seen == {"plan": None}
    assert figures.codes == ["BAD_USER_INPUT"]
    assert (
        await ask_merchant("query ($id: ID!) { memberships(planId: $id) { nodes { status } } }", {"id": plan})
    ).data["memberships"] == {"nodes": []}


async def test_what_waits_for_repair_is_settled_once_and_billing_goes_on_when_it_is_confirmed(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await note_order(connection, shop.program_id, shop.shop_id, 4242)
        await connection.execute(
            text("UPDATE shops SET billing_held_since = now() WHERE program_id = :id"), {"id": shop.program_id}
        )
    asked = "{ membershipRepairs { nodes { id reason message orderId contractId } } billing { held heldSince } }"
    waiting = (await ask_merchant(asked)).data
    repair = waiting["membershipRepairs"]["nodes"][0].pop("id")
    settled = await run(ask_merchant, SETTLE, repairId=repair, resolution="GRANTED")
    again = await run(ask_merchant, SETTLE, repairId=repair, resolution="GRANTED")
    otherwise = await run(ask_merchant, SETTLE, repairId=repair, resolution="NOT_OURS")
    unknown = await run(ask_merchant, SETTLE, repairId="gid://laurel/MembershipRepair/99", resolution="NOT_OURS")
    unsure = await run(ask_merchant, CONFIRM, confirm=False)
    still = (await ask_merchant("{ billing { held } }")).data
    confirmed = [await run(ask_merchant, CONFIRM, confirm=True) for _ in range(2)]
    done = (await ask_merchant("{ membershipRepairs(settled: true) { nodes { resolution settledBy } } }")).data

    assert waiting["membershipRepairs"]["nodes"] == [{
        "reason": "ORDER_WITHOUT_CONTRACT", "orderId": "gid://shopify/Order/4242", "contractId": None,
        "message": "This order sold a plan, but no contract came of it. Draft orders make none.",
    }]  # fmt: skip
    assert (waiting["billing"]["held"], waiting["billing"]["heldSince"] is None) == (True, False)
    assert settled["repair"] == again["repair"] == {"resolution": "GRANTED", "settledBy": "staff:17"}
    assert (codes(otherwise), codes(unknown)) == (["REPAIR_SETTLED"], ["REPAIR_NOT_FOUND"])
    assert unsure["userErrors"] == [{"field": ["input", "confirm"], "code": "NOT_CONFIRMED"}]
    assert still == {"billing": {"held": True}}
    assert confirmed == [{"billing": {"held": False, "contracts": 0}, "userErrors": []}] * 2
    assert done == {"membershipRepairs": {"nodes": [{"resolution": "GRANTED", "settledBy": "staff:17"}]}}

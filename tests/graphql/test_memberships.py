"""Paid memberships as shoppers read and steer them: exact ends, one answer for each key, nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.members import member_of_customer
from engine.memberships.benefits import Benefit, record_benefits
from engine.memberships.catalog import archive_plan, create_plan
from engine.memberships.definitions import PlanDefinition
from engine.perks.definitions import Content, EarnMultiplier, PercentCode
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, created, events, line, order, refund
from tests.support.graphql_requests import Ask

PRODUCT = 8_214_010_167_553
PLUS = PlanDefinition(
    title="Laurel Plus", prices={"USD": 900, "EUR": 800}, days_per_unit=30, product_ids=(PRODUCT,),
    product_handle="laurel-plus", terms="Ends by itself.",
    benefits=(
        EarnMultiplier(handle="double", factor=Decimal(2)),
        PercentCode(handle="ten", percentage=Decimal(10), each="month"),
        Content(handle="club", title="Club", url="https://club.example/"),
    ),
)  # fmt: skip
MINE = """{ me {
    membership { status endsAt plan { handle } }
    memberships { status way entitled entitledUntil cancelAt pausedUntil message canCancel canCancelNow canWithdraw
        canPause canResume canChange paymentUrl refundIfCanceled { amount currencyCode }
        savedThisYear { amount currencyCode } benefits { title value { amount } }
        plan { joined benefits { url } } } } }"""


def mutation(name: str) -> str:
    """A document that asks for a change of a membership."""
    return f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{
        membership {{ status endsAt cancelAt pausedUntil canResume canWithdraw }}
        userErrors {{ field message code }} }} }}"""


CANCEL, PAUSE, RESUME = (mutation(name) for name in ("membershipCancel", "membershipPause", "membershipResume"))
JOIN = """mutation ($input: MembershipJoinInput!) { membershipJoin(input: $input) {
    plan { handle joined } joinUrl userErrors { field code } } }"""


@pytest.fixture
async def plan(engine: AsyncEngine, shop: ShopReference) -> str:
    """The plan's id; customer 4711 bought a unit of it yesterday for 9.00 USD."""
    bought = order(1, [replace(line("9.00"), product_id=PRODUCT)], customer=4711)
    async with tenant_transaction(engine, shop.program_id) as connection:
        made = await create_plan(connection, shop.program_id, "laurel-plus", PLUS, actor="tests")
        await apply_events(connection, events(shop, created(4711), created(4712), bought))
    return f"gid://laurel/Plan/{made.plan_id}"


async def run(ask: Ask, document: str, *, customer_id: int | None = 4711, **given: Any) -> dict[str, Any]:
    """The payload of a mutation of these inputs."""
    (payload,) = (await ask(document, {"input": given}, customer_id=customer_id)).data.values()
    checked: dict[str, Any] = payload
    return checked


async def test_what_was_bought_is_theirs_for_thirty_days_of_24_hours_and_nobody_else_s(
    engine: AsyncEngine, shop: ShopReference, plan: str, ask_storefront: Ask
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, 4711)
        saved = Benefit(
            shop.program_id, member.member_id, "plan:laurel-plus", "ten", shop.shop_id, "order", "2",
            datetime.now(UTC) - timedelta(seconds=1), 432, "USD",
        )  # fmt: skip
        await record_benefits(connection, [saved])

    me = (await ask_storefront(MINE)).data["me"]
    other = (await ask_storefront(MINE, customer_id=4712)).data["me"]

    ends = PAID_AT + timedelta(days=30)
    assert me["membership"].pop("endsAt") == ends.isoformat().replace("+00:00", "Z")
    assert me["membership"] == {"status": "ACTIVE", "plan": {"handle": "laurel-plus"}}
    (mine,) = me["memberships"]
    assert datetime.fromisoformat(mine.pop("entitledUntil")) == ends
    assert mine.pop("message").startswith("Your membership lasts until ")
    assert mine == {
        "status": "ACTIVE", "way": "PURCHASE", "entitled": True, "cancelAt": None, "pausedUntil": None,
        "canCancel": True, "canCancelNow": True, "canWithdraw": False, "canPause": True, "canResume": False,
        "canChange": False, "paymentUrl": None, "refundIfCanceled": {"amount": "4.68", "currencyCode": "USD"},
        "savedThisYear": [{"amount": "4.32", "currencyCode": "USD"}],
        "benefits": [{"title": "10% off", "value": {"amount": "4.32"}}],
        "plan": {"joined": True, "benefits": [{"url": None}, {"url": None}, {"url": "https://club.example/"}]},
    }  # fmt: skip
    assert other == {"membership": None, "memberships": []}


async def test_a_refund_ends_it_and_it_is_shown_as_ended(
    engine: AsyncEngine, shop: ShopReference, plan: str, ask_storefront: Ask
) -> None:
    given_back = order(
        1, [replace(line("9.00"), product_id=PRODUCT)], customer=4711, refunds=[refund(5, 1, "9.00")],
        updated_at=PAID_AT + timedelta(hours=2),
    )  # fmt: skip
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, given_back))

    me = (await ask_storefront("{ me { membership { status endsAt } perks { code } } }")).data["me"]
    ended = PAID_AT + timedelta(hours=1)
    assert me == {
        "membership": {"status": "ENDED", "endsAt": ended.isoformat().replace("+00:00", "Z")}, "perks": [],
    }  # fmt: skip


async def test_plans_are_shown_to_everybody_and_joining_leads_to_where_they_are_bought(
    engine: AsyncEngine, shop: ShopReference, plan: str, ask_storefront: Ask
) -> None:
    asked = """{ membershipPlans { nodes { id handle price { amount currencyCode } prices { currencyCode }
        interval { unit count text } daysPerUnit trialDays terms benefits { title url } products { id url } joinUrl
        joined } pageInfo { hasNextPage } } program { plans { joined } } }"""
    shown = (await ask_storefront(asked, customer_id=None)).data
    mine = (await ask_storefront("{ membershipPlans { nodes { joined } } }")).data
    joined = await run(ask_storefront, JOIN, planId=plan)
    guest = await run(ask_storefront, JOIN, customer_id=None, planId=plan)
    wrong = [(await run(ask_storefront, JOIN, planId=plan, quantity=number))["userErrors"] for number in (0, -1, 10**6)]
    unknown = await run(ask_storefront, JOIN, planId="gid://laurel/Plan/99")
    async with tenant_transaction(engine, shop.program_id) as connection:
        number = int(plan.rsplit("/", 1)[1])
        await archive_plan(connection, shop.program_id, number, expected_version=1, actor="tests")
    archived = await run(ask_storefront, JOIN, planId=plan)

    assert shown["program"] == {"plans": [{"joined": False}]}
    assert shown["membershipPlans"]["nodes"] == [{
        "id": plan, "handle": "laurel-plus", "price": {"amount": "9.00", "currencyCode": "USD"},
        "prices": [{"currencyCode": "EUR"}, {"currencyCode": "USD"}],
        "interval": {"unit": "MONTH", "count": 1, "text": "month"}, "daysPerUnit": 30, "trialDays": 0,
        "terms": "Ends by itself.",
        "benefits": [{"title": "2× points", "url": None}, {"title": "10% off", "url": None},
                     {"title": "Club", "url": None}],
        "products": [{"id": f"gid://shopify/Product/{PRODUCT}", "url": "/products/laurel-plus"}],
        "joinUrl": "/products/laurel-plus", "joined": False,
    }]  # fmt: skip
    assert mine == {"membershipPlans": {"nodes": [{"joined": True}]}}
    assert joined == {
        "plan": {"handle": "laurel-plus", "joined": True}, "joinUrl": "/products/laurel-plus", "userErrors": [],
    }  # fmt: skip
    assert guest["joinUrl"] == "/products/laurel-plus"
    assert [[error["code"] for error in errors] for errors in wrong] == [["QUANTITY_INVALID"]] * 3
    assert unknown["userErrors"] == [{"field": ["input", "planId"], "code": "PLAN_NOT_FOUND"}]
    assert archived["userErrors"] == [{"field": ["input", "planId"], "code": "ARCHIVED"}]
    assert (await ask_storefront("{ membershipPlans { nodes { id } } }")).data == {"membershipPlans": {"nodes": []}}
    assert (await ask_storefront("{ me { membership { plan { handle joinUrl } } } }")).data["me"] == {
        "membership": {"plan": {"handle": "laurel-plus", "joinUrl": None}}
    }


async def test_a_member_pauses_resumes_ends_and_keeps_it_once_for_each_key(plan: str, ask_storefront: Ask) -> None:
    until = (PAID_AT + timedelta(days=20)).isoformat()
    paused = await run(ask_storefront, PAUSE, planId=plan, until=until, idempotencyKey="1")
    again = await run(ask_storefront, PAUSE, planId=plan, until=until, idempotencyKey="1")
    reused = await run(ask_storefront, PAUSE, planId=plan, until=None, idempotencyKey="1")
    twice = await run(ask_storefront, PAUSE, planId=plan, until=until, idempotencyKey="2")
    resumed = await run(ask_storefront, RESUME, planId=plan, idempotencyKey="3")
    leaving = await run(ask_storefront, CANCEL, planId=plan, idempotencyKey="4")
    kept = await run(ask_storefront, RESUME, planId=plan, idempotencyKey="5")
    late = await run(ask_storefront, RESUME, planId=plan, idempotencyKey="6")
    ended = await run(ask_storefront, CANCEL, planId=plan, when="NOW", idempotencyKey="7")
    over = await run(ask_storefront, CANCEL, planId=plan, when="NOW", idempotencyKey="8")

    assert (paused["membership"]["status"], paused["membership"]["canResume"]) == ("PAUSED", True)
    assert datetime.fromisoformat(paused["membership"]["pausedUntil"]) == PAID_AT + timedelta(days=20)
    assert again == paused
    codes = [[error["code"] for error in one["userErrors"]] for one in (reused, twice, late, over)]
    assert codes == [["IDEMPOTENCY_KEY_REUSED"], ["ALREADY_PAUSED"], ["NOT_PAUSED"], ["NOT_A_MEMBER"]]
    assert resumed["membership"]["status"] == "ACTIVE"
    assert (leaving["membership"]["status"], leaving["membership"]["canWithdraw"]) == ("CANCEL_SCHEDULED", True)
    assert leaving["membership"]["cancelAt"] == leaving["membership"]["endsAt"]
    assert (kept["membership"]["status"], kept["membership"]["cancelAt"]) == ("ACTIVE", None)
    assert ended["membership"]["status"] == "ENDED"


async def test_nobody_steers_what_is_not_theirs(plan: str, ask_storefront: Ask) -> None:
    more: dict[str, Any]
    for document, more in ((CANCEL, {"when": "NOW"}), (PAUSE, {}), (RESUME, {})):
        given: dict[str, Any] = {"planId": plan, "idempotencyKey": "k", **more}
        signed_out = await run(ask_storefront, document, customer_id=None, **given)
        other = await run(ask_storefront, document, customer_id=4712, **given)
        unknown = await run(ask_storefront, document, **given | {"planId": "gid://laurel/Plan/9223372036854775807"})
        keyless = await run(ask_storefront, document, **given | {"idempotencyKey": "x" * 101})
        wrong = await ask_storefront(document, {"input": given | {"planId": "gid://laurel/Member/1"}})

        assert [error["code"] for error in signed_out["userErrors"]] == ["SIGNED_OUT"]
        assert [error["code"] for error in other["userErrors"]] == ["NOT_A_MEMBER"]
        assert [error["code"] for error in unknown["userErrors"]] == ["NOT_A_MEMBER"]
        assert keyless["userErrors"][0]["field"] == ["input", "idempotencyKey"]
        assert wrong.codes == ["INVALID_ID"]
    for until in (PAID_AT.isoformat(), "9999-12-31T23:59:59Z"):
        refused = await run(ask_storefront, PAUSE, planId=plan, until=until, idempotencyKey="p")
        assert refused["userErrors"][0]["code"] == "UNTIL_INVALID"
    assert (await ask_storefront("{ me { membership { status } } }")).data["me"]["membership"] == {"status": "ACTIVE"}


async def test_another_plan_is_quoted_only_where_a_contract_can_change(plan: str, ask_storefront: Ask) -> None:
    asked = "query ($id: ID!) { me { membership { changeQuote(planId: $id) { due { amount } } } } }"
    change = mutation("membershipChangePlan")
    quoted = (await ask_storefront(asked, {"id": plan})).data["me"]["membership"]
    changed = await run(ask_storefront, change, planId=plan, toPlanId=plan, idempotencyKey="k")

    assert quoted == {"changeQuote": None}
    assert [(error["field"], error["code"]) for error in changed["userErrors"]] == [
        (["input", "planId"], "NO_CONTRACT")
    ]


async def test_what_they_have_of_it_is_listed_with_what_was_delivered(plan: str, ask_storefront: Ask) -> None:
    asked = "{ me { perks { perk { handle title url } grantorTitle state code applyUrl } } }"
    perks = (await ask_storefront(asked)).data["me"]["perks"]

    assert {one["grantorTitle"] for one in perks} == {"Laurel Plus"}
    assert [(one["perk"]["handle"], one["state"], one["code"]) for one in perks] == [
        ("double", None, None), ("ten", "WAITING", None), ("club", None, None),
    ]  # fmt: skip
    assert perks[2]["perk"]["url"] == "https://club.example/"

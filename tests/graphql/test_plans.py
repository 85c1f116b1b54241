"""Plans by the staff: made, edited by versions, archived; hostile ones are refused with the place."""

from __future__ import annotations

from typing import Any

from tests.support.graphql_requests import Ask

PLAN = """
    id handle version position archivedAt title description color terms productIds productHandle variantIds
    prices { amount currencyCode } interval { unit count text } daysPerUnit trialDays graceDays benefits { kind title }
    unusedRefund minimumCycles maximumCycles dunning finalAction fixedDay { day month } sellingPlanId testOrders
"""
CREATE = f"""mutation ($input: PlanCreateInput!) {{ planCreate(input: $input) {{
    plan {{ {PLAN} }} userErrors {{ field message code }} }} }}"""
UPDATE = f"""mutation ($input: PlanUpdateInput!) {{ planUpdate(input: $input) {{
    plan {{ {PLAN} }} userErrors {{ field code }} }} }}"""
ARCHIVE = """mutation ($input: PlanArchiveInput!) { planArchive(input: $input) {
    plan { version archivedAt } userErrors { field code } } }"""


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


async def test_a_plan_is_made_edited_and_archived_and_each_edit_names_the_version_it_was_made_from(
    ask_merchant: Ask,
) -> None:
    full = plus(
        description="All of it", terms="Fair", color="#112233", productIds=["gid://shopify/Product/7"],
        productHandle="plus", variantIds=["8"], interval={"unit": "YEAR", "count": 2}, daysPerUnit=30, trialDays=14,
        graceDays=3, benefits=[{"handle": "double", "earnMultiplier": "2"}], unusedRefund="FULL", minimumCycles=2,
        maximumCycles=12, dunning=[0, 4], finalAction="PAUSE", fixedDay={"day": 31, "month": 2},
        sellingPlanId="gid://shopify/SellingPlan/9", testOrders=True,
    )  # fmt: skip
    made = (await run(ask_merchant, CREATE, handle="plus", plan=full))["plan"]
    plan_id = made.pop("id")
    edited = await run(ask_merchant, UPDATE, planId=plan_id, expectedVersion=1, plan=plus())
    late = await run(ask_merchant, UPDATE, planId=plan_id, expectedVersion=1, plan=plus())
    taken = await run(ask_merchant, CREATE, handle="plus", plan=plus())
    archived = await run(ask_merchant, ARCHIVE, planId=plan_id, expectedVersion=2)
    again = await run(ask_merchant, ARCHIVE, planId=plan_id, expectedVersion=3)
    listed = (await ask_merchant("{ plans { id } all: plans(archived: true) { handle version } }")).data

    assert made == {
        "handle": "plus", "version": 1, "position": 1, "archivedAt": None, "title": "Plus",
        "description": "All of it", "color": "#112233", "terms": "Fair", "productIds": ["gid://shopify/Product/7"],
        "productHandle": "plus", "variantIds": ["gid://shopify/ProductVariant/8"],
        "prices": [{"amount": "9.00", "currencyCode": "USD"}],
        "interval": {"unit": "YEAR", "count": 2, "text": "2 years"}, "daysPerUnit": 30, "trialDays": 14,
        "graceDays": 3, "benefits": [{"kind": "EARN_MULTIPLIER", "title": "2× points"}], "unusedRefund": "FULL",
        "minimumCycles": 2, "maximumCycles": 12, "dunning": [0, 4], "finalAction": "PAUSE",
        "fixedDay": {"day": 31, "month": 2}, "sellingPlanId": "gid://shopify/SellingPlan/9", "testOrders": True,
    }  # fmt: skip
    assert edited["plan"] | {"id": ""} == {
        "id": "", "handle": "plus", "version": 2, "position": 1, "archivedAt": None, "title": "Plus",
        "description": "", "color": "#5b4bb7", "terms": "", "productIds": [], "productHandle": None, "variantIds": [],
        "prices": [{"amount": "9.00", "currencyCode": "USD"}],
        "interval": {"unit": "MONTH", "count": 1, "text": "month"}, "daysPerUnit": None, "trialDays": 0,
        "graceDays": 7, "benefits": [], "unusedRefund": "LESS_BENEFITS", "minimumCycles": 1, "maximumCycles": None,
        "dunning": [0, 3, 5, 7], "finalAction": "CANCEL", "fixedDay": None, "sellingPlanId": None,
        "testOrders": False,
    }  # fmt: skip
    assert late["userErrors"] == [{"field": ["input", "expectedVersion"], "code": "VERSION_CONFLICT"}]
    assert taken["userErrors"] == [
        {"field": ["input", "handle"], "code": "HANDLE_TAKEN", "message": "Another plan has this handle."}
    ]
    assert (archived["plan"]["version"], archived["plan"]["archivedAt"] is None) == (3, False)
    assert again["userErrors"] == [{"field": ["input", "planId"], "code": "ARCHIVED"}]
    assert listed == {"plans": [], "all": [{"handle": "plus", "version": 3}]}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "INVALID"),
    ({"title": "x" * 81}, "INVALID"),
    ({"prices": []}, "INVALID"),
    ({"prices": plus()["prices"] * 2}, "INVALID"),
    ({"color": "red; background: url(x)"}, "INVALID"),
    ({"interval": {"unit": "YEAR", "count": 11}}, "INVALID"),
    ({"interval": {"unit": "DAY", "count": 0}}, "INVALID"),
    ({"daysPerUnit": 0}, "INVALID"),
    ({"trialDays": -1}, "INVALID"),
    ({"graceDays": 2**31 - 1}, "INVALID"),
    ({"dunning": []}, "INVALID"),
    ({"dunning": [3, 0]}, "INVALID"),
    ({"dunning": list(range(11))}, "INVALID"),
    ({"minimumCycles": 5, "maximumCycles": 4}, "INVALID"),
    ({"fixedDay": {"day": 32}}, "INVALID"),
    ({"productIds": ["7", "7"]}, "INVALID"),
    ({"productHandle": "a/../b"}, "INVALID"),
    ({"benefits": [{"handle": "a", "earnMultiplier": "0.5"}]}, "INVALID"),
    ({"benefits": [{"handle": "a", "birthdayPoints": n} for n in range(1, 40)]}, "INVALID"),
]


async def test_a_plan_that_makes_no_sense_is_refused_and_not_made(ask_merchant: Ask) -> None:
    for given, code in WRONG:
        payload = await run(ask_merchant, CREATE, handle="wrong", plan=plus(**given))
        assert set(codes(payload)) == {code}, given
        assert all(error["field"][:2] == ["input", "plan"] and error["message"] for error in payload["userErrors"])
    for handle in ("", "No", "x" * 65, "é", "-a"):
        assert codes(await run(ask_merchant, CREATE, handle=handle, plan=plus())) == ["HANDLE_INVALID"], handle
    for unreadable in ({"title": "\x00"}, {"productIds": ["gid://shopify/Order/1"]}, {"sellingPlanId": "x"}):
        reply = await ask_merchant(CREATE, {"input": {"handle": "wrong", "plan": plus(**unreadable)}})
        assert reply.codes in (["BAD_USER_INPUT"], ["INVALID_ID"]), unreadable
    await run(ask_merchant, CREATE, handle="one", plan=plus(productIds=["7"], sellingPlanId="9"))
    product = await run(ask_merchant, CREATE, handle="two", plan=plus(productIds=["7"]))
    selling = await run(ask_merchant, CREATE, handle="two", plan=plus(sellingPlanId="9"))
    assert (codes(product), codes(selling)) == (["PRODUCT_TAKEN"], ["SELLING_PLAN_TAKEN"])
    assert (await ask_merchant("{ plans { handle } }")).data == {"plans": [{"handle": "one"}]}

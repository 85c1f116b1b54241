"""Tiers by the staff: a change is counted before it is applied, hostile ones are refused, tiers are given by hand."""

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

CREATE = """mutation ($input: TierPlanCreateInput!) { tierPlanCreate(input: $input) { tierPlan {
    id state baseVersion up down same entryPointsCost membersTotal membersDone
    counts { tier { handle name } before after } definition { summary tiers { handle enterText } } }
    userErrors { field message code } } }"""
APPLY = """mutation ($input: TierPlanApplyInput!) { tierPlanApply(input: $input) {
    tierPlan { state } tierProgram { version createdBy definition { tiers { handle members } } }
    userErrors { field code } } }"""
DROP = """mutation ($input: TierPlanDropInput!) { tierPlanDrop(input: $input) {
    tierPlan { state } userErrors { field code message } } }"""


def spend(amount: Any, **more: Any) -> dict[str, Any]:
    """A requirement of money."""
    return {"atLeast": {"metric": "SPEND", "amount": amount, **more}}


def tiers(**given: Any) -> dict[str, Any]:
    """A ladder of two, with gold from 300 USD for 25 points, unless told otherwise."""
    gold = {"handle": "gold", "name": "Gold", "color": "#b58a1b", "enter": spend("300"), "entryPoints": 25}
    base = {"handle": "base", "name": "Base"}
    return {"currency": "USD", "tiers": [base, gold]} | given


def ladder(**gold: Any) -> dict[str, Any]:
    """The same with other words about gold."""
    base, above = tiers()["tiers"]
    return tiers(tiers=[base, above | gold])


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


async def test_a_change_of_tiers_is_counted_then_applied_at_once_and_only_to_what_it_was_made_from(
    engine: AsyncEngine, member: str, ask_merchant: Ask
) -> None:
    other = await install_shop(
        engine, domain="other.myshopify.com", external_id=2, name="Other", currency="EUR", time_zone="UTC", scopes=[],
        at=PAID_AT,
    )  # fmt: skip
    first = (await run(ask_merchant, CREATE, definition=tiers()))["tierPlan"]
    second = (await run(ask_merchant, CREATE, definition=tiers(holdDays=7)))["tierPlan"]
    stolen = await ask_merchant(APPLY, {"input": {"tierPlanId": first["id"]}}, where=other)
    applied = await run(ask_merchant, APPLY, tierPlanId=first["id"])
    again = await run(ask_merchant, APPLY, tierPlanId=first["id"])
    late = await run(ask_merchant, APPLY, tierPlanId=second["id"])
    dropped = await run(ask_merchant, DROP, tierPlanId=second["id"])
    listed = (await ask_merchant("{ tierPlans { state } }")).data
    told = (await ask_merchant("query ($id: ID!) { member(id: $id) { tier { handle } } }", {"id": member})).data

    first_id = first.pop("id")
    assert first == {
        "state": "READY", "baseVersion": 1, "up": 1, "down": 0, "same": 1, "entryPointsCost": 25, "membersTotal": 2,
        "membersDone": 2,
        "counts": [
            {"tier": {"handle": "base", "name": "Base"}, "before": 0, "after": 1},
            {"tier": {"handle": "gold", "name": "Gold"}, "before": 0, "after": 1},
            {"tier": {"handle": "bronze", "name": "Bronze"}, "before": 1, "after": 0},
            {"tier": {"handle": "silver", "name": "Silver"}, "before": 1, "after": 0},
        ],
        "definition": {
            "summary": [
            "Everything since joining counts.",
            "A tier has no end date.",
            "Refunds leave a tier to the end of its time.",
        ],
            "tiers": [{"handle": "base", "enterText": ""}, {"handle": "gold", "enterText": "Spend $300.00"}],
        },
    }  # fmt: skip
    assert codes(stolen.data["tierPlanApply"]) == ["PLAN_NOT_FOUND"]
    assert applied["tierPlan"] == {"state": "APPLIED"}
    assert (applied["tierProgram"]["version"], applied["tierProgram"]["createdBy"]) == (2, "staff:17")
    assert again["userErrors"] == [{"field": ["input", "tierPlanId"], "code": "PLAN_SETTLED"}]
    assert late["userErrors"] == [{"field": ["input", "tierPlanId"], "code": "TIERS_CHANGED"}]
    assert dropped["tierPlan"] == {"state": "DROPPED"}
    assert listed == {"tierPlans": [{"state": "DROPPED"}, {"state": "APPLIED"}]}
    assert told == {"member": {"tier": {"handle": "gold"}}}
    assert first_id.startswith("gid://laurel/TierPlan/")


def deep(levels: int) -> dict[str, Any]:
    """A requirement within requirements."""
    return spend(1) if levels == 0 else {"all": [deep(levels - 1)]}


WRONG: list[tuple[dict[str, Any], str]] = [
    (tiers(tiers=[]), "at least 1 item"),
    (tiers(tiers=[{"handle": f"t{n}", "name": "T", "enter": spend(n)} for n in range(21)]), "at most 20"),
    (tiers(tiers=[tiers()["tiers"][1]]), "lowest tier"),
    (tiers(tiers=[*tiers()["tiers"], tiers()["tiers"][1]]), "both gold"),
    (ladder(enter=None), "does not say"),
    (ladder(enter={}), "exactly one"),
    (ladder(enter=spend(1) | {"all": [spend(1)]}), "exactly one"),
    (ladder(enter={"any": []}), "at least 1 item"),
    (ladder(enter=deep(5)), "nested at most"),
    (ladder(enter={"any": [spend(n) for n in range(1, 30)]}), "at most 20 parts"),
    (ladder(enter=spend("-1")), "greater than or equal to 0"),
    (ladder(enter=spend(10**13)), "less than or equal"),
    (ladder(enter=spend("1.001")), "decimals"),
    (ladder(enter={"atLeast": {"metric": "ORDERS", "amount": "1.5"}}), "decimals"),
    (ladder(color="red"), "pattern"),
    (ladder(color="#12345g"), "pattern"),
    (ladder(color="#fff;x"), "pattern"),
    (ladder(handle="Gold!"), "pattern"),
    (ladder(name=""), "at least 1"),
    (ladder(name="x" * 81), "at most 80"),
    (ladder(entryPoints=-1), "greater than or equal to 0"),
    (ladder(perks=[{"handle": "a"}]), "exactly one thing"),
    (ladder(perks=[{"handle": "a", "earnMultiplier": "2", "customerTag": "vip"}]), "exactly one thing"),
    (ladder(perks=[{"handle": "a", "earnMultiplier": "1000"}]), "less than or equal to 100"),
    (ladder(perks=[{"handle": "a", "customerTag": "a,b"}]), "one tag"),
    (ladder(perks=[{"handle": "a", "content": {"title": "x", "url": "javascript:alert(1)"}}]), "https"),
    (ladder(perks=[{"handle": "a", "percentCode": {"percentage": "0"}}]), "greater than 0"),
    (ladder(perks=[{"handle": "a", "birthdayPoints": 1}] * 2), "twice"),
    (tiers(window={"kind": "ROLLING"}), "days or of months"),
    (tiers(window={"kind": "CALENDAR", "unit": "DAY"}), "month"),
    (tiers(window={"kind": "LIFETIME", "days": 3}), "not permitted"),
    (tiers(term={"kind": "AFTER", "days": 0}), "greater than"),
    (tiers(term={"graceDays": 366}), "less than or equal to 365"),
    (tiers(holdDays=-1), "greater than or equal to 0"),
]


async def test_tiers_that_make_no_sense_are_refused_with_the_place_and_nothing_is_kept(ask_merchant: Ask) -> None:
    for given, words in WRONG:
        payload = await run(ask_merchant, CREATE, definition=given)
        assert payload["tierPlan"] is None, given
        assert {error["code"] for error in payload["userErrors"]} == {"INVALID"}, given
        assert any(words in error["message"] for error in payload["userErrors"]), (words, payload["userErrors"])
        assert all(error["field"][:2] == ["input", "definition"] for error in payload["userErrors"])
    unreadable = await ask_merchant(CREATE, {"input": {"definition": ladder(name="\x00")}})
    numbers = await ask_merchant(CREATE, {"input": {"definition": ladder(enter=spend(1.5))}})
    assert (unreadable.codes, numbers.codes) == (["BAD_USER_INPUT"], ["BAD_USER_INPUT"])
    assert (await ask_merchant("{ tierPlans { id } tierProgram { version } }")).data == {
        "tierPlans": [],
        "tierProgram": None,
    }


async def test_everything_that_can_be_said_of_tiers_comes_back_as_it_was_written(ask_merchant: Ask) -> None:
    perks = [
        {"handle": "a", "earnMultiplier": "2"}, {"handle": "b", "customerTag": "vip"},
        {"handle": "c", "percentCode": {"percentage": "10", "codeDays": 30, "rhythm": "MONTH"}},
        {"handle": "d", "freeShippingCode": {"maximumPrice": [{"amount": "8", "currencyCode": "USD"}]}},
        {"handle": "e", "earlyAccess": {
            "title": "Drop", "kind": "PRODUCT", "targetHandle": "hat", "membersFrom": "2027-01-01T00:00:00Z",
            "opensAt": "2027-01-02T00:00:00Z"}},
        {"handle": "f", "birthdayPoints": 100}, {"handle": "g", "content": {"title": "Club", "text": "Hello"}},
    ]  # fmt: skip
    given = ladder(retain=spend("100"), entryNeverExpires=True, perks=perks) | {
        "window": {"kind": "CALENDAR", "unit": "QUARTER", "startMonth": 2},
        "term": {"kind": "AFTER", "months": 6, "downgrade": "ONE_DOWN", "graceDays": 3, "softLanding": True},
        "holdDays": 14, "afterHold": "RECOMPUTE", "whenChanged": "RECOMPUTE", "entryRewards": "EACH_TIME",
        "testOrders": True,
    }  # fmt: skip
    made = (await run(ask_merchant, CREATE, definition=given))["tierPlan"]
    asked = """query ($id: ID!) { tierPlan(id: $id) { definition {
        currency holdDays afterHold whenChanged entryRewards testOrders
        window { kind days months unit startMonth }
        term { kind days months unit startMonth extraPeriods downgrade graceDays softLanding }
        tiers { retainText reenterText reenter { text } retain { metric amount moreThan } entryPoints entryDays
            perks { kind factor tag percentage codeDays rhythm maximumPrice { amount } targetKind targetHandle points
                text } } } } }"""
    found = (await ask_merchant(asked, {"id": made["id"]})).data["tierPlan"]["definition"]

    gold = found.pop("tiers")[1]
    assert found == {
        "currency": "USD", "holdDays": 14, "afterHold": "RECOMPUTE", "whenChanged": "RECOMPUTE",
        "entryRewards": "EACH_TIME", "testOrders": True,
        "window": {"kind": "CALENDAR", "days": None, "months": None, "unit": "QUARTER", "startMonth": 2},
        "term": {"kind": "AFTER", "days": None, "months": 6, "unit": None, "startMonth": None, "extraPeriods": None,
                 "downgrade": "ONE_DOWN", "graceDays": 3, "softLanding": True},
    }  # fmt: skip
    told = gold.pop("perks")
    assert gold == {
        "retainText": "Spend $100.00", "reenterText": "Spend $300.00", "reenter": [], "entryPoints": 25,
        "entryDays": None, "retain": [{"metric": "SPEND", "amount": "100", "moreThan": False}],
    }  # fmt: skip
    assert [{name: value for name, value in one.items() if value not in (None, [])} for one in told] == [
        {"kind": "EARN_MULTIPLIER", "factor": "2"},
        {"kind": "CUSTOMER_TAG", "tag": "vip"},
        {"kind": "PERCENT_CODE", "percentage": "10", "codeDays": 30, "rhythm": "MONTH"},
        {"kind": "FREE_SHIPPING_CODE", "codeDays": 90, "rhythm": "MONTH", "maximumPrice": [{"amount": "8.00"}]},
        {"kind": "EARLY_ACCESS", "targetKind": "PRODUCT", "targetHandle": "hat"},
        {"kind": "BIRTHDAY_POINTS", "points": 100},
        {"kind": "CONTENT", "text": "Hello"},
    ]


async def test_a_requirement_nested_without_end_is_refused_before_anything_follows_it(ask_merchant: Ask) -> None:
    for levels in (6, 40, 400):
        reply = await ask_merchant(CREATE, {"input": {"definition": ladder(enter=deep(levels))}})
        refused = reply.codes if "errors" in reply.body else codes(reply.data["tierPlanCreate"])
        assert refused in (["INVALID"], ["BAD_USER_INPUT"], ["MALFORMED_REQUEST"]), levels

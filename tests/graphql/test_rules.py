"""Rules by GraphQL: typed in and out, and never lost between two editors."""

from __future__ import annotations

from typing import Any

from tests.support.graphql_requests import Ask
from tests.support.rule_requests import ARCHIVE, DRAFT, UPDATE, create, per_order, review, revision_of


async def test_a_rule_with_everything_comes_back_as_it_was_written(ask_merchant: Ask) -> None:
    start = await revision_of(ask_merchant)
    rule = per_order(
        formula={"perMoney": [{"currencyCode": "USD", "pointsPerUnit": "1.5"}]},
        audience={"compare": {"field": "member.tags", "operator": "CONTAINS", "values": ["vip"]}},
        condition={"all": [
            {"compare": {"field": "order.base", "operator": "GE", "amounts": [
                {"currencyCode": "USD", "amount": "50"}]}},
            {"not": {"compare": {"field": "order.tags", "operator": "IN", "values": ["a", "b"]}}},
            {"any": [{"compare": {"field": "order.units", "operator": "GT", "values": ["2"]}},
                     {"compare": {"field": "order.source", "operator": "EXISTS"}}]},
        ]},
        window={"startsAt": "2026-11-27T00:00:00", "endsAt": "2026-11-28T00:00:00"},
        multipliers=[{"factor": "2", "condition": {"compare": {
            "field": "product.tags", "operator": "CONTAINS", "values": ["new"]}}}],
        multipliersStack="BEST_OF", exclude={"giftCardPaid": True, "productTags": ["sale"], "productIds": ["7"],
                                             "collectionIds": ["gid://shopify/Collection/8"]},
        caps=[{"handle": "monthly", "period": "MONTH", "points": 500}], rounding="DOWN", testOrders=True, priority=5,
        countsForTier=False,
        hold={"until": {"event": "RETURN_WINDOW", "days": 14}}, expiry={"after": {"months": 6, "round": "MONTH"}},
    )  # fmt: skip

    payload = await create(ask_merchant, rule, start)

    assert payload["userErrors"] == []
    assert payload["programDraft"]["revision"] == start + 1
    made = payload["rule"]
    assert made["formula"] == {
        "kind": "PER_MONEY", "points": None, "factor": None, "rates": [{"currencyCode": "USD", "pointsPerUnit": "1.5"}],
    }  # fmt: skip
    assert [(node["position"], node["parent"], node["kind"], node["field"], node["operator"], node["values"])
            for node in made["condition"]] == [
        (0, None, "ALL", None, None, []),
        (1, 0, "COMPARE", "order.base", "GE", []),
        (2, 0, "NOT", None, None, []),
        (3, 2, "COMPARE", "order.tags", "IN", ["a", "b"]),
        (4, 0, "ANY", None, None, []),
        (5, 4, "COMPARE", "order.units", "GT", ["2"]),
        (6, 4, "COMPARE", "order.source", "EXISTS", ["true"]),
    ]  # fmt: skip
    assert made["condition"][1]["amounts"] == [{"amount": "50", "currencyCode": "USD"}]
    assert made["audience"] == [{"kind": "COMPARE", "field": "member.tags", "values": ["vip"]}]
    assert made["window"] == {"startsAt": "2026-11-27T00:00:00", "endsAt": "2026-11-28T00:00:00"}
    assert made["multipliers"] == [{"factor": "2", "condition": [{"field": "product.tags"}], "window": None}]
    assert made["multipliersStack"] == "BEST_OF"
    assert made["exclude"] == {
        "tax": True, "shipping": True, "giftCards": True, "giftCardPaid": True, "productTags": ["sale"],
        "productIds": ["gid://shopify/Product/7"], "collectionIds": ["gid://shopify/Collection/8"], "customerTags": [],
    }  # fmt: skip
    assert made["caps"] == [{"handle": "monthly", "per": "MEMBER", "period": "MONTH", "points": 500}]
    assert made["hold"] == {"kind": "UNTIL", "days": 14, "event": "RETURN_WINDOW", "atMostDays": 60}
    assert made["expiry"] == {
        "kind": "AFTER", "days": None, "months": 6, "round": "MONTH", "month": None, "day": None, "graceDays": None,
    }  # fmt: skip
    assert (made["rounding"], made["testOrders"], made["priority"], made["scope"]) == ("DOWN", True, 5, "ORDER")
    assert made["countsForTier"] is False


async def test_a_rule_with_nothing_but_its_formula_gets_the_defaults(ask_merchant: Ask) -> None:
    made = (await create(ask_merchant, review(), await revision_of(ask_merchant)))["rule"]

    assert (made["scope"], made["enabled"], made["priority"], made["rounding"]) == ("EVENT", True, 100, "HALF_EVEN")
    assert made["countsForTier"] is True
    assert made["formula"] == {"kind": "FIXED", "points": 50, "factor": None, "rates": []}
    assert (made["condition"], made["audience"], made["caps"], made["window"]) == ([], [], [], None)
    assert made["hold"] == {"kind": "NONE", "days": None, "event": None, "atMostDays": None}
    assert (made["expiry"]["kind"], made["expiry"]["days"]) == ("AFTER", 365)


async def test_each_kind_of_expiry_is_taken(ask_merchant: Ask) -> None:
    kinds: list[tuple[dict[str, Any], str, str, int | None]] = [
        ({"never": True}, "NEVER", "days", None),
        ({"inactivityDays": 90}, "INACTIVITY", "days", 90),
        ({"calendar": {"month": 12, "day": 31, "graceDays": 7}}, "CALENDAR", "graceDays", 7),
    ]
    for number, (expiry, kind, field, value) in enumerate(kinds):
        rule = review(handle=f"review-{number}", expiry=expiry)
        made = (await create(ask_merchant, rule, await revision_of(ask_merchant)))["rule"]["expiry"]
        assert (made["kind"], made[field]) == (kind, value)


async def test_of_two_editors_the_second_is_told_and_nothing_is_lost(ask_merchant: Ask) -> None:
    start = await revision_of(ask_merchant)
    await create(ask_merchant, review(), start)

    late = await create(ask_merchant, per_order(), start)

    assert [(error["field"], error["code"]) for error in late["userErrors"]] == [
        (["input", "expectedRevision"], "DRAFT_CHANGED")
    ]
    draft = (await ask_merchant(DRAFT)).data["programDraft"]
    assert (draft["revision"], [rule["handle"] for rule in draft["definition"]["rules"]]) == (
        start + 1, ["purchase", "sign-up", "review"],
    )  # fmt: skip


async def test_a_rule_is_changed_and_archived_by_its_handle(ask_merchant: Ask) -> None:
    start = await revision_of(ask_merchant)
    await create(ask_merchant, review(), start)
    changed = {"input": {"expectedRevision": start + 1, "rule": review(formula={"fixed": 70})}}

    updated = (await ask_merchant(UPDATE, changed)).data["ruleUpdate"]
    archived = (await ask_merchant(ARCHIVE, {"input": {"expectedRevision": start + 2, "handle": "review"}})).data

    assert updated["rule"] == {"handle": "review", "formula": {"points": 70}}
    assert archived["ruleArchive"] == {
        "programDraft": {
            "revision": start + 3, "definition": {"rules": [{"handle": "purchase"}, {"handle": "sign-up"}]},
        },
        "userErrors": [],
    }  # fmt: skip


async def test_a_rule_that_is_there_is_not_made_and_one_that_is_not_is_neither_changed_nor_archived(
    ask_merchant: Ask,
) -> None:
    start = await revision_of(ask_merchant)
    given = {"expectedRevision": start}

    taken = await create(ask_merchant, per_order(handle="purchase"), start)
    missing = (await ask_merchant(UPDATE, {"input": given | {"rule": review()}})).data["ruleUpdate"]
    gone = (await ask_merchant(ARCHIVE, {"input": given | {"handle": "\x00"}})).data["ruleArchive"]

    assert [error["code"] for error in taken["userErrors"]] == ["HANDLE_TAKEN"]
    assert [error["code"] for error in missing["userErrors"]] == ["RULE_NOT_FOUND"]
    assert [error["code"] for error in gone["userErrors"]] == ["RULE_NOT_FOUND"]
    assert await revision_of(ask_merchant) == start

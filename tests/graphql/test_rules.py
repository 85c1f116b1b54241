"""Rules by GraphQL: typed in and out, checked by the engine, never lost between two editors, and nothing is code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.graphql_requests import Ask

CREATE = """
mutation ($input: RuleCreateInput!) { ruleCreate(input: $input) {
    rule { handle title enabled trigger scope priority group testOrders rounding eventName
        formula { kind points factor rates { currencyCode pointsPerUnit } }
        condition { position parent kind field operator values amounts { amount currencyCode } }
        audience { kind field values } window { startsAt endsAt } multipliersStack
        multipliers { factor condition { field } window { startsAt } }
        exclude { tax shipping giftCards giftCardPaid productTags productIds collectionIds customerTags }
        caps { handle per period points } hold { kind days event atMostDays }
        expiry { kind days months round month day graceDays } }
    programDraft { revision definition { rules { handle } } }
    userErrors { field message code } } }
"""
UPDATE = """
mutation ($input: RuleUpdateInput!) { ruleUpdate(input: $input) {
    rule { handle formula { points } } programDraft { revision } userErrors { field message code } } }
"""
ARCHIVE = """
mutation ($input: RuleArchiveInput!) { ruleArchive(input: $input) {
    programDraft { revision definition { rules { handle } } } userErrors { field message code } } }
"""
PROGRAM = """
mutation ($input: ProgramUpdateInput!) { programUpdate(input: $input) {
    programDraft { revision definition { name timeZone multiplierCeiling reminderDays tagsExcluded
        groups { handle mode } refunds { taking shortfall restoreMinimumDays }
        transfers { enabled pointsPerDay minimum } } }
    userErrors { field message code } } }
"""
ROLLBACK = """
mutation ($input: ProgramRollbackInput!) { programRollback(input: $input) {
    programVersion { version definition { rules { handle } } } userErrors { field code } } }
"""
DRAFT = "{ programDraft { revision definition { rules { handle } } } }"


def review(**given: Any) -> dict[str, Any]:
    """A rule of 50 points for a review, unless told otherwise."""
    return {"handle": "review", "title": "Reviews", "trigger": "REVIEW", "formula": {"fixed": 50}} | given


def per_order(**given: Any) -> dict[str, Any]:
    """A rule of 50 points for each order, unless told otherwise."""
    return {"handle": "order", "title": "Orders", "trigger": "ORDER_PAID", "formula": {"fixed": 50}} | given


async def create(ask: Ask, rule: dict[str, Any], revision: int = 1, **options: Any) -> dict[str, Any]:
    """The payload of adding a rule to the draft."""
    reply = await ask(CREATE, {"input": {"expectedRevision": revision, "rule": rule}}, **options)
    payload: dict[str, Any] = reply.data["ruleCreate"]
    return payload


async def revision_of(ask: Ask) -> int:
    """The draft's revision."""
    return int((await ask(DRAFT)).data["programDraft"]["revision"])


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


async def test_a_rule_with_nothing_but_its_formula_gets_the_defaults(ask_merchant: Ask) -> None:
    made = (await create(ask_merchant, review(), await revision_of(ask_merchant)))["rule"]

    assert (made["scope"], made["enabled"], made["priority"], made["rounding"]) == ("EVENT", True, 100, "HALF_EVEN")
    assert made["formula"] == {"kind": "FIXED", "points": 50, "factor": None, "rates": []}
    assert (made["condition"], made["audience"], made["caps"], made["window"]) == ([], [], [], None)
    assert made["hold"] == {"kind": "NONE", "days": None, "event": None, "atMostDays": None}
    assert (made["expiry"]["kind"], made["expiry"]["days"]) == ("AFTER", 365)


@pytest.mark.parametrize(
    ("expiry", "kind", "field", "value"),
    [
        ({"never": True}, "NEVER", "days", None),
        ({"inactivityDays": 90}, "INACTIVITY", "days", 90),
        ({"calendar": {"month": 12, "day": 31, "graceDays": 7}}, "CALENDAR", "graceDays", 7),
    ],
)
async def test_each_kind_of_expiry_is_taken(
    ask_merchant: Ask, expiry: dict[str, Any], kind: str, field: str, value: int | None
) -> None:
    made = (await create(ask_merchant, review(expiry=expiry), await revision_of(ask_merchant)))["rule"]["expiry"]

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


def nested(levels: int) -> dict[str, Any]:
    """A condition that many levels deep."""
    condition: dict[str, Any] = {"compare": {"field": "order.units", "operator": "GT", "values": ["1"]}}
    for _ in range(levels - 1):
        condition = {"all": [condition]}
    return condition


COMPARE = {"field": "order.units", "operator": "GT", "values": ["1"]}
WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"handle": "No Good"}, ["input", "rule", "handle"]),
    ({"title": ""}, ["input", "rule", "title"]),
    ({"title": "x" * 81}, ["input", "rule", "title"]),
    ({"formula": {}}, ["input", "rule"]),
    ({"formula": {"fixed": 5, "perUnit": 5}}, ["input", "rule"]),
    ({"formula": {"fixed": 0}}, ["input", "rule", "formula", "fixed", "points"]),
    ({"formula": {"fixed": -5}}, ["input", "rule", "formula", "fixed", "points"]),
    ({"formula": {"perMoney": [{"currencyCode": "USD", "pointsPerUnit": "1000000"}]}},
     ["input", "rule", "formula", "perMoney", "rates", "USD"]),
    ({"formula": {"perMoney": [{"currencyCode": "USD", "pointsPerUnit": "-1"}]}},
     ["input", "rule", "formula", "perMoney", "rates", "USD"]),
    ({"trigger": "REVIEW", "formula": {"perUnit": 5}}, ["input", "rule"]),
    ({"trigger": "CUSTOM"}, ["input", "rule"]),
    ({"condition": {"compare": COMPARE | {"field": "__import__('os')"}}}, ["input", "rule", "condition", "compare"]),
    ({"condition": {"compare": COMPARE | {"values": ["(a+)+$"]}}}, ["input", "rule", "condition", "compare"]),
    ({"condition": {"compare": COMPARE | {"values": []}}}, ["input", "rule", "condition", "compare"]),
    ({"condition": {"compare": COMPARE | {"values": ["1", "2"]}}}, ["input", "rule", "condition", "compare"]),
    ({"condition": {"compare": COMPARE | {"operator": "CONTAINS"}}}, ["input", "rule", "condition", "compare"]),
    ({"condition": {"compare": COMPARE | {"operator": "IN", "values": ["1"] * 251}}},
     ["input", "rule", "condition", "compare"]),
    ({"condition": {}}, ["input", "rule"]),
    ({"condition": {"all": []}}, ["input", "rule", "condition", "all", "conditions"]),
    ({"condition": {"all": [], "compare": COMPARE}}, ["input", "rule"]),
    ({"condition": nested(7)}, ["input", "rule", "condition"]),
    ({"condition": {"all": [{"compare": COMPARE}] * 51}}, ["input", "rule", "condition"]),
    ({"audience": {"compare": COMPARE}}, ["input", "rule"]),
    ({"window": {"startsAt": "2026-11-28T00:00:00", "endsAt": "2026-11-27T00:00:00"}}, ["input", "rule", "window"]),
    ({"caps": [{"handle": "c", "period": "DAY", "points": 1}] * 2}, ["input", "rule"]),
    ({"caps": [{"handle": "c", "period": "DAY", "points": 0}]}, ["input", "rule", "caps", "0", "points"]),
    ({"priority": -1}, ["input", "rule", "priority"]),
    ({"hold": {"days": 0}}, ["input", "rule", "hold", "days", "days"]),
    ({"hold": {"until": {"event": "RETURN_WINDOW"}}}, ["input", "rule", "hold", "until"]),
    ({"expiry": {"after": {}}}, ["input", "rule", "expiry", "after"]),
    ({"expiry": {"never": True, "inactivityDays": 5}}, ["input", "rule"]),
    ({"expiry": {"calendar": {"month": 2, "day": 30}}}, ["input", "rule", "expiry", "calendar"]),
    ({"expiry": {"inactivityDays": -1}}, ["input", "rule", "expiry", "inactivity", "days"]),
    ({"group": "none"}, ["input", "rule"]),
    ({"formula": {"multiply": "2"}}, ["input", "rule"]),
]  # fmt: skip


async def test_a_rule_that_makes_no_sense_is_refused_with_its_place_and_changes_nothing(ask_merchant: Ask) -> None:
    start = await revision_of(ask_merchant)

    for given, place in WRONG:
        payload = await create(ask_merchant, per_order(**given), start)
        assert payload["rule"] is None
        assert {error["code"] for error in payload["userErrors"]} == {"INVALID"}, given
        assert place in [error["field"] for error in payload["userErrors"]], payload["userErrors"]
        assert all(error["message"] for error in payload["userErrors"])

    assert await revision_of(ask_merchant) == start


UNKEPT: list[dict[str, Any]] = [
    {"title": "\x00"},
    {"title": "\ud800"},
    {"exclude": {"productTags": ["a\x00"]}},
    {"condition": {"compare": {"field": "order.tags", "operator": "CONTAINS", "values": ["\x00"]}}},
    {"condition": {"compare": {"field": "\x00", "operator": "CONTAINS", "values": ["a"]}}},
]
MISSHAPEN: list[dict[str, Any]] = [
    {"trigger": "NEVER"},
    {"formula": {"fixed": 1.5}},
    {"formula": {"fixed": 2**53}},
    {"formula": {"code": "1+1"}},
    {"window": {"startsAt": "2026-11-27T00:00:00Z"}},
    {"window": {"startsAt": "tomorrow"}},
    {"condition": nested(30)},
]


async def test_a_text_that_no_database_keeps_is_the_caller_s_mistake(ask_merchant: Ask) -> None:
    for given in UNKEPT:
        reply = await ask_merchant(CREATE, {"input": {"expectedRevision": 1, "rule": per_order(**given)}})
        assert (reply.status, reply.codes) == (200, ["BAD_USER_INPUT"]), given


async def test_what_has_the_wrong_shape_is_the_request_s_mistake(ask_merchant: Ask) -> None:
    for given in MISSHAPEN:
        reply = await ask_merchant(CREATE, {"input": {"expectedRevision": 1, "rule": per_order(**given)}})
        assert reply.status == 400, given


async def test_what_the_program_says_besides_its_rules_is_changed_in_part(ask_merchant: Ask) -> None:
    start = await revision_of(ask_merchant)
    program = {
        "name": "Club", "timeZone": "Europe/Berlin", "multiplierCeiling": "3", "reminderDays": [14, 3],
        "groups": [{"handle": "g", "mode": "BEST_OF"}], "refunds": {"shortfall": "WRITE_OFF"},
        "transfers": {"enabled": True, "pointsPerDay": 500}, "tagsExcluded": ["staff"],
    }  # fmt: skip

    first = (await ask_merchant(PROGRAM, {"input": {"expectedRevision": start, "program": program}})).data
    second = (
        await ask_merchant(
            PROGRAM,
            {"input": {"expectedRevision": start + 1, "program": {"removeMultiplierCeiling": True, "name": "Guild"}}},
        )
    ).data["programUpdate"]["programDraft"]["definition"]

    assert first["programUpdate"]["programDraft"]["definition"] == {
        "name": "Club", "timeZone": "Europe/Berlin", "multiplierCeiling": "3", "reminderDays": [14, 3],
        "tagsExcluded": ["staff"], "groups": [{"handle": "g", "mode": "BEST_OF"}],
        "refunds": {"taking": "LATEST_END_FIRST", "shortfall": "WRITE_OFF", "restoreMinimumDays": 30},
        "transfers": {"enabled": True, "pointsPerDay": 500, "minimum": 1},
    }  # fmt: skip
    assert (second["name"], second["multiplierCeiling"], second["timeZone"]) == ("Guild", None, "Europe/Berlin")


WRONG_PROGRAMS: list[tuple[dict[str, Any], list[str]]] = [
    ({"timeZone": "Moon/Sea"}, ["input", "program", "timeZone"]),
    ({"timeZone": "../../etc/passwd"}, ["input", "program", "timeZone"]),
    ({"name": ""}, ["input", "program", "name"]),
    ({"multiplierCeiling": "0"}, ["input", "program", "multiplierCeiling"]),
    ({"reminderDays": [0]}, ["input", "program", "reminderDays", "0"]),
    ({"reminderDays": [5, 5]}, ["input", "program"]),
    ({"refunds": {"restoreMinimumDays": -1}}, ["input", "program", "refunds", "restoreMinimumDays"]),
]


async def test_what_makes_no_sense_of_a_program_is_refused(ask_merchant: Ask) -> None:
    start = await revision_of(ask_merchant)

    for given, place in WRONG_PROGRAMS:
        payload = (await ask_merchant(PROGRAM, {"input": {"expectedRevision": start, "program": given}})).data
        errors = payload["programUpdate"]["userErrors"]
        assert [(error["code"], error["field"]) for error in errors] == [("INVALID", place)], given

    assert await revision_of(ask_merchant) == start


async def test_an_earlier_version_is_published_again(ask_merchant: Ask) -> None:
    await create(ask_merchant, review(), await revision_of(ask_merchant))
    await ask_merchant("mutation { programPublish(input: {}) { programVersion { version } } }")

    stale = (await ask_merchant(ROLLBACK, {"input": {"version": 1, "expectedLatest": 1}})).data["programRollback"]
    unknown = (await ask_merchant(ROLLBACK, {"input": {"version": 9}})).data["programRollback"]
    back = (await ask_merchant(ROLLBACK, {"input": {"version": 1, "expectedLatest": 2}})).data["programRollback"]
    listed = (await ask_merchant("{ programVersions { version publishedBy } }")).data["programVersions"]

    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CHANGED"]
    assert [error["code"] for error in unknown["userErrors"]] == ["NO_SUCH_VERSION"]
    assert back["programVersion"] == {
        "version": 3, "definition": {"rules": [{"handle": "purchase"}, {"handle": "sign-up"}]},
    }  # fmt: skip
    assert listed[0] == {"version": 3, "publishedBy": "staff:17"}


async def test_the_fields_that_conditions_can_ask_about_are_listed(ask_merchant: Ask) -> None:
    fields = (await ask_merchant("{ conditionFields { name kind operators } }")).data["conditionFields"]

    assert {"name": "member.subscribed", "kind": "BOOLEAN", "operators": ["EQ", "NE", "EXISTS"]} in fields
    assert [field["name"] for field in fields] == sorted(field["name"] for field in fields)

"""Rules that make no sense, by GraphQL: refused with the place of the fault, and nothing in them is ever code."""

from __future__ import annotations

from typing import Any

from tests.support.graphql_requests import Ask
from tests.support.rule_requests import CREATE, create, per_order, revision_of


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

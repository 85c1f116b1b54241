"""Ways to earn: every trigger, formula and limit in words that a shopper understands, in their language."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.program import default_definition
from engine.rules.definitions import Definition, Group
from engine.rules.rule import Rule
from laurel_graphql.types.ways import WayToEarn, ways_to_earn

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def rule(**given: Any) -> Rule:
    """A rule that gives 50 points for each order, unless told otherwise."""
    return Rule.model_validate(
        {"handle": "one", "title": "One", "trigger": "order_paid", "formula": {"kind": "fixed", "points": 50}} | given
    )


def ways(*rules: Rule, language: str = "en", zone: str = "UTC", **given: Any) -> list[WayToEarn]:
    """What shoppers of a program with these rules are told."""
    return ways_to_earn(Definition(name="Program", time_zone=zone, rules=rules, **given), "USD", language, NOW)


@pytest.mark.parametrize(
    ("given", "kind", "english", "chinese"),
    [
        ({"trigger": "order_paid"}, "PURCHASE", "50 points for every order.", "每笔订单可得 50 积分。"),
        ({"trigger": "order_fulfilled"}, "FULFILLMENT", "50 points for every order.", "每笔订单可得 50 积分。"),
        ({"trigger": "sign_up"}, "SIGN_UP", "50 points as soon as you have an account.", "注册账户即得 50 积分。"),
        ({"trigger": "review"}, "REVIEW", "50 points for a review.", "每条评价可得 50 积分。"),
        ({"trigger": "birthday"}, "BIRTHDAY", "50 points on your birthday.", "生日当天可得 50 积分。"),
        ({"trigger": "newsletter"}, "NEWSLETTER", "50 points when you subscribe.", "订阅即得 50 积分。"),
        ({"trigger": "visit"}, "VISIT", "50 points for a visit.", "每次访问可得 50 积分。"),
        ({"trigger": "custom", "event_name": "quiz"}, "CUSTOM", "50 points each time.", "每次可得 50 积分。"),
        (
            {"formula": {"kind": "per_unit", "points": 1}}, "PURCHASE",
            "1 point for every item that you buy.", "每购买一件商品可得 1 积分。",
        ),
        (
            {"formula": {"kind": "per_money", "rates": {"USD": "2"}}}, "PURCHASE",
            "2 points for every $1 that you spend on goods.", "购买商品每消费 US$1 可得 2 积分。",
        ),
        (
            {"scope": "line"}, "PURCHASE",
            "50 points for every product that takes part.", "每件参与活动的商品可得 50 积分。",
        ),
    ],
)  # fmt: skip
def test_each_rule_says_what_it_pays(given: dict[str, Any], kind: str, english: str, chinese: str) -> None:
    (way,) = ways(rule(**given))
    (translated,) = ways(rule(**given), language="zh-CN")

    assert (way.kind.name, way.title, way.description) == (kind, "One", english)
    assert translated.description == chinese


def test_a_multiplying_rule_says_by_how_much() -> None:
    doubled = rule(formula={"kind": "multiply", "factor": "1.5"}, group="all")

    (way,) = ways(doubled, groups=(Group(handle="all", mode="multiply"),))

    assert (way.description, way.points) == ("1.5 times the points.", None)


def test_the_rules_that_every_program_starts_with_are_told_in_the_shopper_s_language() -> None:
    found = ways_to_earn(default_definition(), "USD", "zh-CN", NOW)

    assert [(way.title, way.points, way.limits) for way in found] == [("购买商品", None, []), ("注册会员", 100, [])]


def test_what_the_staff_report_and_what_is_switched_off_is_no_way_to_earn() -> None:
    assert ways(rule(trigger="manual"), rule(handle="off", enabled=False)) == []


def test_a_way_is_told_with_everything_that_bounds_it() -> None:
    member = {"kind": "compare", "field": "member.tags", "operator": "contains", "value": "vip"}
    product = {"kind": "compare", "field": "product.tags", "operator": "contains", "value": "new"}
    total = {"kind": "compare", "field": "order.base", "operator": "ge", "value": "50"}
    bounded = rule(
        formula={"kind": "per_money", "rates": {"USD": "1"}}, audience=member, condition=total,
        multipliers=[{"factor": "2", "condition": product}, {"factor": "3.5"}],
        caps=[{"handle": "m", "period": "month", "points": 1000}, {"handle": "p", "per": "program", "period": "day",
               "points": 5}],
        hold={"kind": "until", "event": "return_window", "days": 14},
    )  # fmt: skip

    (way,) = ways(bounded)

    assert way.limits == [
        "For certain members.",
        "For certain orders.",
        "Up to 3.5 times the points on certain products.",
        "At most 1,000 points a month.",
        "The points can be spent 14 days after delivery.",
    ]


@pytest.mark.parametrize(
    ("hold", "limit"),
    [
        ({"kind": "days", "days": 1}, "The points can be spent after 1 day."),
        ({"kind": "until", "event": "fulfilled"}, "The points can be spent once the order was sent."),
        ({"kind": "until", "event": "delivered"}, "The points can be spent once the order was delivered."),
    ],
)
def test_a_hold_says_when_the_points_can_be_spent(hold: dict[str, Any], limit: str) -> None:
    assert ways(rule(hold=hold))[0].limits == [limit]


def test_a_window_is_told_as_instants_of_the_program_s_zone_and_a_past_one_not_at_all() -> None:
    coming = rule(window={"starts_at": "2026-11-27T00:00:00", "ends_at": "2026-11-28T00:00:00"})
    over = rule(handle="over", window={"ends_at": "2026-11-22T00:00:00"})

    (way,) = ways(coming, over, zone="America/New_York")

    assert (way.starts_at, way.ends_at) == (
        datetime(2026, 11, 27, 5, tzinfo=UTC), datetime(2026, 11, 28, 5, tzinfo=UTC),
    )  # fmt: skip


def test_ways_come_by_priority() -> None:
    found = ways(rule(handle="b"), rule(handle="c", priority=5), rule(handle="a"))

    assert [way.handle for way in found] == ["c", "b", "a"]


def test_rates_are_told_by_currency() -> None:
    (way,) = ways(rule(formula={"kind": "per_money", "rates": {"USD": "1", "JPY": "0.01"}}))

    assert {rate.currency_code: rate.points_per_unit for rate in way.rates} == {
        "USD": Decimal(1), "JPY": Decimal("0.01"),
    }  # fmt: skip

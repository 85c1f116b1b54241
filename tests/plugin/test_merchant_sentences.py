"""A rule as one plain sentence, in English and Chinese, and conditions read aloud."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from plugin.merchant.condition_words import builder_facts, condition_text, tree_of
from plugin.merchant.definitions import NEW_RULE, changes, definition_of
from plugin.merchant.problems import problem_patterns
from plugin.merchant.sentences import sentence_of
from plugin.merchant.texts import MODULES, TEXTS
from plugin.merchant.words import Words

ENGLISH, CHINESE = Words("en", "UTC"), Words("zh-CN", "UTC")


def rule(**changed: Any) -> dict[str, Any]:
    """A rule for purchases in dollars, with some parts changed."""
    made = copy.deepcopy(NEW_RULE) | {"handle": "purchase", "title": "Purchases"}
    made["formula"] = {"kind": "per_money", "rates": {"USD": "1"}, "points": None, "factor": None}
    return made | changed


def compare(field: str, operator: str, *values: str) -> dict[str, Any]:
    """One question."""
    return {"kind": "compare", "field": field, "operator": operator, "values": list(values), "amounts": []}


def fixed(points: int) -> dict[str, Any]:
    """A formula of so many points."""
    return {"kind": "fixed", "rates": {}, "points": points, "factor": None}


def test_the_usual_rule_is_as_short_as_it_can_be() -> None:
    assert sentence_of(rule(), ENGLISH) == "1 point per 1 USD, gone after 365 days."
    assert sentence_of(rule(), CHINESE) == "每 1 USD 得 1 积分，365 天后失效。"


def test_a_rule_that_counts_for_no_tier_says_so() -> None:
    said = "1 point per 1 USD, not counted for tiers, gone after 365 days."
    assert sentence_of(rule(counts_for_tier=False), ENGLISH) == said
    assert "不计入等级" in sentence_of(rule(counts_for_tier=False), CHINESE)


def test_currencies_of_one_rate_stand_together_the_best_first() -> None:
    formula = {"kind": "per_money", "rates": {"JPY": "0.01", "USD": "1.5", "EUR": "1.50"}, "points": None}

    said = sentence_of(rule(formula=formula), ENGLISH)

    assert said == "1.5 points per 1 EUR or USD, 0.01 points per 1 JPY, gone after 365 days."


def test_limits_holds_and_windows_are_told_in_their_order() -> None:
    made = rule(
        caps=[{"handle": "a", "per": "member", "period": "day", "points": 500}],
        hold={"kind": "until", "event": "return_window", "days": 14, "at_most_days": 60},
        window={"starts_at": "2026-12-01T00:00:00", "ends_at": "2026-12-25T18:30:00"},
    )

    assert sentence_of(made, ENGLISH) == (
        "1 point per 1 USD, at most 500 a day, from Dec 1, 2026 to Dec 25, 2026, 18:30, "
        "held until 14 days after delivery, gone after 365 days."
    )
    assert sentence_of(made, CHINESE) == (
        "每 1 USD 得 1 积分，每天最多 500 积分，2026年12月1日 至 2026年12月25日, 18:30，"
        "送达 14 天后可用，365 天后失效。"
    )


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ("sign_up", "50 points for joining, gone after 365 days."),
        ("birthday", "50 points on the birthday, gone after 365 days."),
        ("custom", "50 points for each event “app.install”, gone after 365 days."),
        ("order_fulfilled", "50 points when an order was sent, gone after 365 days."),
    ],
)
def test_what_is_paid_for_is_named(trigger: str, said: str) -> None:
    event = "app.install" if trigger == "custom" else None

    assert sentence_of(rule(trigger=trigger, event_name=event, formula=fixed(50)), ENGLISH) == said


@pytest.mark.parametrize(
    ("expiry", "said"),
    [
        ({"kind": "never"}, "never gone"),
        ({"kind": "after", "days": None, "months": 1, "round": "none"}, "gone after 1 month"),
        ({"kind": "after", "days": None, "months": 12, "round": "year"}, "gone at the end of the year 12 months later"),
        ({"kind": "calendar", "month": 12, "day": 31, "grace_days": 0}, "gone after every Dec 31"),
        ({"kind": "calendar", "month": 2, "day": 29, "grace_days": 30}, "gone 30 days after every Feb 29"),
        ({"kind": "inactivity", "days": 180}, "gone after 180 days without a purchase"),
    ],
)
def test_every_end_has_its_words(expiry: dict[str, Any], said: str) -> None:
    assert sentence_of(rule(expiry=expiry), ENGLISH) == f"1 point per 1 USD, {said}."


def test_multipliers_say_when_they_count() -> None:
    window = {"starts_at": "2026-11-27T00:00:00", "ends_at": None}
    multipliers = [
        {"factor": "2", "condition": compare("product.tags", "contains", "tea"), "window": None},
        {"factor": "3", "condition": None, "window": window},
    ]

    said = sentence_of(rule(multipliers=multipliers), ENGLISH)

    assert "times 2 when the product's tags include “tea”, times 3 from Nov 27, 2026 on" in said


def test_only_unusual_exclusions_are_told() -> None:
    exclude = NEW_RULE["exclude"] | {"tax": False, "gift_card_paid": True, "product_tags": ["sale", "outlet"]}

    said = sentence_of(rule(exclude=exclude), ENGLISH)

    assert said == (
        "1 point per 1 USD, tax counted, what gift cards paid not counted, "
        "nothing for products tagged “sale” or “outlet”, gone after 365 days."
    )


def test_nested_conditions_read_with_their_groups() -> None:
    nodes: list[dict[str, object]] = [
        {"kind": "ALL", "parent": None},
        {"kind": "COMPARE", "parent": 0, "field": "order.base", "operator": "GE", "values": ["50"], "amounts": []},
        {"kind": "NOT", "parent": 0},
        {"kind": "ANY", "parent": 2},
        {"kind": "COMPARE", "parent": 3, "field": "member.tags", "operator": "IN", "values": ["a", "b"], "amounts": []},
        {"kind": "COMPARE", "parent": 3, "field": "member.subscribed", "operator": "EQ", "values": ["true"],
         "amounts": []},
    ]  # fmt: skip

    tree = tree_of(nodes)

    assert tree is not None
    assert condition_text(tree, ENGLISH) == (
        "the amount that earns is at least 50 and not (the customer's tags include one of “a” or “b” or "
        "the newsletter subscription is yes)"
    )
    assert condition_text(tree, CHINESE).startswith("计分金额不低于 50且不满足（")


def test_amounts_per_currency_are_money() -> None:
    question = compare("order.total", "ge") | {
        "amounts": [{"amount": "50", "currencyCode": "USD"}, {"amount": "4500", "currencyCode": "JPY"}]
    }

    assert condition_text(question, ENGLISH) == "the order's total is at least $50 or ¥4,500"


def test_the_builder_knows_every_field_in_every_language() -> None:
    for words in (ENGLISH, CHINESE):
        facts = builder_facts(words)
        assert {"order.base", "member.tags", "event.fields."} <= {field["name"] for field in facts["fields"]}
        assert facts["operators"]["money"][0]["name"] == "ge"


def test_changes_of_a_draft_are_named_by_title() -> None:
    live = {"name": "A", "rules": [rule(), rule(handle="old", title="Old")]}
    drafted = {"name": "B", "rules": [rule(test_orders=True), rule(handle="new", title="New")]}

    assert list(changes(live, drafted)) == [
        ("changed", "Purchases"),
        ("added", "New"),
        ("removed", "Old"),
        ("settings", ""),
    ]
    assert list(changes(live, live)) == []
    assert list(changes(None, drafted)) == []


def test_a_definition_of_the_schema_becomes_the_engines_words() -> None:
    given = {
        "timeZone": "UTC",
        "rules": [{"formula": {"kind": "PER_MONEY", "rates": [{"currencyCode": "USD", "pointsPerUnit": "2"}]},
                   "audience": [], "exclude": {"productIds": ["gid://shopify/Product/7"]}}],
        "refunds": {"taking": "LATEST_END_FIRST"},
    }  # fmt: skip

    assert definition_of(given) == {
        "time_zone": "UTC",
        "rules": [{"formula": {"kind": "per_money", "rates": {"USD": "2"}}, "audience": None,
                   "exclude": {"product_ids": ["7"]}}],
        "refunds": {"taking": "latest_end_first"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("message", "english", "chinese"),
    [
        ("Input should be greater than or equal to 1", "Enter 1 or more.", "请输入不小于 1 的数。"),
        (
            "9000 points wanted, 229 available.",
            "The member can spend 229 points and no more.",
            "会员可用积分只有 229。",
        ),
        (
            "String should match pattern '^[a-z0-9]'",
            "Use only a–z, 0–9 and dashes, and begin with a letter or digit.",
            "仅限 a–z、0–9 和连字符，并以字母或数字开头。",
        ),
        (
            "The draft has changed since it was read.",
            "Somebody else changed this in the meantime.",
            "其他人已修改此内容。",
        ),
    ],
)
def test_what_the_schema_objects_to_has_words_in_both_languages(message: str, english: str, chinese: str) -> None:
    for words, said in ((ENGLISH, english), (CHINESE, chinese)):
        found = ((re.search(pattern, message), text) for pattern, text in problem_patterns(words))
        match, text = next((match, text) for match, text in found if match)
        assert text.format(next(iter(match.groups()), "")) == said


def test_no_two_modules_have_a_text_of_the_same_key() -> None:
    assert sum(len(module.ENGLISH) for module in MODULES) == len(TEXTS["en"])
    assert sum(len(module.CHINESE) for module in MODULES) == len(TEXTS["zh-CN"])

"""What meets a condition: every operator over every kind of field, and what nobody knows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.rules.conditions import Condition, Node
from engine.rules.verdicts import Seen, evaluate
from tests.support.rules import compare

CONDITION: TypeAdapter[Node] = TypeAdapter(Condition)


def met(condition: dict[str, Any], seen: Seen, currency: str = "") -> bool:
    return evaluate(CONDITION.validate_python(condition), lambda field: seen, currency).met


@pytest.mark.parametrize(
    ("field", "operator", "value", "seen", "expected"),
    [
        ("order.units", "eq", 3, 3, True),
        ("order.units", "ne", 3, 3, False),
        ("order.units", "lt", "3.5", 3, True),
        ("order.units", "le", 3, 3, True),
        ("order.units", "gt", 3, 3, False),
        ("order.units", "ge", 3, 3, True),
        ("order.units", "in", [1, 3], 3, True),
        ("order.units", "not_in", [1, 3], 3, False),
        ("order.base", "ge", "50.00", Decimal("49.99"), False),
        ("order.base", "ge", "50.00", Decimal(50), True),
        ("member.tier", "eq", "Gold", "gold", True),
        ("member.tier", "in", ["gold", "Silver"], "SILVER", True),
        ("member.tier", "not_in", ["gold"], "silver", True),
        ("member.tier", "contains", "old", "gold", True),
        ("member.tier", "starts_with", "go", "gold", True),
        ("member.tier", "starts_with", "old", "gold", False),
        ("member.tags", "contains", "vip", ("VIP", "b2b"), True),
        ("member.tags", "contains", "vi", ("VIP",), False),
        ("member.tags", "starts_with", "vi", ("VIP",), True),
        ("member.tags", "in", ["x", "b2b"], ("VIP", "b2b"), True),
        ("member.tags", "not_in", ["x", "b2b"], ("VIP", "b2b"), False),
        ("member.tags", "not_in", ["x"], (), True),
        ("member.tags", "exists", None, (), False),
        ("member.tags", "exists", False, (), True),
        ("member.subscribed", "eq", True, True, True),
        ("member.subscribed", "ne", True, False, True),
        ("member.joined_on", "lt", "2026-01-01", date(2025, 12, 31), True),
        ("member.joined_on", "ge", "2026-01-01", date(2025, 12, 31), False),
        ("event.fields.rating", "ge", "4", Decimal("4.5"), True),
        ("event.fields.rating", "ge", "many", Decimal("4.5"), False),
        ("event.fields.rating", "eq", True, True, True),
        ("event.fields.place", "in", ["Bern", "Basel"], "basel", True),
    ],
)
def test_what_is_seen_meets_what_is_asked(field: str, operator: str, value: Any, seen: Seen, expected: bool) -> None:
    assert met(compare(field, operator, value), seen) is expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [("eq", "gold", False), ("ne", "gold", True), ("in", ["gold"], False), ("not_in", ["gold"], True),
     ("exists", True, False), ("exists", False, True), ("contains", "g", False)],
)  # fmt: skip
def test_what_nobody_knows_is_unlike_everything(operator: str, value: Any, expected: bool) -> None:
    assert met(compare("member.tier", operator, value), None) is expected


def test_amounts_are_compared_in_the_orders_own_currency_and_never_across() -> None:
    asked = compare("order.base", "ge", amounts={"USD": 50, "JPY": 7000})

    assert met(asked, Decimal(50), "USD")
    assert not met(asked, Decimal(6999), "JPY")
    assert not met(asked, Decimal(1_000_000), "EUR")


def test_parts_are_joined_by_all_any_and_not_and_every_one_is_looked_at() -> None:
    tree = {
        "kind": "any",
        "conditions": [
            {"kind": "not", "condition": compare("order.units", "gt", 5)},
            {"kind": "all", "conditions": [compare("order.units", "gt", 1), compare("order.units", "lt", 9)]},
        ],
    }
    verdict = evaluate(CONDITION.validate_python(tree), lambda field: 7)

    assert verdict.met
    assert [leaf.met for leaf in verdict.leaves()] == [True, True, True]
    assert [part.met for part in verdict.parts] == [False, True]


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("member.tags", "lt", "x"),
        ("member.subscribed", "gt", True),
        ("member.subscribed", "eq", "perhaps"),
        ("order.units", "eq", "three"),
        ("order.units", "eq", "NaN"),
        ("order.units", "eq", "1e40"),
        ("order.units", "in", 3),
        ("order.units", "in", []),
        ("order.units", "eq", [3]),
        ("member.tier", "eq", None),
        ("member.tier", "eq", ""),
        ("member.joined_on", "lt", "yesterday"),
        ("member.tier", "matches", ".*"),
        ("event.fields.__class__.x", "eq", "x"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(field: str, operator: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        CONDITION.validate_python(compare(field, operator, value))


def test_amounts_are_for_money_only() -> None:
    with pytest.raises(ValidationError, match="amounts per currency are for money"):
        CONDITION.validate_python(compare("order.units", "ge", amounts={"USD": 1}))
    with pytest.raises(ValidationError, match="unknown currency"):
        CONDITION.validate_python(compare("order.base", "ge", amounts={"ZZZ": 1}))

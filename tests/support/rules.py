"""Definitions for the tests of rules, in few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.events import Order, Refund
from engine.rules.deciding import decide_order
from engine.rules.definitions import Definition
from engine.rules.facts import DecidedFrom, MemberFacts, ProductTraits
from engine.rules.order_state import OrderState
from engine.rules.outcomes import RuleOutcome

NOBODY = MemberFacts()
DOLLAR_RATE = {"kind": "per_money", "rates": {"USD": 1}}


def rule(handle: str = "purchase", **parts: Any) -> dict[str, Any]:
    """A rule as plain data: a point per dollar, unless told otherwise."""
    return {"handle": handle, "title": handle, "trigger": "order_paid", "formula": DOLLAR_RATE, **parts}


def fixed(handle: str, points: int, **parts: Any) -> dict[str, Any]:
    """A rule that gives a number of points."""
    return rule(handle, formula={"kind": "fixed", "points": points}, **parts)


def compare(field: str, operator: str, value: Any = None, **parts: Any) -> dict[str, Any]:
    """A comparison as plain data."""
    return {"kind": "compare", "field": field, "operator": operator, "value": value, **parts}


def program(*rules: dict[str, Any], **parts: Any) -> Definition:
    """A definition of these rules."""
    return Definition.model_validate({"name": "Tested", "rules": list(rules), **parts})


def decided_from(
    one: Order, member: MemberFacts = NOBODY, products: dict[int, ProductTraits] | None = None
) -> DecidedFrom:
    """What an order is decided from."""
    return DecidedFrom(one.occurred_at, member, products or {})


def outcomes(
    definition: Definition,
    one: Order,
    *refunds: Refund,
    member: MemberFacts = NOBODY,
    products: dict[int, ProductTraits] | None = None,
) -> dict[str, RuleOutcome]:
    """What an order is worth by each rule, by the rule's handle."""
    decision = decide_order(definition, OrderState(one, refunds), decided_from(one, member, products))
    return {outcome.rule.handle: outcome for outcome in decision.outcomes}


def points(definition: Definition, one: Order, *refunds: Refund, **known: Any) -> dict[str, int]:
    """The points that are due by each rule, refunds taken back."""
    return {handle: outcome.due() for handle, outcome in outcomes(definition, one, *refunds, **known).items()}


def with_lines(one: Order, changes: Sequence[dict[str, Any]]) -> Order:
    """The order with the fields of its lines changed, in their order."""
    lines = tuple(replace(line, **change) for line, change in zip(one.lines, changes, strict=True))
    return replace(one, lines=lines)

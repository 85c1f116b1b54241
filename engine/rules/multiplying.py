"""What makes a line or event worth more: a rule's own multipliers, rules of its group, a tier's or plan's privilege."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from functools import reduce

from engine.events import OrderLine
from engine.rules.assessments import ONE, Asked
from engine.rules.reading import Reading
from engine.rules.rule import Multiplier, Multiply, PerMoney, Rule
from engine.rules.verdicts import Look, evaluate

_EXACT = Context(prec=1_000)
"""Enough digits for every product of factors that a definition can have: nothing is ever rounded here."""


def asked_multipliers(
    reading: Reading, rule: Rule, look: Look, currency: str, line: OrderLine | None
) -> tuple[Asked, ...]:
    """Every multiplier that may make something worth more, with whether it does: the rule's own, then its group's."""
    own = [_ask(reading, one, look, currency) for one in rule.multipliers]
    groups = [_ask_rule(reading, one, look, currency, line) for one in reading.definition.multiplying(rule)]
    return (*own, *groups, *_privilege(reading, rule))


def _privilege(reading: Reading, rule: Rule) -> tuple[Asked, ...]:
    """What the member's tier or plan makes money worth more by; it is named like a rule, with a colon."""
    privilege = reading.facts.member.privilege
    if privilege is None or not isinstance(rule.formula, PerMoney):
        return ()
    return (Asked(privilege.factor, met=True, rule=privilege.grantor),)


def _ask(reading: Reading, one: Multiplier, look: Look, currency: str) -> Asked:
    in_window = reading.is_within(one.window)
    condition = evaluate(one.condition, look, currency) if one.condition is not None else None
    return Asked(one.factor, in_window and (condition is None or condition.met), in_window, condition)


def _ask_rule(reading: Reading, rule: Rule, look: Look, currency: str, line: OrderLine | None) -> Asked:
    assert isinstance(rule.formula, Multiply)
    in_window = reading.is_within(rule.window)
    audience = evaluate(rule.audience, look, currency) if rule.audience is not None else None
    condition = evaluate(rule.condition, look, currency) if rule.condition is not None else None
    left_out = line is not None and reading.left_out(rule.exclude, line) is not None
    met = in_window and not left_out and not reading.excludes_customer(rule.exclude)
    met = met and all(verdict is None or verdict.met for verdict in (audience, condition))
    return Asked(rule.formula.factor, met, in_window, condition, audience, rule.handle)


def factor_of(rule: Rule, asked: Sequence[Asked], ceiling: Decimal | None) -> Decimal:
    """The rule's own factors, multiplied or the best of them, times those of group and privilege; up to the ceiling."""
    own = [one.factor for one in asked if one.met and one.rule is None]
    if rule.multipliers_stack == "best_of" and own:
        own = [max(own)]
    factors = [*own, *(one.factor for one in asked if one.met and one.rule is not None)]
    if not factors:
        return ONE
    product = reduce(_EXACT.multiply, factors)
    return product if ceiling is None else min(product, ceiling)

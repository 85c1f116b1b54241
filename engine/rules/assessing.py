"""What one rule makes of an order or event."""

from __future__ import annotations

from fractions import Fraction

from engine.events import MemberEvent
from engine.rules.assessments import ONE, Assessment
from engine.rules.counting import count_lines, count_refunds
from engine.rules.looking import OrderLook
from engine.rules.multiplying import asked_multipliers, factor_of
from engine.rules.outcomes import Reason
from engine.rules.reading import OrderReading, Reading
from engine.rules.rule import Fixed, PerMoney, PerUnit, Rule
from engine.rules.verdicts import evaluate


def assess(reading: OrderReading, rule: Rule) -> Assessment:
    """Work out what a rule makes of an order."""
    state = reading.state
    fulfilled = rule.trigger == "order_fulfilled"
    found = Assessment(rule, (state.fulfilled_at if fulfilled else None) or state.order.occurred_at)
    money = reading.money_of(rule)
    ask_member(reading, found)
    if money is None:
        found.reason, found.currency = "no_rate", state.order.presentment_currency
        return found
    count_lines(reading, found, money)
    look = OrderLook(state.order, money, found.whole, reading.units, reading.look)
    _ask_order(found, look)
    _value(reading, found, look)
    count_refunds(reading, found)
    found.reason = _reason(reading, found)
    return found


def ask_member(reading: Reading, found: Assessment) -> None:
    """Whether the rule is for this member, and now."""
    rule = found.rule
    if rule.audience is not None:
        found.audience = evaluate(rule.audience, reading.look)
    found.in_window = reading.is_within(rule.window)


def _reason(reading: OrderReading, found: Assessment) -> Reason | None:
    """The first thing that keeps a rule from giving, in the order in which a person would look for it."""
    rule, order = found.rule, reading.state.order
    if order.test and not rule.test_orders:
        return "test_order"
    missed = _missed(reading, found)
    if missed is not None:
        return missed
    if rule.trigger == "order_fulfilled" and reading.state.fulfilled_at is None:
        return "not_fulfilled"
    found.matched = found.base > 0
    if not found.matched and any(line.left_out == "condition" for line in found.lines):
        return "condition"
    return None if found.exact > 0 else "nothing_eligible"


def _ask_order(found: Assessment, look: OrderLook) -> None:
    rule = found.rule
    if rule.condition is None:
        found.base = found.whole
        return
    if rule.scope == "order":
        found.condition = evaluate(rule.condition, look, look.currency)
        found.base = found.whole
        return
    for line in found.lines:
        if line.left_out is None:
            line.verdict = evaluate(rule.condition, look.at(line.line), look.currency)
            line.left_out = None if line.verdict.met else "condition"
    found.base = max(0, sum(line.base for line in found.lines if line.left_out is None))


def _value(reading: OrderReading, found: Assessment, look: OrderLook) -> None:
    """The exact value of every line that counts, and of all."""
    rule, formula = found.rule, found.rule.formula
    counted = [line for line in found.lines if line.left_out is None]
    if rule.multipliers or rule.group is not None or reading.facts.member.privilege is not None:
        for line in counted:
            look.at(line.line)
            line.multipliers = asked_multipliers(reading, rule, look, look.currency, line.line)
            line.factor = factor_of(rule, line.multipliers, reading.definition.multiplier_ceiling)
    if found.base <= 0:
        return
    if isinstance(formula, PerMoney):
        per_minor = formula.per_minor[found.currency]
        if found.factor is ONE:
            found.exact = per_minor * found.base
            return
        for line in counted:
            line.worth = per_minor * Fraction(line.factor) * line.base
    elif isinstance(formula, PerUnit) or (isinstance(formula, Fixed) and rule.scope == "line"):
        for line in counted:
            units = line.units if isinstance(formula, PerUnit) else 1
            line.worth = Fraction(line.factor) * formula.points * units if line.base > 0 else Fraction(0)
    elif isinstance(formula, Fixed):
        found.exact = Fraction(counted[0].factor) * formula.points
        return
    found.exact = max(Fraction(0), sum((line.worth for line in counted), Fraction(0)))


def assess_event(reading: Reading, event: MemberEvent, rule: Rule) -> Assessment:
    """Work out what a rule makes of something that a member did besides buying."""
    assert isinstance(rule.formula, Fixed)
    found = Assessment(rule, event.occurred_at)
    ask_member(reading, found)
    if rule.condition is not None:
        found.condition = evaluate(rule.condition, reading.look)
    found.multipliers = asked_multipliers(reading, rule, reading.look, "", None)
    factor = factor_of(rule, found.multipliers, reading.definition.multiplier_ceiling)
    found.event_factor, found.exact = factor, Fraction(factor) * rule.formula.points
    found.reason = _missed(reading, found)
    found.matched = found.reason is None
    if found.matched and found.exact <= 0:
        found.reason = "nothing_eligible"
    return found


def _missed(reading: Reading, found: Assessment) -> Reason | None:
    """The first thing about the member, the time and the condition that keeps a rule from giving."""
    if reading.excludes_customer(found.rule.exclude):
        return "excluded_customer"
    if found.audience is not None and not found.audience.met:
        return "audience"
    if not found.in_window:
        return "window"
    return "condition" if found.condition is not None and not found.condition.met else None

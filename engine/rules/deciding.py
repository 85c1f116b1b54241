"""Deciding what an order or event earns: pure functions of a definition, what is known, and what was decided from.

The same functions serve live events, dry run, backtest, audit and explanation.

Formulas (public, shown to merchants and shoppers):
- base B of a rule = Σ over the lines that count of `price × units − discounts − tax (only where prices include it)`, at
  least 0, with units = ordered less removed by an edit, never less refunded ones; without delivery and tips, unless the
  rule says so;
- exact value = Σ over lines of base × rate × factors; the exact values of all rules for money that round alike are
  added up, rounded once, and spread over the rules by largest remainder, of two equal ones to the lower handle;
- refunded R = Σ over refunds of the same lines' value; a refund without lines counts the money moved less refunded
  delivery;
- taken back in all T = half-even(P × min(R, B) / B), where lines have different factors with each weighted by its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from engine.events import MemberEvent
from engine.money import POINTS_MAXIMUM
from engine.rules.assessing import assess, assess_event
from engine.rules.assessments import Assessment
from engine.rules.definitions import Definition
from engine.rules.facts import DecidedFrom
from engine.rules.order_state import OrderState
from engine.rules.outcomes import NEAREST, EventDecision, OrderDecision, Reason, RuleOutcome
from engine.rules.reading import OrderReading, Reading
from engine.rules.rule import PerMoney
from engine.rules.spreading import rounded, spread

Group = tuple[tuple[Assessment, bool], ...]
Points = dict[str, tuple[int, tuple[Assessment, ...]]]


def decide_order(definition: Definition, state: OrderState, facts: DecidedFrom) -> OrderDecision:
    """What an order is worth by each rule now, with its refunds and edits taken into account."""
    if not state.order.paid:
        return OrderDecision("not_paid")
    if not definition.order_rules:
        return OrderDecision("no_rule")
    reading = OrderReading(definition, state, facts)
    found = [assess(reading, rule) for rule in definition.order_rules if rule.formula.kind != "multiply"]
    outcomes = _outcomes(definition, found)
    return OrderDecision(_nearest(outcomes), outcomes)


def decide_event(definition: Definition, event: MemberEvent, facts: DecidedFrom) -> EventDecision:
    """What something that a member did besides buying is worth by each rule for it."""
    rules = definition.event_rules(event.source)
    if not rules:
        return EventDecision("no_rule")
    reading = Reading(definition, facts, event)
    found = [assess_event(reading, event, rule) for rule in rules if rule.formula.kind != "multiply"]
    outcomes = _outcomes(definition, found)
    return EventDecision(_nearest(outcomes), outcomes)


def _outcomes(definition: Definition, found: list[Assessment]) -> tuple[RuleOutcome, ...]:
    """Let the groups choose, round once, and say what came of every rule."""
    groups: dict[str | None, Group] = {}
    for handle, mode in definition.modes.items():
        groups[handle] = tuple((one, one.reason is None) for one in found if one.rule.group == handle)
        _choose(mode, [one for one, _ in groups[handle]])
    points = _points(found)
    return tuple(_outcome(definition, one, points, groups) for one in found)


def _choose(mode: str, members: list[Assessment]) -> None:
    """Keep the best or the first of a group, which comes in the order of its rules' turns."""
    if mode == "best_of":
        giving = [one for one in members if one.reason is None]
        best = max(giving, key=lambda one: one.exact, default=None)
        for one in giving:
            one.reason = None if one is best else "not_best"
    elif mode == "first_match":
        first = next((one for one in members if one.matched), None)
        for one in members:
            if one is not first and one.reason is None:
                one.reason = "not_first"


def _points(found: list[Assessment]) -> Points:
    """Whole points by the rule's handle, with the rules that were rounded together; none where they are too many."""
    pools: dict[tuple[str, str], list[Assessment]] = {}
    for one in found:
        if one.reason is None:
            alone = not isinstance(one.rule.formula, PerMoney)
            pools.setdefault((one.rule.rounding, one.rule.handle if alone else ""), []).append(one)
    points: Points = {}
    for pool in pools.values():
        if len(pool) == 1:
            points[pool[0].rule.handle] = (rounded(pool[0].exact, pool[0].rule.rounding), (pool[0],))
            continue
        pool.sort(key=lambda one: one.rule.handle)
        total = rounded(sum((one.exact for one in pool), Fraction(0)), pool[0].rule.rounding)
        parts = spread(total, [one.exact for one in pool])
        points.update({one.rule.handle: (part, tuple(pool)) for one, part in zip(pool, parts, strict=True)})
    if sum(part for part, _ in points.values()) > POINTS_MAXIMUM:
        for one in found:
            one.reason = one.reason or "above_maximum"
        return {}
    return points


def _outcome(
    definition: Definition, one: Assessment, points: Points, groups: Mapping[str | None, Group]
) -> RuleOutcome:
    desired, pool = points.get(one.rule.handle, (0, ()))
    reason = one.reason or ("earned" if desired > 0 else "nothing_eligible")
    group = groups.get(one.rule.group, ())
    mode = definition.modes.get(one.rule.group or "", "")
    return RuleOutcome(
        one.rule, reason, one, desired, one.base, one.refunded, one.currency, one.rate, one.factor, one.taken, pool,
        mode, group, definition.multiplier_ceiling,
    )  # fmt: skip


def _nearest(outcomes: tuple[RuleOutcome, ...]) -> Reason:
    reasons = {outcome.reason for outcome in outcomes}
    return next((reason for reason in NEAREST if reason in reasons), "no_rule")

"""What makes a line or an event worth more: a rule's own multipliers, and the rules of its group that multiply it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from functools import reduce

from engine.events import OrderLine
from engine.rules.assessments import ONE, Asked
from engine.rules.reading import Reading
from engine.rules.rule import Multiplier, Multiply, Rule
from engine.rules.verdicts import Look, evaluate

_EXACT = Context(prec=1_000)
"""Enough digits for every product of factors that a definition can have: nothing is ever rounded here."""


def asked_multipliers(
    reading: Reading, rule: Rule, multiplying: Sequence[Rule], look: Look, currency: str, line: OrderLine | None
) -> list[Asked]:
    """Every multiplier that may make something worth more, with whether it does."""
    asked = [_ask(reading, one, look, currency) for one in rule.multipliers]
    for other in multiplying:
        assert isinstance(other.formula, Multiply)
        left_out = line is not None and reading.left_out(other.exclude, line) is not None
        excluded = left_out or reading.excludes_customer(other.exclude)
        in_window = reading.is_within(other.window)
        verdicts = [evaluate(one, look, currency) for one in (other.audience, other.condition) if one is not None]
        met = not excluded and in_window and all(verdict.met for verdict in verdicts)
        asked.append(Asked(other.formula.factor, met, in_window, verdicts[-1] if verdicts else None, other.handle))
    return asked


def _ask(reading: Reading, one: Multiplier, look: Look, currency: str) -> Asked:
    """Whether a multiplier applies now, here and to this member."""
    in_window = reading.is_within(one.window)
    verdict = evaluate(one.condition, look, currency) if one.condition is not None else None
    return Asked(one.factor, in_window and (verdict is None or verdict.met), in_window, verdict)


def factor_of(rule: Rule, asked: Sequence[Asked], ceiling: Decimal | None) -> Decimal:
    """The rule's own factors, multiplied or the best of them, times those of its group; at most the ceiling."""
    own = [one.factor for one in asked if one.met and one.rule is None]
    if rule.multipliers_stack == "best_of" and own:
        own = [max(own)]
    factors = [*own, *(one.factor for one in asked if one.met and one.rule is not None)]
    if not factors:
        return ONE
    product = reduce(_EXACT.multiply, factors)
    return product if ceiling is None else min(product, ceiling)

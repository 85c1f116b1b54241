"""The derivation of a rule's points: every number and every answer that led to them, as plain JSON.

It is complete: `engine.rules.re_evaluating` works the points out again from it alone.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.money import exponent
from engine.rules.assessments import Asked, LineCount
from engine.rules.conditions import Compare
from engine.rules.outcomes import RuleOutcome
from engine.rules.re_evaluating import points_of_lines
from engine.rules.verdicts import Seen, Verdict

Json = dict[str, Any]
EXCLUDING = frozenset({"test_order", "excluded_customer", "not_fulfilled"})
"""Reasons that are about the order or the member as a whole and not about a condition of the rule."""


def derivation_of(outcome: RuleOutcome, granted: int | None = None, cap: str | None = None) -> Json:
    """Everything that led to an outcome's points; `granted` and `cap` are what caps made of them, where one did."""
    one, rule = outcome.assessment, outcome.rule
    derivation: Json = {
        "rule": rule.handle,
        "title": rule.title,
        "trigger": rule.trigger,
        "scope": rule.scope,
        "reason": outcome.reason,
        "formula": _formula(outcome),
        "currency": outcome.currency,
        "exponent": exponent(outcome.currency) if outcome.currency else 0,
        "excluded": one.reason in EXCLUDING,
        "in_window": one.in_window,
        "audience": verdict_json(one.audience),
        "condition": verdict_json(one.condition),
        "lines": [_line(line) for line in one.lines],
        "refunded_elsewhere": one.refunded_elsewhere,
        "multipliers": [_asked(asked) for asked in one.multipliers],
        "multipliers_stack": rule.multipliers_stack,
        "ceiling": text_of(outcome.ceiling),
        "base": outcome.base,
        "refunded": outcome.refunded,
        "exact": str(one.exact),
        "group": group_json(outcome),
        "rounding": rule.rounding,
        "rounded_with": rounded_with_json(outcome),
        "desired": outcome.desired,
        "granted": granted,
        "cap": cap,
        "taken": str(Fraction(*outcome.taken)),
        "due": outcome.due(granted),
        "abridged": False,
    }
    for line, points in zip(derivation["lines"], points_of_lines(derivation), strict=True):
        line["points"] = points
    return derivation


def _formula(outcome: RuleOutcome) -> Json:
    formula = outcome.rule.formula
    if formula.kind == "per_money":
        return {"kind": formula.kind, "rate": text_of(outcome.rate)}
    return {"kind": formula.kind, "points": getattr(formula, "points", 0)}


def group_json(outcome: RuleOutcome) -> Json | None:
    """The rules of its group in their turn, with what each would have given."""
    if outcome.rule.group is None:
        return None
    members = [
        {"rule": one.rule.handle, "exact": str(one.exact), "matched": one.matched, "gives": gives}
        for one, gives in outcome.group
    ]
    return {"handle": outcome.rule.group, "mode": outcome.group_mode, "members": members}


def rounded_with_json(outcome: RuleOutcome) -> list[Json]:
    """The other rules that were rounded together with this one."""
    others = (one for one in outcome.pool if one is not outcome.assessment)
    return [{"rule": other.rule.handle, "exact": str(other.exact)} for other in others]


def _line(line: LineCount) -> Json:
    return {
        "line_id": line.line_id,
        "units": line.units,
        "price": line.price,
        "discount": line.discount,
        "tax": line.tax,
        "tender": line.tender,
        "base": line.price * line.units - line.discount + line.tax - line.tender,
        "left_out": line.left_out,
        "condition": verdict_json(line.verdict),
        "multipliers": [_asked(asked) for asked in line.multipliers],
        "factor": text_of(line.factor),
        "refunded": line.refunded,
    }


def _asked(asked: Asked) -> Json:
    return {
        "rule": asked.rule,
        "factor": text_of(asked.factor),
        "met": asked.met,
        "in_window": asked.in_window,
        "audience": verdict_json(asked.audience),
        "condition": verdict_json(asked.condition),
    }


def verdict_json(verdict: Verdict | None) -> Json | None:
    """What was asked, what was seen and whether it was met, part by part."""
    if verdict is None:
        return None
    if not isinstance(verdict.node, Compare):
        return {"kind": verdict.node.kind, "met": verdict.met, "parts": [verdict_json(part) for part in verdict.parts]}
    node = verdict.node.model_dump(mode="json", exclude_none=True)
    return {**node, "met": verdict.met, "currency": verdict.currency, **seen_json(verdict.seen)}


def seen_json(seen: Seen) -> Json:
    """What a field was found to be, with its kind, since JSON has no dates and no exact decimals."""
    if seen is None:
        return {"seen": None, "seen_kind": "nothing"}
    if isinstance(seen, bool):
        return {"seen": seen, "seen_kind": "boolean"}
    if isinstance(seen, tuple):
        return {"seen": list(seen), "seen_kind": "texts"}
    if isinstance(seen, date):
        return {"seen": seen.isoformat(), "seen_kind": "date"}
    if isinstance(seen, int | Decimal):
        return {"seen": text_of(Decimal(seen)), "seen_kind": "number"}
    return {"seen": seen, "seen_kind": "text"}


def text_of(number: Decimal | None) -> str | None:
    """A number without trailing zeros and without an exponent, e.g. 0.1 or 250."""
    if number is None:
        return None
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

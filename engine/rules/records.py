"""Derivations as they are kept with a transaction, for good: numbers and answers, nothing personal, nothing said twice.

What the version of the program says already is left out, and so is what was seen of a member, an event or a code:
that stays where it can be erased, beside the order or event, and is filled in again when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import orjson

from engine.money import exponent
from engine.rules.assessments import ONE, Asked, LineCount
from engine.rules.conditions import Compare, Node, Not
from engine.rules.definitions import Definition
from engine.rules.derivations import EXCLUDING, group_json, rounded_with_json, seen_json, text_of
from engine.rules.fields import prefix_of
from engine.rules.outcomes import RuleOutcome
from engine.rules.re_evaluating import base_of, is_met, points_of_lines
from engine.rules.rule import Rule
from engine.rules.verdicts import Look, Verdict

Json = dict[str, Any]
_DEFAULTS: Json = {
    "reason": "earned", "currency": "", "rate": "0", "excluded": False, "in_window": True, "audience": None,
    "condition": None, "lines": [], "refunded_elsewhere": 0, "multipliers": [], "base": 0, "refunded": 0, "exact": "0",
    "group": None, "rounded_with": [], "desired": 0, "granted": None, "cap": None, "taken": "0", "due": 0,
    "abridged": False,
}  # fmt: skip
_LINE: Json = {
    "line_id": 0, "units": 0, "price": 0, "discount": 0, "tax": 0, "tender": 0, "refunded": 0, "left_out": None,
    "factor": "1", "multipliers": [], "condition": None,
}  # fmt: skip
_LINE_DEFAULTS = tuple(_LINE.values())
_ANSWERS_AT = list(_LINE).index("multipliers")
RECORD_BYTES = 32_768
"""A longer record is kept without what each line answered: only whether it counted and its factor."""
_ANSWERS = 4
"""Whether a multiplier was met and in its window, and what its audience and condition answered."""
_PERSONAL = frozenset({"order.tags", "order.discount_codes"})


def record_of(outcome: RuleOutcome, granted: int | None = None, cap: str | None = None) -> str:
    """An outcome's derivation as compact JSON text, for the detail of its transaction."""
    one = outcome.assessment
    values: Json = {
        "reason": outcome.reason,
        "currency": outcome.currency,
        "rate": text_of(outcome.rate),
        "excluded": one.reason in EXCLUDING,
        "in_window": one.in_window,
        "audience": _answer(one.audience),
        "condition": _answer(one.condition),
        "lines": [_line(line) for line in one.lines],
        "refunded_elsewhere": one.refunded_elsewhere,
        "multipliers": [_multiplier(asked) for asked in one.multipliers],
        "base": outcome.base,
        "refunded": outcome.refunded,
        "exact": str(one.exact),
        "group": group_json(outcome),
        "rounded_with": rounded_with_json(outcome) if len(outcome.pool) > 1 else [],
        "desired": outcome.desired,
        "granted": granted,
        "cap": cap,
        "taken": str(Fraction(*outcome.taken)) if outcome.taken[0] else "0",
        "due": outcome.due(granted),
    }
    kept = {name: value for name, value in values.items() if value != _DEFAULTS[name]}
    record = orjson.dumps({"rule": outcome.rule.handle, **kept})
    if len(record) > RECORD_BYTES:
        lines = [line[:_ANSWERS_AT] for line in kept["lines"]]
        record = orjson.dumps({"rule": outcome.rule.handle, **kept, "lines": lines, "abridged": True})
    return record.decode()


def _line(line: LineCount) -> list[Any]:
    """The values of a line, without defaults at the end."""
    amounts = [line.line_id, line.units, line.price, line.discount, line.tax, line.tender, line.refunded]
    if line.factor is ONE and line.left_out is None and line.verdict is None and not line.multipliers:
        while not amounts[-1]:
            amounts.pop()
        return amounts
    answers = [_multiplier(asked) for asked in line.multipliers]
    values = [*amounts, line.left_out, text_of(line.factor), answers, _answer(line.verdict)]
    while values[-1] == _LINE_DEFAULTS[len(values) - 1]:
        values.pop()
    return values


def _multiplier(asked: Asked) -> list[Any]:
    answers = [asked.met, asked.in_window, _answer(asked.audience), _answer(asked.condition)]
    # The factor of a perk is in no version of the program: it comes from the tier or plan of that moment.
    return [*answers, asked.rule, text_of(asked.factor)] if ":" in (asked.rule or "") else answers


def _answer(verdict: Verdict | None) -> Json | None:
    """What was answered; the question is in the version's own tree."""
    if verdict is None:
        return None
    if not isinstance(verdict.node, Compare):
        return {"met": verdict.met, "parts": [_answer(part) for part in verdict.parts]}
    if is_personal(verdict.node.field):
        return {"met": verdict.met}
    answer = {"met": verdict.met, **seen_json(verdict.seen)}
    return {**answer, "currency": verdict.currency} if verdict.currency else answer


def is_personal(field: str) -> bool:
    """Whether what is seen in a field is kept only where it can be erased."""
    return prefix_of(field) == "member" or field.startswith("event.fields.") or field in _PERSONAL


def derivation_from(record: str, definition: Definition) -> Json | None:
    """The derivation again, from its record and the version that decided; None where it names no rule of it.

    What was seen of people has the kind `erased` until `fill_in` is given it.
    """
    given = {**_DEFAULTS, **orjson.loads(record)}
    rate = given.pop("rate")
    rule = definition.rule(given["rule"])
    if rule is None:
        return None
    asked = _questions(rule, definition)
    derivation = {
        **given,
        "title": rule.title,
        "trigger": rule.trigger,
        "scope": rule.scope,
        "exponent": exponent(given["currency"]) if given["currency"] else 0,
        "multipliers_stack": rule.multipliers_stack,
        "ceiling": text_of(definition.multiplier_ceiling),
        "rounding": rule.rounding,
        "formula": _formula(rule, rate),
        "audience": _verdict(rule.audience, given["audience"]),
        "condition": _verdict(rule.condition, given["condition"]) if rule.scope != "line" else None,
        "multipliers": _multipliers(given["multipliers"], asked),
        "lines": [_full_line(values, rule, asked) for values in given["lines"]],
    }
    for line, points in zip(derivation["lines"], points_of_lines(derivation), strict=True):
        line["points"] = points
    return derivation


def _formula(rule: Rule, rate: str) -> Json:
    if rule.formula.kind == "per_money":
        return {"kind": rule.formula.kind, "rate": rate}
    return {"kind": rule.formula.kind, "points": getattr(rule.formula, "points", 0)}


Question = tuple[str | None, str | None, Node | None, Node | None]


def _questions(rule: Rule, definition: Definition) -> list[Question]:
    """Of each multiplier that is asked: the rule whose it is, its factor, whom it is for and when."""
    own: list[Question] = [(None, text_of(one.factor), None, one.condition) for one in rule.multipliers]
    return own + [
        (one.handle, text_of(getattr(one.formula, "factor", None)), one.audience, one.condition)
        for one in definition.multiplying(rule)
    ]


def _multipliers(answers: Iterable[list[Any]], asked: list[Question]) -> list[Json]:
    return [
        {
            "rule": rule,
            "factor": factor,
            "met": answer[0],
            "in_window": answer[1],
            "audience": _verdict(audience, answer[2]),
            "condition": _verdict(condition, answer[3]),
        }
        for (rule, factor, audience, condition), answer in _paired(asked, answers)
    ]


def _paired(asked: list[Question], answers: Iterable[list[Any]]) -> Iterator[tuple[Question, list[Any]]]:
    """Each answer with its question; a perk's brings its own."""
    questions = iter(asked)
    for answer in answers:
        if len(answer) > _ANSWERS:
            yield (answer[_ANSWERS], answer[_ANSWERS + 1], None, None), answer
        elif (question := next(questions, None)) is not None:
            yield question, answer


def _full_line(values: list[Any], rule: Rule, asked: list[Question]) -> Json:
    line = {**_LINE, **dict(zip(_LINE, values, strict=False))}
    line["multipliers"] = _multipliers(line["multipliers"], asked)
    line["condition"] = _verdict(rule.condition, line["condition"])
    return {**line, "base": base_of(line)}


def _verdict(node: Node | None, answer: Json | None) -> Json | None:
    if node is None or answer is None:
        return None
    if isinstance(node, Compare):
        question = node.model_dump(mode="json", exclude_none=True)
        unseen = {"seen": None, "seen_kind": "nothing" if "seen" in answer else "erased", "currency": ""}
        return {**question, **unseen, **answer}
    nodes = [node.condition] if isinstance(node, Not) else node.conditions
    parts = [_verdict(one, part) for one, part in zip(nodes, answer["parts"], strict=True)]
    return {"kind": node.kind, "met": answer["met"], "parts": parts}


def fill_in(derivation: Json, look: Look) -> Json:
    """The derivation with what was seen of people, as far as it can still be seen and still answers the same."""
    filled: Json = {name: _filled(derivation[name], look) for name in ("audience", "condition")}
    filled["multipliers"] = [_filled_multiplier(one, look) for one in derivation["multipliers"]]
    filled["lines"] = [
        {
            **line,
            "condition": _filled(line["condition"], look),
            "multipliers": [_filled_multiplier(one, look) for one in line["multipliers"]],
        }
        for line in derivation["lines"]
    ]
    return {**derivation, **filled}


def _filled_multiplier(one: Json, look: Look) -> Json:
    return {**one, "audience": _filled(one["audience"], look), "condition": _filled(one["condition"], look)}


def _filled(verdict: Json | None, look: Look) -> Json | None:
    if verdict is None:
        return None
    if verdict["kind"] != "compare":
        return {**verdict, "parts": [_filled(part, look) for part in verdict["parts"]]}
    if verdict["seen_kind"] != "erased":
        return verdict
    filled = {**verdict, **seen_json(look(verdict["field"]))}
    return filled if is_met(filled) == verdict["met"] else verdict

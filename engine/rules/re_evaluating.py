"""Points worked out again from a derivation alone, by the published formulas: no definition, no order, no database.

It shares only comparing, rounding and spreading with `deciding`, so that an explanation that does not explain the
points is found out.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any

from engine.money import half_even_ratio
from engine.rules.conditions import Compare
from engine.rules.spreading import rounded, spread
from engine.rules.verdicts import Seen, meets

Json = dict[str, Any]


def re_evaluate(derivation: Json) -> int:
    """The points that are due by a derivation: after groups, rounding, caps and refunds."""
    counted = [line for line in derivation["lines"] if _counts(line)]
    bases = [base_of(line) for line in counted]
    base = max(0, sum(bases))
    worths = _worths(derivation, counted, bases, base)
    exact = max(Fraction(0), sum(worths, Fraction(0)))
    if not _gives(derivation, exact):
        return 0
    desired = _rounded(derivation, exact)
    granted = derivation["granted"]
    points = desired if granted is None else min(desired, granted)
    part = _refunded_part(derivation, counted, bases, worths)
    return points - half_even_ratio(points, part.numerator, part.denominator)


def points_of_lines(derivation: Json) -> list[int]:
    """The points before caps and refunds, spread over the lines by largest remainder; none to lines that count not."""
    counted = [line for line in derivation["lines"] if _counts(line)]
    bases = [base_of(line) for line in counted]
    worths = _worths(derivation, counted, bases, max(0, sum(bases))) or [Fraction(0)] * len(counted)
    parts = iter(spread(derivation["desired"], [max(Fraction(0), worth) for worth in worths]))
    return [next(parts) if _counts(line) else 0 for line in derivation["lines"]]


def base_of(line: Json) -> int:
    """price × units − discount + tax that was added (or less tax that was taken out) − the share of other tenders."""
    return int(line["price"] * line["units"] - line["discount"] + line["tax"] - line["tender"])


def _counts(line: Json) -> bool:
    if line["condition"] is None:
        return line["left_out"] is None
    return is_met(line["condition"]) and line["left_out"] in (None, "condition")


def _factor(derivation: Json, multipliers: list[Json]) -> Fraction:
    met = [one for one in multipliers if one["met"] and all(map(is_met, (one["audience"], one["condition"])))]
    own = [Fraction(one["factor"]) for one in met if one["rule"] is None]
    if derivation["multipliers_stack"] == "best_of" and own:
        own = [max(own)]
    factor = prod([*own, *(Fraction(one["factor"]) for one in met if one["rule"] is not None)], start=Fraction(1))
    return factor if derivation["ceiling"] is None or not met else min(factor, Fraction(derivation["ceiling"]))


def _factor_of_line(derivation: Json, line: Json) -> Fraction:
    """Worked out again from what was asked, unless the record is too long to say."""
    return Fraction(line["factor"]) if derivation["abridged"] else _factor(derivation, line["multipliers"])


def _worths(derivation: Json, counted: list[Json], bases: list[int], base: int) -> list[Fraction]:
    """The exact value of each line that counts; of the whole where it is not the lines that are worth something."""
    formula = derivation["formula"]
    if derivation["scope"] == "event":
        return [_factor(derivation, derivation["multipliers"]) * formula["points"]]
    if base <= 0:
        return []
    factors = [_factor_of_line(derivation, line) for line in counted]
    if formula["kind"] == "per_money":
        per_minor = Fraction(formula["rate"]) / 10 ** derivation["exponent"]
        return [per_minor * factor * part for factor, part in zip(factors, bases, strict=True)]
    if formula["kind"] == "fixed" and derivation["scope"] == "order":
        return [factors[0] * formula["points"] * Fraction(part, sum(bases)) for part in bases]
    units = [line["units"] if formula["kind"] == "per_unit" else 1 for line in counted]
    each = zip(factors, units, bases, strict=True)
    return [factor * formula["points"] * count if part > 0 else Fraction(0) for factor, count, part in each]


def _gives(derivation: Json, exact: Fraction) -> bool:
    """Whether the rule was for this order and member, and what its group made of it."""
    if derivation["excluded"] or derivation["reason"] in ("no_rate", "above_maximum") or exact <= 0:
        return False
    if not (derivation["in_window"] and is_met(derivation["audience"]) and is_met(derivation["condition"])):
        return False
    group = derivation["group"]
    if group is None or group["mode"] in ("sum", "multiply"):
        return True
    if group["mode"] == "first_match":
        first = next(one["rule"] for one in group["members"] if one["matched"])
        return bool(first == derivation["rule"])
    values = {one["rule"]: Fraction(one["exact"]) for one in group["members"] if one["gives"]}
    best = max({**values, derivation["rule"]: exact}.items(), key=lambda one: one[1])
    return bool(best[0] == derivation["rule"])


def _rounded(derivation: Json, exact: Fraction) -> int:
    """Round once what was rounded together, and take this rule's part of it."""
    together = {one["rule"]: Fraction(one["exact"]) for one in derivation["rounded_with"]}
    together[derivation["rule"]] = exact
    handles = sorted(together)
    parts = spread(
        rounded(sum(together.values(), Fraction(0)), derivation["rounding"]), [together[one] for one in handles]
    )
    return parts[handles.index(derivation["rule"])]


def _refunded_part(derivation: Json, counted: list[Json], bases: list[int], worths: list[Fraction]) -> Fraction:
    """The part of the points that refunds take back, each line weighted by what it is worth."""
    base, worth = sum(bases), sum(worths, Fraction(0))
    if base <= 0:
        return Fraction(0)
    kind, scope = derivation["formula"]["kind"], derivation["scope"]
    alike = kind == "per_money" or (kind == "fixed" and scope == "order")
    if alike and len({line["factor"] for line in counted}) == 1:
        refunded = sum(line["refunded"] for line in counted) + derivation["refunded_elsewhere"]
        return Fraction(min(max(0, refunded), base), base)
    taken = worth * Fraction(derivation["refunded_elsewhere"], base)
    for line, part, value in zip(counted, bases, worths, strict=True):
        if part > 0:
            taken += value * line["refunded"] / part
    return min(max(taken, Fraction(0)), worth) / worth


def is_met(verdict: Json | None) -> bool:
    """Whether a condition is met by what was seen; what was not asked is met."""
    if verdict is None:
        return True
    if verdict["kind"] == "compare":
        if verdict["seen_kind"] == "erased":
            return bool(verdict["met"])
        asked = {name: verdict.get(name) for name in ("field", "operator", "value", "amounts")}
        return meets(Compare.model_validate(asked), seen_of(verdict), verdict["currency"])
    met = [is_met(part) for part in verdict["parts"]]
    if verdict["kind"] == "not":
        return not met[0]
    return all(met) if verdict["kind"] == "all" else any(met)


def seen_of(verdict: Json) -> Seen:
    """What was seen, in its own kind again."""
    seen, kind = verdict["seen"], verdict["seen_kind"]
    if kind == "number":
        return Decimal(seen)
    if kind == "date":
        return date.fromisoformat(seen)
    if kind == "texts":
        return tuple(seen)
    return seen if kind in ("text", "boolean") else None

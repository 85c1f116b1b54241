"""How points came about, step by step: every number and every answer of a rule, enough to work them out again."""

from __future__ import annotations

import json
from decimal import Decimal

import strawberry

from laurel_graphql.inputs.rule_enums import (
    FormulaKind,
    GroupMode,
    MultipliersStack,
    RuleRounding,
    RuleScope,
    RuleTrigger,
)
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.condition_answers import ConditionAnswer, Json, answers_of
from laurel_graphql.types.money import Money, money_of


@strawberry.type(description="A multiplier that was asked for an order or a line.")
class DerivedMultiplier:
    rule: str | None = strawberry.field(description="The rule whose it is, null for the rule's own.")
    factor: Decimal | None = strawberry.field(description="Its factor.")
    met: bool = strawberry.field(description="Whether it counted.")
    in_window: bool = strawberry.field(description="Whether it was in its window.")
    audience: list[ConditionAnswer] = strawberry.field(description="For whom it was.")
    condition: list[ConditionAnswer] = strawberry.field(description="For what it was.")


@strawberry.type(description="One line's part. Money is null for rules that look at none.")
class DerivedLine:
    line_id: strawberry.ID = strawberry.field(description="The shop's line, as `gid://shopify/LineItem/…`.")
    units: int = strawberry.field(description="Units, less those that an edit removed.")
    price: Money | None = strawberry.field(description="The price of a unit.")
    discount: Money | None = strawberry.field(description="What was taken off.")
    tax: Money | None = strawberry.field(description="Tax that was added, or below 0 taken out.")
    tender: Money | None = strawberry.field(description="The share that was paid in a way that does not count.")
    base: Money | None = strawberry.field(description="price × units − discount + tax − tender.")
    refunded: Money | None = strawberry.field(description="How much of it was refunded.")
    left_out: str | None = strawberry.field(description="Why it does not count, as a code; null where it counts.")
    factor: Decimal = strawberry.field(description="What it was multiplied by.")
    points: Points = strawberry.field(description="Its share of the points, before caps and refunds.")
    condition: list[ConditionAnswer] = strawberry.field(description="What was asked of the line.")
    multipliers: list[DerivedMultiplier] = strawberry.field(description="What was asked of each multiplier.")


@strawberry.type(description="A rule of a group, in its turn.")
class DerivedGroupMember:
    rule: str = strawberry.field(description="Its handle.")
    exact: str = strawberry.field(description="What it would have given, exactly, such as `91/2`.")
    matched: bool = strawberry.field(description="Whether it had something to give.")
    gives: bool = strawberry.field(description="Whether it gives.")


@strawberry.type(description="What became of a rule in its group.")
class DerivedGroup:
    handle: str = strawberry.field(description="The group's handle.")
    mode: GroupMode = strawberry.field(description="How its rules stand for each other.")
    members: list[DerivedGroupMember] = strawberry.field(description="Its rules.")


@strawberry.type(description="Another rule that was rounded together with this one.")
class RoundedWith:
    rule: str = strawberry.field(description="Its handle.")
    exact: str = strawberry.field(description="Its exact value.")


@strawberry.type(description="How one rule came to its points.")
class Derivation:
    rule: str = strawberry.field(description="The rule's handle.")
    title: str = strawberry.field(description="Its title.")
    trigger: RuleTrigger = strawberry.field(description="What it answers to.")
    scope: RuleScope = strawberry.field(description="What it is worked out over.")
    formula: FormulaKind = strawberry.field(description="How its points are worked out.")
    rate: Decimal | None = strawberry.field(description="Points per unit of the currency, for PER_MONEY.")
    formula_points: Points | None = strawberry.field(description="The points of the formula, for FIXED and PER_UNIT.")
    currency_code: CurrencyCode | None = strawberry.field(description="The currency of its amounts.")
    excluded: bool = strawberry.field(description="Whether the order or the customer was excluded as a whole.")
    in_window: bool = strawberry.field(description="Whether it was in its window.")
    audience: list[ConditionAnswer] = strawberry.field(description="What was asked of the member.")
    condition: list[ConditionAnswer] = strawberry.field(description="What was asked of the order or event.")
    lines: list[DerivedLine] = strawberry.field(description="The order's lines.")
    multipliers: list[DerivedMultiplier] = strawberry.field(description="Multipliers of the order as a whole.")
    multipliers_stack: MultipliersStack = strawberry.field(description="How several go together.")
    ceiling: Decimal | None = strawberry.field(description="No line was multiplied by more than this.")
    base: Money | None = strawberry.field(description="The amount that earns.")
    refunded: Money | None = strawberry.field(description="How much of it was refunded.")
    exact: str = strawberry.field(description="The exact value before rounding, such as `91/2`.")
    group: DerivedGroup | None = strawberry.field(description="What became of it in its group.")
    rounding: RuleRounding = strawberry.field(description="How it rounds.")
    rounded_with: list[RoundedWith] = strawberry.field(description="What was rounded together with it, once.")
    desired: Points = strawberry.field(description="The points, rounded, before caps and refunds.")
    granted: Points | None = strawberry.field(description="What caps left of them, null where no cap applied.")
    cap: str | None = strawberry.field(description="The cap that bound them.")
    taken: str = strawberry.field(description="The part that refunds take back, such as `4/9`.")
    due: Points = strawberry.field(description="What is due after caps and refunds.")
    json: str = strawberry.field(
        description="All of it as JSON text; the points can be worked out again from it alone."
    )


def derivation_of(given: Json) -> Derivation:
    """The derivation that the engine recorded."""
    currency = given["currency"]
    formula = given["formula"]
    group = given["group"]
    return Derivation(
        rule=given["rule"],
        title=given["title"],
        trigger=RuleTrigger[given["trigger"].upper()],
        scope=RuleScope[given["scope"].upper()],
        formula=FormulaKind[formula["kind"].upper()],
        rate=_decimal(formula.get("rate")),
        formula_points=None if formula.get("points") is None else Points(formula["points"]),
        currency_code=CurrencyCode(currency) if currency else None,
        excluded=given["excluded"],
        in_window=given["in_window"],
        audience=answers_of(given["audience"]),
        condition=answers_of(given["condition"]),
        lines=[_line(line, currency) for line in given["lines"]],
        multipliers=[_multiplier(one) for one in given["multipliers"]],
        multipliers_stack=MultipliersStack[given["multipliers_stack"].upper()],
        ceiling=_decimal(given["ceiling"]),
        base=_money(given["base"], currency),
        refunded=_money(given["refunded"], currency),
        exact=given["exact"],
        group=None if group is None else _group(group),
        rounding=RuleRounding[given["rounding"].upper()],
        rounded_with=[RoundedWith(rule=one["rule"], exact=one["exact"]) for one in given["rounded_with"]],
        desired=Points(given["desired"]),
        granted=None if given["granted"] is None else Points(given["granted"]),
        cap=given["cap"],
        taken=given["taken"],
        due=Points(given["due"]),
        json=json.dumps(given, ensure_ascii=False, separators=(",", ":")),
    )


def _line(given: Json, currency: str) -> DerivedLine:
    return DerivedLine(
        line_id=strawberry.ID(f"gid://shopify/LineItem/{given['line_id']}"),
        units=given["units"],
        price=_money(given["price"], currency),
        discount=_money(given["discount"], currency),
        tax=_money(given["tax"], currency),
        tender=_money(given["tender"], currency),
        base=_money(given["base"], currency),
        refunded=_money(given["refunded"], currency),
        left_out=given["left_out"],
        factor=Decimal(given["factor"]),
        points=Points(given["points"]),
        condition=answers_of(given["condition"]),
        multipliers=[_multiplier(one) for one in given["multipliers"]],
    )


def _multiplier(given: Json) -> DerivedMultiplier:
    return DerivedMultiplier(
        rule=given["rule"],
        factor=_decimal(given["factor"]),
        met=given["met"],
        in_window=given["in_window"],
        audience=answers_of(given["audience"]),
        condition=answers_of(given["condition"]),
    )


def _group(given: Json) -> DerivedGroup:
    members = [
        DerivedGroupMember(rule=one["rule"], exact=one["exact"], matched=one["matched"], gives=one["gives"])
        for one in given["members"]
    ]
    return DerivedGroup(handle=given["handle"], mode=GroupMode[given["mode"].upper()], members=members)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _money(minor: int, currency: str) -> Money | None:
    return money_of(minor, currency) if currency else None

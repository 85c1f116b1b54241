"""Why an order earned what it earned: the numbers of the derivation, line by line, and the reason in words."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import strawberry

from engine.explanations import ExplainedLine
from engine.explanations import OrderExplanation as ExplanationRecord
from engine.explanations import RuleExplanation as RuleRecord
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.condition_answers import ConditionAnswer, missed_of
from laurel_graphql.types.derivations import Derivation, derivation_of
from laurel_graphql.types.money import Money, money_of


@strawberry.enum(description="Why an order earned, or what kept it from earning.")
class OrderReason(Enum):
    EARNED = strawberry.enum_value("EARNED", description="It earned.")
    NOT_PAID = strawberry.enum_value("NOT_PAID", description="It is not paid.")
    TEST_ORDER = strawberry.enum_value("TEST_ORDER", description="It is a test order, and those are worth nothing.")
    NO_RATE = strawberry.enum_value("NO_RATE", description="The program has no rate for its currencies.")
    NO_RULE = strawberry.enum_value("NO_RULE", description="The program gives nothing for purchases.")
    NO_VERSION = strawberry.enum_value("NO_VERSION", description="No program was live when it was paid.")
    NOTHING_ELIGIBLE = strawberry.enum_value(
        "NOTHING_ELIGIBLE", description="Nothing in it earns, or too little for one point."
    )
    ABOVE_MAXIMUM = strawberry.enum_value("ABOVE_MAXIMUM", description="It would earn more points than can be held.")
    UNCLAIMED_GUEST = strawberry.enum_value(
        "UNCLAIMED_GUEST", description="It is a guest's; it earns once the guest has an account."
    )
    NOT_FULFILLED = strawberry.enum_value("NOT_FULFILLED", description="Not all of it was sent.")
    EXCLUDED_CUSTOMER = strawberry.enum_value("EXCLUDED_CUSTOMER", description="Its customer earns nothing.")
    AUDIENCE = strawberry.enum_value("AUDIENCE", description="It is for other members.")
    WINDOW = strawberry.enum_value("WINDOW", description="It was paid outside of the rule's window.")
    CONDITION = strawberry.enum_value("CONDITION", description="A condition was not met.")
    NOT_BEST = strawberry.enum_value("NOT_BEST", description="Another rule of its group gave more.")
    NOT_FIRST = strawberry.enum_value("NOT_FIRST", description="A rule before it in its group gave points.")
    MULTIPLIES = strawberry.enum_value("MULTIPLIES", description="It multiplies what the others of its group give.")
    AWAITING = strawberry.enum_value("AWAITING", description="It will earn in a moment.")
    AWAITING_PAYMENT_DETAILS = strawberry.enum_value(
        "AWAITING_PAYMENT_DETAILS", description="It will earn once the shop has said how it was paid."
    )
    CAPPED = strawberry.enum_value("CAPPED", description="Caps of its rules left nothing of what it would have earned.")


@strawberry.type(description="One line's part of the amount that earns.")
class ExplainedOrderLine:
    line_id: strawberry.ID = strawberry.field(description="The shop's line, as `gid://shopify/LineItem/…`.")
    units: int = strawberry.field(description="Units ordered, less those that an edit removed; refunds do not count.")
    base: Money | None = strawberry.field(
        description="What it adds to the amount, null where no money is used. Negative where discounts exceed it."
    )
    gift_card: bool = strawberry.field(description="Whether it is a gift card, which never earns.")
    left_out: str | None = strawberry.field(description="Why it does not count, as a code; null where it counts.")
    factor: Decimal = strawberry.field(description="What it was multiplied by.")
    points: Points = strawberry.field(description="Its share of the points, before caps and refunds.")


@strawberry.type(description="What one rule made of an order.")
class RuleExplanation:
    handle: str = strawberry.field(description="The rule's handle.")
    title: str = strawberry.field(description="Its title.")
    reason: OrderReason = strawberry.field(description="Why it gave points, or what kept it from giving any.")
    reason_text: str = strawberry.field(description="The same, in the caller's language, for people to read.")
    desired: Points = strawberry.field(description="The points before caps and refunds.")
    granted: Points | None = strawberry.field(description="What caps left of them, null where no cap applied.")
    points: Points = strawberry.field(description="The points before refunds.")
    taken_back: Points = strawberry.field(description="Points that the refunds take back.")
    posted: Points = strawberry.field(description="Points that the ledger holds for it now, net.")
    base: Money | None = strawberry.field(description="The amount that earns, null where no money is used.")
    refunded: Money | None = strawberry.field(description="How much of it was refunded.")
    rate: Decimal = strawberry.field(description="Points per unit of the amount's currency.")
    missed: list[ConditionAnswer] = strawberry.field(description="What was missed, the nearest to being met first.")
    derivation: Derivation = strawberry.field(description="Every step.")


@strawberry.type(description="The derivation of an order's points.")
class OrderExplanation:
    order_id: strawberry.ID = strawberry.field(description="The shop's order, as `gid://shopify/Order/…`.")
    order_name: str = strawberry.field(description="The order's name, such as `#1001`.")
    reason: OrderReason = strawberry.field(description="Why it earned, or what kept it from earning.")
    reason_text: str = strawberry.field(description="The same, in the caller's language, for people to read.")
    program_version: int | None = strawberry.field(description="The program's version that decided, if one was live.")
    base: Money | None = strawberry.field(description="The amount that earns, null where no money is used.")
    refunded: Money | None = strawberry.field(description="How much of it was refunded.")
    rate: Decimal = strawberry.field(description="Points per unit of the amount's currency.")
    points: Points = strawberry.field(description="Points for the whole amount: half-even(base × rate).")
    taken_back: Points = strawberry.field(description="Points that the refunds take back.")
    posted: Points = strawberry.field(description="Points that the ledger holds for the order now, net.")
    lines: list[ExplainedOrderLine] = strawberry.field(
        description="The order's lines, by the rule that gave most or, where none gave anything, came nearest."
    )
    rules: list[RuleExplanation] = strawberry.field(description="What each rule made of it.")
    nearest: RuleExplanation | None = strawberry.field(
        description="Where it earned nothing: the rule that came nearest, with what it missed."
    )


def explanation_of(record: ExplanationRecord, locale: str) -> OrderExplanation:
    """The explanation of an engine's record, worded for a locale."""
    currency = record.currency
    return OrderExplanation(
        order_id=strawberry.ID(f"gid://shopify/Order/{record.order_id}"),
        order_name=record.name,
        reason=OrderReason[record.reason.upper()],
        reason_text=order_reason_text(record.reason, locale),
        program_version=record.version,
        base=_money(record.base, currency),
        refunded=_money(record.refunded, currency),
        rate=record.rate,
        points=Points(record.points),
        taken_back=Points(record.taken_back),
        posted=Points(record.posted),
        lines=[_line(line, currency) for line in record.lines],
        rules=[_rule(one, locale) for one in record.rules],
        nearest=None if record.nearest is None else _rule(record.nearest, locale),
    )


def order_reason_text(reason: str, locale: str) -> str:
    """Why an order earned, or what kept it from earning, in words."""
    return TEXTS[language_of(locale)][f"order.{reason}"]


def _rule(record: RuleRecord, locale: str) -> RuleExplanation:
    return RuleExplanation(
        handle=record.handle,
        title=record.title,
        reason=OrderReason[record.reason.upper()],
        reason_text=order_reason_text(record.reason, locale),
        desired=Points(record.desired),
        granted=None if record.granted is None else Points(record.granted),
        points=Points(record.points),
        taken_back=Points(record.taken_back),
        posted=Points(record.posted),
        base=_money(record.base, record.currency),
        refunded=_money(record.refunded, record.currency),
        rate=record.rate,
        missed=missed_of(record.missed),
        derivation=derivation_of(record.derivation),
    )


def _line(line: ExplainedLine, currency: str) -> ExplainedOrderLine:
    return ExplainedOrderLine(
        line_id=strawberry.ID(f"gid://shopify/LineItem/{line.line_id}"),
        units=line.units,
        base=_money(line.base, currency),
        gift_card=line.gift_card,
        left_out=line.left_out,
        factor=Decimal(line.factor),
        points=Points(line.points),
    )


def _money(minor: int, currency: str) -> Money | None:
    return money_of(minor, currency) if currency else None

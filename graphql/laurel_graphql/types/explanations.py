"""Why an order earned what it earned: the numbers of the derivation, line by line, and the reason in words."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import strawberry

from engine.explanations import ExplainedLine
from engine.explanations import OrderExplanation as ExplanationRecord
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS, language_of
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
    AWAITING = strawberry.enum_value("AWAITING", description="It will earn in a moment.")


@strawberry.type(description="One line's part of the amount that earns.")
class ExplainedOrderLine:
    line_id: strawberry.ID = strawberry.field(description="The shop's line, as `gid://shopify/LineItem/…`.")
    units: int = strawberry.field(description="Units ordered, less those that an edit removed; refunds do not count.")
    base: Money | None = strawberry.field(
        description="What it adds to the amount, null where no money is used. Negative where discounts exceed it."
    )
    gift_card: bool = strawberry.field(description="Whether it is a gift card, which never earns.")


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
    lines: list[ExplainedOrderLine] = strawberry.field(description="The order's lines.")


def explanation_of(record: ExplanationRecord, locale: str) -> OrderExplanation:
    """The explanation of an engine's record, worded for a locale."""
    currency = record.currency
    return OrderExplanation(
        order_id=strawberry.ID(f"gid://shopify/Order/{record.order_id}"),
        order_name=record.name,
        reason=OrderReason[record.reason.upper()],
        reason_text=TEXTS[language_of(locale)][f"order.{record.reason}"],
        program_version=record.version,
        base=_money(record.base, currency),
        refunded=_money(record.refunded, currency),
        rate=record.rate,
        points=Points(record.points),
        taken_back=Points(record.taken_back),
        posted=Points(record.posted),
        lines=[_line(line, currency) for line in record.lines],
    )


def _line(line: ExplainedLine, currency: str) -> ExplainedOrderLine:
    return ExplainedOrderLine(
        line_id=strawberry.ID(f"gid://shopify/LineItem/{line.line_id}"),
        units=line.units,
        base=_money(line.base, currency),
        gift_card=line.gift_card,
    )


def _money(minor: int, currency: str) -> Money | None:
    return money_of(minor, currency) if currency else None

"""A program tried out: on one order or event, or on the shop's own orders of some months."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import strawberry

from engine.money import exponent
from engine.previews import Backtest as BacktestRecord
from engine.previews import Change as ChangeRecord
from engine.previews import Preview as PreviewRecord
from engine.previews import PreviewedRule as RuleRecord
from laurel_graphql.gids import gid
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.condition_answers import ConditionAnswer, missed_of
from laurel_graphql.types.derivations import Derivation, derivation_of
from laurel_graphql.types.explanations import OrderReason, order_reason_text
from laurel_graphql.types.money import Money, money_of


@strawberry.type(description="What one rule would give.")
class PreviewedRule:
    handle: str = strawberry.field(description="The rule's handle.")
    title: str = strawberry.field(description="Its title.")
    reason: OrderReason = strawberry.field(description="Why it gives points, or what keeps it from giving any.")
    reason_text: str = strawberry.field(description="The same, in the caller's language, for people to read.")
    points: Points = strawberry.field(description="The points, refunds taken back and before caps.")
    missed: list[ConditionAnswer] = strawberry.field(description="What was missed, the nearest to being met first.")
    derivation: Derivation = strawberry.field(description="Every step.")


@strawberry.type(description="What a program would give for one order or event.")
class ProgramPreview:
    reason: OrderReason = strawberry.field(description="Why it gives points, or what keeps it from giving any.")
    reason_text: str = strawberry.field(description="The same, in the caller's language, for people to read.")
    points: Points = strawberry.field(description="The points of all rules together, before caps.")
    points_now: Points | None = strawberry.field(description="What the ledger holds for an order of the shop today.")
    rules: list[PreviewedRule] = strawberry.field(description="What each rule gives.")
    nearest: PreviewedRule | None = strawberry.field(
        description="Where nothing is given: the rule that came nearest, with what it missed."
    )


@strawberry.type(description="Points of a member or of an order, before and after.")
class PointsChange:
    member_id: strawberry.ID = strawberry.field(description="The member.")
    order_id: strawberry.ID | None = strawberry.field(description="The shop's order, where it is about one.")
    before: Points = strawberry.field(description="What the ledger holds.")
    after: Points = strawberry.field(description="What it would be.")
    difference: Points = strawberry.field(description="after − before.")


@strawberry.type(description="Points that one rule would give.")
class RulePoints:
    handle: str = strawberry.field(description="The rule's handle.")
    points: Points = strawberry.field(description="The points.")


@strawberry.type(description="What a program would have given for the shop's own orders.")
class Backtest:
    since: datetime = strawberry.field(description="From when on.")
    until: datetime = strawberry.field(description="Until before when.")
    covered_since: datetime | None = strawberry.field(description="The oldest order that was tried, null for none.")
    orders: int = strawberry.field(description="How many paid orders of members were tried.")
    really_decided: int = strawberry.field(
        description="How many of them this very program decided: their points are the ledger's."
    )
    undecided: int = strawberry.field(description="How many wait to be told how they were paid.")
    truncated: bool = strawberry.field(description="Whether there were more than are tried at once; the newest were.")
    as_of_today: list[str] = strawberry.field(
        description="What the program asks that nobody stored when the orders were decided, so that today's was taken."
    )
    points_before: Points = strawberry.field(description="What the ledger holds for these orders.")
    points_after: Points = strawberry.field(description="What this program would have given.")
    by_rule: list[RulePoints] = strawberry.field(description="The same, by rule.")
    gaining: int = strawberry.field(description="How many members would have more.")
    losing: int = strawberry.field(description="How many members would have less.")
    unchanged: int = strawberry.field(description="How many members would have the same.")
    top_gains: list[PointsChange] = strawberry.field(description="Who would gain most, at most 20.")
    top_losses: list[PointsChange] = strawberry.field(description="Who would lose most, at most 20.")
    changed_orders: int = strawberry.field(description="How many orders would have earned something else.")
    changed_examples: list[PointsChange] = strawberry.field(description="Some of them, at most 20.")
    net_sales: list[Money] = strawberry.field(description="Goods sold less refunds, in each of the shops' currencies.")
    value_per_point: Decimal = strawberry.field(description="What a point was taken to be worth.")
    currency_code: CurrencyCode | None = strawberry.field(description="The currency of values and costs.")
    cost_before: Decimal = strawberry.field(description="What the ledger's points are worth, in the main unit.")
    cost_after: Decimal = strawberry.field(description="What the points of this program would be worth.")
    margin_before: Decimal | None = strawberry.field(
        description="costBefore as a part of the net sales: 0.05 takes five points of a hundred from the margin."
    )
    margin_after: Decimal | None = strawberry.field(description="costAfter as a part of the net sales.")


def preview_of(record: PreviewRecord, locale: str) -> ProgramPreview:
    """The preview of an engine's record."""
    now = record.points_now
    return ProgramPreview(
        reason=OrderReason[record.reason.upper()],
        reason_text=order_reason_text(record.reason, locale),
        points=Points(record.points),
        points_now=None if now is None else Points(now),
        rules=[_rule(one, locale) for one in record.rules],
        nearest=None if record.nearest is None else _rule(record.nearest, locale),
    )


def backtest_of(record: BacktestRecord) -> Backtest:
    """The backtest of an engine's record."""
    places = exponent(record.currency) if record.currency else 0
    return Backtest(
        since=record.since,
        until=record.until,
        covered_since=record.covered_since,
        orders=record.orders,
        really_decided=record.really_decided,
        undecided=record.undecided,
        truncated=record.truncated,
        as_of_today=list(record.as_of_today),
        points_before=Points(record.points_before),
        points_after=Points(record.points_after),
        by_rule=[RulePoints(handle=handle, points=Points(points)) for handle, points in record.by_rule.items()],
        gaining=record.gaining,
        losing=record.losing,
        unchanged=record.unchanged,
        top_gains=_changes(record.top_gains),
        top_losses=_changes(record.top_losses),
        changed_orders=record.changed_orders,
        changed_examples=_changes(record.changed_examples),
        net_sales=[money_of(minor, currency) for currency, minor in record.net_sales_minor.items()],
        value_per_point=record.value_per_point,
        currency_code=CurrencyCode(record.currency) if record.currency else None,
        cost_before=record.cost_before,
        cost_after=record.cost_after,
        margin_before=record.margin_share(record.cost_before, places),
        margin_after=record.margin_share(record.cost_after, places),
    )


def _rule(record: RuleRecord, locale: str) -> PreviewedRule:
    return PreviewedRule(
        handle=record.handle,
        title=record.title,
        reason=OrderReason[record.reason.upper()],
        reason_text=order_reason_text(record.reason, locale),
        points=Points(record.points),
        missed=missed_of(record.missed),
        derivation=derivation_of(record.derivation),
    )


def _changes(records: Iterable[ChangeRecord]) -> list[PointsChange]:
    return [
        PointsChange(
            member_id=strawberry.ID(gid("Member", one.member_id)),
            order_id=None if one.order_id is None else strawberry.ID(f"gid://shopify/Order/{one.order_id}"),
            before=Points(one.before),
            after=Points(one.after),
            difference=Points(one.difference),
        )
        for one in records
    ]

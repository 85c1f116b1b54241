"""Rules as merchants read them: everything that they can say, typed."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from engine.rules.caps import Cap
from engine.rules.expiries import ExpiresAfter, ExpiresIdle, ExpiresOn
from engine.rules.expiries import Expiry as ExpiryRecord
from engine.rules.holds import DaysHold, UntilHold
from engine.rules.holds import Hold as HoldRecord
from engine.rules.rule import Exclusions as ExclusionsRecord
from engine.rules.rule import Formula as FormulaRecord
from engine.rules.rule import Multiplier as MultiplierRecord
from engine.rules.rule import Multiply, PerMoney
from engine.rules.rule import Rule as RuleRecord
from engine.rules.rule import Window as WindowRecord
from laurel_graphql.gids import gids_of_shop
from laurel_graphql.inputs.rule_enums import (
    CalendarPeriod,
    CapScope,
    ExpiryKind,
    ExpiryRound,
    FormulaKind,
    HoldEvent,
    HoldKind,
    MultipliersStack,
    RuleRounding,
    RuleScope,
    RuleTrigger,
)
from laurel_graphql.scalars import LocalDateTime, Points
from laurel_graphql.types.conditions import ConditionNode, condition_nodes
from laurel_graphql.types.ways import CurrencyRate, rates_of


@strawberry.type(description="How points are worked out.")
class Formula:
    kind: FormulaKind = strawberry.field(description="How.")
    rates: list[CurrencyRate] = strawberry.field(description="Points per unit of money, by currency; empty otherwise.")
    points: Points | None = strawberry.field(description="The points, for FIXED and PER_UNIT.")
    factor: Decimal | None = strawberry.field(description="The factor, for MULTIPLY.")


@strawberry.type(description="From one wall-clock time of the program's zone until before another.")
class Window:
    starts_at: LocalDateTime | None = strawberry.field(description="The first moment, null: open.")
    ends_at: LocalDateTime | None = strawberry.field(description="The end, exclusive, null: open.")


@strawberry.type(description="Makes lines worth more, or less, where its condition is met, in its window.")
class Multiplier:
    factor: Decimal = strawberry.field(description="The factor.")
    condition: list[ConditionNode] = strawberry.field(description="Where it holds; empty: everywhere.")
    window: Window | None = strawberry.field(description="When it holds; null: always.")


@strawberry.type(description="What does not count towards a rule's base.")
class Exclusions:
    tax: bool = strawberry.field(description="Tax, where prices include it.")
    shipping: bool = strawberry.field(description="Delivery.")
    gift_cards: bool = strawberry.field(description="Gift cards bought.")
    gift_card_paid: bool = strawberry.field(description="The share that was paid by gift card.")
    store_credit_paid: bool = strawberry.field(description="The share that was paid by store credit.")
    product_tags: list[str] = strawberry.field(description="Products with one of these tags.")
    collection_ids: list[strawberry.ID] = strawberry.field(description="Products of these collections of the shop.")
    product_ids: list[strawberry.ID] = strawberry.field(description="These products of the shop.")
    customer_tags: list[str] = strawberry.field(description="Customers with one of these tags.")


@strawberry.type(name="Cap", description="At most so many points in a period.")
class CapFacts:
    handle: str = strawberry.field(description="Its handle. Rules that name the same one share one cap.")
    per: CapScope = strawberry.field(description="Whose points.")
    period: CalendarPeriod = strawberry.field(description="In which period.")
    points: Points = strawberry.field(description="At most how many.")


@strawberry.type(description="How long points wait before they can be spent.")
class Hold:
    kind: HoldKind = strawberry.field(description="How.")
    days: int | None = strawberry.field(description="How many days; of a return window its length.")
    event: HoldEvent | None = strawberry.field(description="What they wait for.")
    at_most_days: int | None = strawberry.field(description="They wait no longer than this.")


@strawberry.type(description="When points end.")
class Expiry:
    kind: ExpiryKind = strawberry.field(description="How.")
    days: int | None = strawberry.field(description="After so many days, of life or of silence.")
    months: int | None = strawberry.field(description="After so many months.")
    round: ExpiryRound | None = strawberry.field(description="The end of which period it is moved to.")
    month: int | None = strawberry.field(description="The month of the day of the year.")
    day: int | None = strawberry.field(description="The day of the year within its month.")
    grace_days: int | None = strawberry.field(description="So many days later.")


@strawberry.type(description="One way to earn, with everything that decides whether and how much.")
class Rule:
    handle: str = strawberry.field(description="Its handle, which its awards keep.")
    title: str = strawberry.field(description="Its title, as shoppers see it.")
    enabled: bool = strawberry.field(description="Whether it gives anything.")
    trigger: RuleTrigger = strawberry.field(description="What it answers to.")
    event_name: str | None = strawberry.field(description="The event's name, for CUSTOM.")
    audience: list[ConditionNode] = strawberry.field(description="For whom; empty: for everybody.")
    window: Window | None = strawberry.field(description="When it holds; null: always.")
    condition: list[ConditionNode] = strawberry.field(description="For what; empty: for everything.")
    scope: RuleScope = strawberry.field(description="What it is worked out over.")
    formula: Formula = strawberry.field(description="How points are worked out.")
    multipliers: list[Multiplier] = strawberry.field(description="What multiplies the points of single lines.")
    multipliers_stack: MultipliersStack = strawberry.field(description="How several multipliers go together.")
    exclude: Exclusions = strawberry.field(description="What does not count.")
    test_orders: bool = strawberry.field(description="Whether test orders earn.")
    rounding: RuleRounding = strawberry.field(description="How it rounds.")
    caps: list[CapFacts] = strawberry.field(description="Upper bounds.")
    group: str | None = strawberry.field(description="The handle of its group, null for none.")
    priority: int = strawberry.field(description="A lower one comes first; of equals the lower handle.")
    hold: Hold = strawberry.field(description="How long its points wait.")
    expiry: Expiry = strawberry.field(description="When its points end.")
    counts_for_tier: bool = strawberry.field(description="Whether its points count where tiers are reached by points.")


def rule_of(rule: RuleRecord) -> Rule:
    """The rule of an engine's record."""
    return Rule(
        handle=rule.handle,
        title=rule.title,
        enabled=rule.enabled,
        trigger=RuleTrigger[rule.trigger.upper()],
        event_name=rule.event_name,
        audience=condition_nodes(rule.audience),
        window=_window(rule.window),
        condition=condition_nodes(rule.condition),
        scope=RuleScope[rule.scope.upper()],
        formula=_formula(rule.formula),
        multipliers=[_multiplier(one) for one in rule.multipliers],
        multipliers_stack=MultipliersStack[rule.multipliers_stack.upper()],
        exclude=_exclusions(rule.exclude),
        test_orders=rule.test_orders,
        rounding=RuleRounding[rule.rounding.upper()],
        caps=[_cap(cap) for cap in rule.caps],
        group=rule.group,
        priority=rule.priority,
        hold=_hold(rule.hold),
        expiry=_expiry(rule.expiry),
        counts_for_tier=rule.counts_for_tier,
    )


def _formula(formula: FormulaRecord) -> Formula:
    return Formula(
        kind=FormulaKind[formula.kind.upper()],
        rates=rates_of(formula),
        points=None if isinstance(formula, PerMoney | Multiply) else Points(formula.points),
        factor=formula.factor if isinstance(formula, Multiply) else None,
    )


def _window(window: WindowRecord | None) -> Window | None:
    if window is None:
        return None
    starts, ends = window.starts_at, window.ends_at
    return Window(
        starts_at=None if starts is None else LocalDateTime(starts),
        ends_at=None if ends is None else LocalDateTime(ends),
    )


def _multiplier(one: MultiplierRecord) -> Multiplier:
    return Multiplier(factor=one.factor, condition=condition_nodes(one.condition), window=_window(one.window))


def _exclusions(exclude: ExclusionsRecord) -> Exclusions:
    return Exclusions(
        tax=exclude.tax,
        shipping=exclude.shipping,
        gift_cards=exclude.gift_cards,
        gift_card_paid=exclude.gift_card_paid,
        store_credit_paid=exclude.store_credit_paid,
        product_tags=list(exclude.product_tags),
        collection_ids=gids_of_shop("Collection", exclude.collection_ids),
        product_ids=gids_of_shop("Product", exclude.product_ids),
        customer_tags=list(exclude.customer_tags),
    )


def _cap(cap: Cap) -> CapFacts:
    return CapFacts(
        handle=cap.handle,
        per=CapScope[cap.per.upper()],
        period=CalendarPeriod[cap.period.upper()],
        points=Points(cap.points),
    )


def _hold(hold: HoldRecord) -> Hold:
    until = hold if isinstance(hold, UntilHold) else None
    return Hold(
        kind=HoldKind[hold.kind.upper()],
        days=hold.days if isinstance(hold, DaysHold) else until.days or None if until else None,
        event=HoldEvent[until.event.upper()] if until else None,
        at_most_days=until.at_most_days if until else None,
    )


def _expiry(expiry: ExpiryRecord) -> Expiry:
    after = expiry if isinstance(expiry, ExpiresAfter) else None
    on = expiry if isinstance(expiry, ExpiresOn) else None
    return Expiry(
        kind=ExpiryKind[expiry.kind.upper()],
        days=expiry.days if isinstance(expiry, ExpiresAfter | ExpiresIdle) else None,
        months=after.months if after else None,
        round=ExpiryRound[after.round.upper()] if after else None,
        month=on.month if on else None,
        day=on.day if on else None,
        grace_days=on.grace_days if on else None,
    )

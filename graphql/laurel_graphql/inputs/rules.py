"""Rules as merchants write them. Everything is typed, and checked again by the engine's own definition."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import strawberry

from laurel_graphql.gids import shopify_number_of
from laurel_graphql.inputs.conditions import ConditionInput
from laurel_graphql.inputs.given import one_of, plain
from laurel_graphql.inputs.rule_enums import (
    CalendarPeriod,
    CapScope,
    ExpiryRound,
    HoldEvent,
    MultipliersStack,
    RuleRounding,
    RuleScope,
    RuleTrigger,
)
from laurel_graphql.scalars import CurrencyCode, LocalDateTime, Points


@strawberry.input(description="What a program pays for each unit of money in one currency.")
class CurrencyRateInput:
    currency_code: CurrencyCode = strawberry.field(description="The currency.")
    points_per_unit: Decimal = strawberry.field(description="Points for one unit, such as one dollar.")


@strawberry.input(description="How points are worked out: exactly one of the fields.")
class FormulaInput:
    per_money: list[CurrencyRateInput] | None = strawberry.field(
        default=None, description="Points for each unit of money, by currency."
    )
    fixed: Points | None = strawberry.field(
        default=None, description="A number of points; for each line where the rule looks at lines."
    )
    per_unit: Points | None = strawberry.field(default=None, description="Points for each unit bought.")
    multiply: Decimal | None = strawberry.field(
        default=None, description="Multiplies what the other rules of its group give."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError."""
        kind, given = one_of(self, "a formula")
        if kind == "per_money":
            return {"kind": kind, "rates": {one.currency_code: one.points_per_unit for one in given}}
        return {"kind": kind, "factor" if kind == "multiply" else "points": given}


@strawberry.input(description="From one wall-clock time of the program's zone until before another.")
class WindowInput:
    starts_at: LocalDateTime | None = strawberry.field(default=None, description="The first moment; null: open.")
    ends_at: LocalDateTime | None = strawberry.field(default=None, description="The end, exclusive; null: open.")


@strawberry.input(description="Makes lines worth more, or less, where its condition is met, in its window.")
class MultiplierInput:
    factor: Decimal = strawberry.field(description="The factor, such as `2`.")
    condition: ConditionInput | None = strawberry.field(default=None, description="Where it holds; null: everywhere.")
    window: WindowInput | None = strawberry.field(default=None, description="When it holds; null: always.")


@strawberry.input(description="What does not count towards a rule's base.")
class ExclusionsInput:
    tax: bool | None = strawberry.field(default=None, description="Tax, where prices include it. By default true.")
    shipping: bool | None = strawberry.field(default=None, description="Delivery. By default true.")
    gift_cards: bool | None = strawberry.field(default=None, description="Gift cards bought. By default true.")
    gift_card_paid: bool | None = strawberry.field(
        default=None, description="The share that was paid by gift card. By default false."
    )
    store_credit_paid: bool | None = strawberry.field(
        default=None, description="The share that was paid by store credit. By default false."
    )
    product_tags: list[str] | None = strawberry.field(default=None, description="Products with one of these tags.")
    collection_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Products of these collections of the shop."
    )
    product_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="These products of the shop.")
    customer_tags: list[str] | None = strawberry.field(default=None, description="Customers with one of these tags.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises RequestError for an id that is none."""
        found = {name: plain(value) for name, value in self.__dict__.items() if value is not None}
        for name, kind in (("collection_ids", "Collection"), ("product_ids", "Product")):
            if name in found:
                found[name] = [shopify_number_of(one, kind) for one in found[name][:1000]]
        return found


@strawberry.input(description="At most so many points in a period.")
class CapInput:
    handle: str = strawberry.field(description="Its handle. Rules that name the same one share one cap.")
    per: CapScope | None = strawberry.field(default=None, description="Whose points; by default each member's.")
    period: CalendarPeriod = strawberry.field(description="In which period.")
    points: Points = strawberry.field(description="At most how many.")


@strawberry.input(description="What points wait for.")
class HoldUntilInput:
    event: HoldEvent = strawberry.field(description="What they wait for.")
    days: int | None = strawberry.field(default=None, description="The length of the return window, and only of that.")
    at_most_days: int | None = strawberry.field(
        default=None, description="They wait no longer than this. By default 60."
    )


@strawberry.input(description="How long points wait before they can be spent: exactly one of the fields.")
class HoldInput:
    days: int | None = strawberry.field(default=None, description="Some days.")
    until: HoldUntilInput | None = strawberry.field(default=None, description="Until something happens to the order.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError."""
        kind, given = one_of(self, "a hold")
        return {"kind": "days", "days": given} if kind == "days" else {"kind": "until", **plain(given)}


@strawberry.input(description="Points live for some days or months.")
class ExpiryAfterInput:
    days: int | None = strawberry.field(default=None, description="How many days; or else:")
    months: int | None = strawberry.field(default=None, description="How many months.")
    round: ExpiryRound | None = strawberry.field(default=None, description="The end of which period it is moved to.")


@strawberry.input(description="Points end with a day of the year.")
class ExpiryCalendarInput:
    month: int = strawberry.field(description="The month, 1 to 12.")
    day: int = strawberry.field(description="The day of the month.")
    grace_days: int | None = strawberry.field(default=None, description="So many days later. By default 0.")


@strawberry.input(description="When points end: exactly one of the fields.")
class ExpiryInput:
    never: bool | None = strawberry.field(default=None, description="True: never.")
    after: ExpiryAfterInput | None = strawberry.field(default=None, description="After some time.")
    calendar: ExpiryCalendarInput | None = strawberry.field(default=None, description="On a day of the year.")
    inactivity_days: int | None = strawberry.field(
        default=None, description="So many days after the last purchase, which every purchase moves."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError."""
        kind, given = one_of(self, "an expiry")
        if kind == "inactivity_days":
            return {"kind": "inactivity", "days": given}
        return {"kind": kind} if kind == "never" else {"kind": kind, **plain(given)}


@strawberry.input(description="A rule as a whole: one way to earn.")
class RuleInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64. Awards keep it.")
    title: str = strawberry.field(description="Its title, as shoppers see it; at most 80 characters.")
    enabled: bool = strawberry.field(default=True, description="Whether it gives anything.")
    trigger: RuleTrigger = strawberry.field(description="What it answers to.")
    event_name: str | None = strawberry.field(default=None, description="The event's name, for CUSTOM and only for it.")
    audience: ConditionInput | None = strawberry.field(
        default=None, description="For whom: a condition over `member.` fields. Null: everybody."
    )
    window: WindowInput | None = strawberry.field(default=None, description="When it holds; null: always.")
    condition: ConditionInput | None = strawberry.field(default=None, description="For what; null: for everything.")
    scope: RuleScope | None = strawberry.field(
        default=None, description="What it is worked out over; by default ORDER for orders, EVENT for events."
    )
    formula: FormulaInput = strawberry.field(description="How points are worked out.")
    multipliers: list[MultiplierInput] | None = strawberry.field(default=None, description="At most 20.")
    multipliers_stack: MultipliersStack | None = strawberry.field(
        default=None, description="How several go together; by default MULTIPLY."
    )
    exclude: ExclusionsInput | None = strawberry.field(default=None, description="What does not count.")
    test_orders: bool = strawberry.field(default=False, description="Whether test orders earn.")
    rounding: RuleRounding | None = strawberry.field(default=None, description="By default HALF_EVEN.")
    caps: list[CapInput] | None = strawberry.field(default=None, description="Upper bounds, at most 10.")
    group: str | None = strawberry.field(default=None, description="The handle of its group, null for none.")
    priority: int | None = strawberry.field(
        default=None, description="A lower one comes first; of equals the lower handle. By default 100."
    )
    hold: HoldInput | None = strawberry.field(default=None, description="Null: points can be spent at once.")
    expiry: ExpiryInput | None = strawberry.field(default=None, description="Null: after 365 days.")
    counts_for_tier: bool = strawberry.field(
        default=True, description="Whether its points count where tiers are reached by points."
    )

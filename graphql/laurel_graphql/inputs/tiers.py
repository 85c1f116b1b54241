"""Tiers as merchants write them: typed trees of requirements, windows and terms. Nothing in it is ever run as code."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from laurel_graphql.inputs.given import one_of, plain
from laurel_graphql.inputs.perks import PerkInput
from laurel_graphql.inputs.rule_enums import CalendarPeriod
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.tier_values import TierMetric


@strawberry.enum(description="Which days count for a tier.")
class TierWindowKind(Enum):
    LIFETIME = strawberry.enum_value("LIFETIME", description="All since joining.")
    ROLLING = strawberry.enum_value("ROLLING", description="The last so many days or months.")
    CALENDAR = strawberry.enum_value("CALENDAR", description="The running month, quarter or year.")
    ANNIVERSARY = strawberry.enum_value("ANNIVERSARY", description="The running period since joining.")


@strawberry.enum(description="How long a tier lasts that was reached.")
class TierTermKind(Enum):
    NEVER = strawberry.enum_value("NEVER", description="It never ends.")
    AFTER = strawberry.enum_value("AFTER", description="So many days or months.")
    CALENDAR = strawberry.enum_value("CALENDAR", description="To the end of the running period, or of a later one.")
    ANNIVERSARY = strawberry.enum_value("ANNIVERSARY", description="To the end of the running period since joining.")


@strawberry.enum(description="Where a member goes who does not qualify anew when their tier ends.")
class TierDowngrade(Enum):
    ONE_DOWN = strawberry.enum_value("ONE_DOWN", description="One tier down.")
    RECOMPUTE = strawberry.enum_value("RECOMPUTE", description="To the tier that they qualify for.")
    TO_BASE = strawberry.enum_value("TO_BASE", description="To the lowest.")


@strawberry.enum(description="What becomes of a tier whose reason is gone.")
class TierKeeping(Enum):
    KEEP = strawberry.enum_value("KEEP", description="It stays to the end of its term.")
    RECOMPUTE = strawberry.enum_value("RECOMPUTE", description="The member goes at once to what they qualify for.")


@strawberry.enum(description="How often the points for entering a tier are given.")
class EntryRewards(Enum):
    ONCE = strawberry.enum_value("ONCE", description="Once for each tier.")
    EACH_TIME = strawberry.enum_value("EACH_TIME", description="Each time that the tier is entered.")


@strawberry.input(description="An amount of one metric.")
class MetricAmountInput:
    metric: TierMetric = strawberry.field(description="What is counted.")
    amount: Decimal = strawberry.field(
        description="How much: in the currency's main unit for SPEND, otherwise a whole number."
    )
    more_than: bool = strawberry.field(default=False, description="Whether it takes more than the amount.")


@strawberry.input(description="A requirement: exactly one of the fields. At most 4 levels deep and 20 parts large.")
class RequirementInput:
    at_least: MetricAmountInput | None = strawberry.field(default=None, description="An amount of one metric.")
    all: list[RequirementInput] | None = strawberry.field(default=None, description="Met when every part is.")
    any: list[RequirementInput] | None = strawberry.field(default=None, description="Met when at least one part is.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError for a part with no field or with several."""
        kind, given = one_of(self, "a requirement")
        if kind == "at_least":
            return {"kind": kind, **plain(given)}
        return {"kind": kind, "requirements": [part.to_engine() for part in given]}


@strawberry.input(description="Which days count. Fields that do not belong to its kind are refused.")
class TierWindowInput:
    kind: TierWindowKind = strawberry.field(description="Which days count.")
    days: int | None = strawberry.field(default=None, description="ROLLING: so many days, today among them.")
    months: int | None = strawberry.field(default=None, description="ROLLING or ANNIVERSARY: so many months.")
    unit: CalendarPeriod | None = strawberry.field(default=None, description="CALENDAR: MONTH, QUARTER or YEAR.")
    start_month: int | None = strawberry.field(
        default=None, description="CALENDAR: the month, 1 to 12, that years and quarters are counted from."
    )


@strawberry.input(description="How long a tier lasts, and what comes then. What is left out gets its default.")
class TierTermInput:
    kind: TierTermKind | None = strawberry.field(default=None, description="How long it lasts; by default NEVER.")
    days: int | None = strawberry.field(default=None, description="AFTER: so many days.")
    months: int | None = strawberry.field(default=None, description="AFTER or ANNIVERSARY: so many months.")
    unit: CalendarPeriod | None = strawberry.field(default=None, description="CALENDAR: MONTH, QUARTER or YEAR.")
    start_month: int | None = strawberry.field(default=None, description="CALENDAR: as for the window.")
    extra_periods: int | None = strawberry.field(
        default=None, description="CALENDAR or ANNIVERSARY: so many whole periods more; by default 0."
    )
    downgrade: TierDowngrade | None = strawberry.field(default=None, description="By default RECOMPUTE.")
    grace_days: int | None = strawberry.field(
        default=None, description="For so many days after its end it stays, at risk; by default 0."
    )
    soft_landing: bool | None = strawberry.field(
        default=None, description="Whether nobody ever goes down more than one tier; by default not."
    )

    def to_engine(self) -> dict[str, Any]:
        """The fields of the engine's program that it sets."""
        given = {name: plain(value) for name, value in self.__dict__.items() if value is not None}
        outside: dict[str, Any] = {
            name: given.pop(name) for name in ("downgrade", "grace_days", "soft_landing") if name in given
        }
        kind = given.pop("kind", "never")
        return {"term": {"kind": "lasts" if kind == "after" else kind, **given}, **outside}


@strawberry.input(description="A tier. What is left out gets its default.")
class TierInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, unique among the tiers.")
    name: str = strawberry.field(description="Its name, 1 to 80 characters.")
    color: str | None = strawberry.field(default=None, description="Its color, `#rrggbb`.")
    description: str = strawberry.field(default="", description="What it is, at most 1,000 characters.")
    enter: RequirementInput | None = strawberry.field(
        default=None, description="What it takes to come here; the lowest tier has none, all others need one."
    )
    retain: RequirementInput | None = strawberry.field(
        default=None, description="What it takes to stay when its term ends; null: the same as to enter."
    )
    reenter: RequirementInput | None = strawberry.field(
        default=None, description="What it takes to come back after going down; null: the same as to enter."
    )
    entry_points: Points | None = strawberry.field(default=None, description="Points for entering; by default 0.")
    entry_days: int | None = strawberry.field(
        default=None, description="For how many days these points can be spent; by default 365."
    )
    entry_never_expires: bool = strawberry.field(
        default=False, description="True: these points stay for good, and `entryDays` is not looked at."
    )
    perks: list[PerkInput] | None = strawberry.field(default=None, description="What it does for its members.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError and RequestError."""
        given = {name: value for name, value in self.__dict__.items() if value is not None}
        found: dict[str, Any] = {name: plain(value) for name, value in given.items() if name != "entry_never_expires"}
        return found | {"entry_days": None} if self.entry_never_expires else found


@strawberry.input(description="All tiers, lowest first, and how they are reached and kept.")
class TierDefinitionInput:
    currency: CurrencyCode = strawberry.field(
        description="The currency of SPEND; what was paid in another shop currency is not counted."
    )
    tiers: list[TierInput] = strawberry.field(description="The tiers, lowest first, 1 to 20.")
    window: TierWindowInput | None = strawberry.field(default=None, description="By default LIFETIME.")
    term: TierTermInput | None = strawberry.field(default=None, description="By default NEVER.")
    hold_days: int | None = strawberry.field(
        default=None,
        description="A refund within so many days of reaching a tier takes the tier and its entry points back; by "
        "default 0.",
    )
    after_hold: TierKeeping | None = strawberry.field(
        default=None, description="What a later refund does; by default KEEP."
    )
    when_changed: TierKeeping | None = strawberry.field(
        default=None,
        description="What this version does to members who no longer qualify for their tier; by default KEEP.",
    )
    entry_rewards: EntryRewards | None = strawberry.field(default=None, description="By default ONCE.")
    test_orders: bool | None = strawberry.field(default=None, description="Whether test orders count; by default not.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError and RequestError."""
        given = {name: value for name, value in self.__dict__.items() if value is not None and name != "term"}
        found: dict[str, Any] = {name: plain(value) for name, value in given.items()}
        return found if self.term is None else found | self.term.to_engine()

"""What a plan says: immutable, versioned data. A membership names the version that it was sold by.

Prices are given for each currency that the program's shops sell in, in minor units.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.perks.definitions import Perks
from engine.rewards.definitions import Amounts
from engine.rules.bounds import Frozen, Identifier

IntervalUnit = Literal["day", "week", "month", "year"]
FailureClass = Literal["soft", "hard", "authentication", "expired_card"]
UnusedRefund = Literal["full", "less_benefits", "none"]
FinalAction = Literal["skip", "pause", "cancel"]
MembershipState = Literal["trialing", "active", "past_due", "paused", "cancel_scheduled", "ended"]
Way = Literal["purchase", "contract", "grant"]

_COUNT_MAXIMUM = {"day": 3_650, "week": 520, "month": 120, "year": 10}
_ATTEMPTS_MAXIMUM = 10


def _plain(text: str) -> str:
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise ValueError("holds a control character")
    return text.strip()


def _rising(days: tuple[int, ...]) -> tuple[int, ...]:
    if list(days) != sorted(set(days)) or (days and days[0] != 0):
        raise ValueError("the days of the attempts begin with 0 and rise")
    return days


Text = Annotated[str, AfterValidator(_plain)]
DayCount = Annotated[int, Field(ge=0, le=365)]
Cycles = Annotated[int, Field(ge=1, le=1_000)]


class Interval(Frozen):
    """A length of the program's calendar. Months keep the day of the first one, and the last day where there is none
    such: from January 31 it is February 28, then March 31."""

    unit: IntervalUnit = "month"
    count: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.count > _COUNT_MAXIMUM[self.unit]:
            raise ValueError("is longer than ten years")
        return self

    @property
    def months(self) -> int:
        """Its length in months; 0 where it is counted in days."""
        return self.count * {"month": 1, "year": 12}.get(self.unit, 0)

    @property
    def days(self) -> int:
        """Its length in days; 0 where it is counted in months."""
        return self.count * {"day": 1, "week": 7}.get(self.unit, 0)


class FixedDay(Frozen):
    """The day on which all members of the plan renew; the last of the month where it has no such day.

    `month` 1–12 is the month of yearly plans and the first one that others count from.
    """

    day: Annotated[int, Field(ge=1, le=31)]
    month: Annotated[int, Field(ge=1, le=12)] = 1


class PlanDefinition(Frozen):
    """One version of a plan."""

    title: Annotated[Text, Field(min_length=1, max_length=80)]
    description: Annotated[Text, Field(max_length=500)] = ""
    terms: Annotated[Text, Field(max_length=2_000)] = ""
    color: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] = "#5b4bb7"
    product_ids: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    """The shop's products that are this membership."""
    product_handle: Annotated[str, Field(pattern=r"^[^\s/?#<>\"'&,]{1,255}$")] | None = None
    """Where the product is shown, `/products/{handle}`; None: the plan has no page of its own."""
    variant_ids: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    """What is put into the cart to join, the first of them by default; empty: the shopper chooses on the page."""
    prices: Amounts
    interval: Interval = Interval()
    days_per_unit: Annotated[int, Field(ge=1, le=3_650)] | None = None
    """Days of 86,400 seconds that one unit bought gives; None: one interval of the calendar."""
    trial_days: DayCount = 0
    """For those whose contract begins: days of 24 hours before the first charge."""
    grace_days: DayCount = 7
    """How long privileges stay after a period that was not paid for: calendar days of the program's zone."""
    benefits: Perks = ()
    unused_refund: UnusedRefund = "less_benefits"
    minimum_cycles: Cycles = 1
    maximum_cycles: Cycles | None = None
    dunning: Annotated[
        tuple[DayCount, ...], Field(min_length=1, max_length=_ATTEMPTS_MAXIMUM), AfterValidator(_rising)
    ] = (0, 3, 5, 7)
    """Days after a period's end on which its payment is tried."""
    final_action: FinalAction = "cancel"
    fixed_day: FixedDay | None = None
    """All contracts renew on this day; None: each on the day of joining.

    The term until the first such day costs its share. It was paid whole at the checkout, so that the whole period after
    it costs no more than that share. Who pauses, or comes from a plan of another length, renews on a day of their own.
    """
    selling_plan_id: Identifier | None = None
    """The shop's selling plan that contracts of this plan come from; None: it is only sold by the unit."""
    test_orders: bool = False
    """Whether test orders start memberships."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.maximum_cycles is not None and self.maximum_cycles < self.minimum_cycles:
            raise ValueError("the most cycles are fewer than the fewest")
        if self.fixed_day is not None and not self.interval.months:
            raise ValueError("only a plan by months or years renews on a fixed day")
        if len(set(self.product_ids)) != len(self.product_ids):
            raise ValueError("names a product twice")
        return self

    @property
    def handles(self) -> tuple[str, ...]:
        """The handles of its benefits."""
        return tuple(perk.handle for perk in self.benefits)

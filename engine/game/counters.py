"""What is counted for something to play for, and its changes in time, the same for all kinds of games.

An order counts on the day on which it was placed, also what a refund takes from it later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from engine.money import MINOR_UNITS_MAXIMUM, POINTS_MAXIMUM, exponent
from engine.rules.bounds import Currency, Frozen, Words
from engine.tiers.activities import TEST_ORDER, Activity, Step

CounterMetric = Literal["spend", "points", "orders", "reviews", "referrals", "events", "days"]
Target = Annotated[Decimal, Field(gt=0, le=POINTS_MAXIMUM, decimal_places=4)]
"""How much is asked for: main units of the currency for spend, else a whole number."""
ORDER = "order"


class Counter(Frozen):
    """What counts. `sources` narrow it down to orders ("order"), reviews ("review"), "custom:<name>" and so on.

    - "events" are one for each activity, "days" the days of the program's zone on which there was at least one. An
      activity that is worth nothing counts there only where its source is named; one that lost its worth does not.
    - With `minimum_spend` only orders that are (still) worth at least that count, in `currency`.
    - Orders placed to try the shop out count as orders where `test_orders` says so.
    """

    metric: CounterMetric
    currency: Currency | None = None
    sources: Words = ()
    minimum_spend: Annotated[Decimal, Field(gt=0)] | None = None
    test_orders: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        money = self.metric == "spend" or self.minimum_spend is not None
        if money != (self.currency is not None):
            raise ValueError("a currency is named where spend is counted or asked for, and nowhere else")
        if TEST_ORDER in self.sources:
            raise ValueError("orders placed to try the shop out are counted by test_orders")
        if self.minimum_spend is not None and self.currency is not None:
            _minor(self.minimum_spend, self.currency)
        return self

    def units(self, amount: Decimal) -> int:
        """An amount as it is counted: spend in minor units. Raises ValueError for one that is not countable."""
        if self.metric == "spend" and self.currency is not None:
            return _minor(amount, self.currency)
        if amount != int(amount):
            raise ValueError(f"{self.metric} are counted in whole numbers")
        return int(amount)

    def amount(self, units: int) -> Decimal:
        """What was counted as people read it: spend in main units of the currency."""
        if self.metric == "spend" and self.currency is not None:
            return Decimal(units).scaleb(-exponent(self.currency))
        return Decimal(units)


class Change(NamedTuple):
    """At a moment the count of what was done at another one, on that day, changes by so much; a refund is negative."""

    at: datetime
    occurred_at: datetime
    day: date
    delta: int


class Counting:
    """The activities of one member made ready to be counted in many ways: each way is worked out once."""

    def __init__(self, activities: Iterable[Activity], zone: ZoneInfo) -> None:
        known = sorted(activities, key=lambda one: (one.occurred_at, one.shop_id, one.source, one.source_id))
        self._known = [(one, one.occurred_at.astimezone(zone).date()) for one in known if one.steps]
        self._changes: dict[Counter, tuple[Change, ...]] = {}

    def changes(self, counter: Counter) -> tuple[Change, ...]:
        """The signed changes of what is counted, in the order of time; see `changes`."""
        found = self._changes.get(counter)
        if found is None:
            self._changes[counter] = found = (
                _by_day(self._of(counter)) if counter.metric == "days" else self._of(counter)
            )
        return found

    def next_at(self, now: datetime) -> datetime | None:
        """When the next change after a moment is known to come; None where none is: clocks of shops may be ahead."""
        ahead = (
            max(step.at, one.occurred_at)
            for one, _ in self._known
            if one.occurred_at > now or one.steps[-1].at > now or len(one.steps) > 2
            for step in one.steps
        )
        return min((at for at in ahead if at > now), default=None)

    def _of(self, counter: Counter) -> tuple[Change, ...]:
        found: list[Change] = []
        counts = _Worth(counter)
        for one, day in self._known:
            if not counts.names(one):
                continue
            counted = 0
            for step in sorted(one.steps, key=_step_at) if len(one.steps) > 1 else one.steps:
                worth = counts.of(one, step)
                if worth != counted:
                    found.append(Change(max(step.at, one.occurred_at), one.occurred_at, day, worth - counted))
                    counted = worth
        found.sort(key=_at)  # the sort keeps the order of what changes at one instant
        return tuple(found)


def changes(counter: Counter, activities: Iterable[Activity], zone: ZoneInfo) -> tuple[Change, ...]:
    """The signed changes of what is counted, in the order of time; spend in minor units.

    In whichever order activities come, the result is the same. Changes of one instant happen at once: what they make
    together is what is counted then.
    """
    return Counting(activities, zone).changes(counter)


class _Worth:
    """What one activity counts by a counter."""

    def __init__(self, counter: Counter) -> None:
        self._field = {"spend": "spend_minor", "events": "", "days": ""}.get(counter.metric, counter.metric)
        self._currency = counter.currency
        self._sources = frozenset(counter.sources)
        self._test_orders = counter.test_orders
        least = counter.minimum_spend
        self._least = _minor(least, counter.currency) if least is not None and counter.currency is not None else None

    def names(self, one: Activity) -> bool:
        """Whether activities of its kind count at all."""
        order = one.source == ORDER or (one.source == TEST_ORDER and self._test_orders)
        if one.source == TEST_ORDER and not order:
            return False
        if self._sources and (ORDER if order else one.source) not in self._sources:
            return False
        return (self._currency is None or one.currency == self._currency) and (self._least is None or order)

    def of(self, one: Activity, step: Step) -> int:
        """How much it counts from a step on."""
        if self._least is not None and step.spend_minor < self._least:
            return 0
        if self._field:
            worth: int = getattr(step, self._field)
            return worth
        nameable = bool(self._sources) and one.source not in (ORDER, TEST_ORDER)
        return int(_is_worth(step) or (nameable and not any(map(_is_worth, one.steps))))


def _is_worth(step: Step) -> bool:
    return bool(step.spend_minor or step.points or step.orders or step.reviews or step.referrals)


def _by_day(events: tuple[Change, ...]) -> tuple[Change, ...]:
    """Days out of events: one for each day while there is any event on it."""
    found: list[Change] = []
    on: dict[date, int] = {}
    for change in events:
        before = on.get(change.day, 0)
        on[change.day] = before + change.delta
        if (before > 0) != (on[change.day] > 0):
            found.append(change)
    return tuple(found)


def _minor(amount: Decimal, currency: str) -> int:
    scaled = amount.scaleb(exponent(currency))
    if scaled != int(scaled) or scaled > MINOR_UNITS_MAXIMUM:
        raise ValueError(f"an amount has more decimals than {currency} has, or is too large")
    return int(scaled)


def _step_at(step: Step) -> datetime:
    return step.at


def _at(change: Change) -> datetime:
    return change.at

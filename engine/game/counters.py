"""What is counted for something to play for, and its changes in time, the same for all kinds of games.

An order counts on the day on which it was placed, also what a refund takes from it later.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from engine.game.worths import CURRENCY, IS_TEST, SOURCE, Row, index_of, large_orders, rows_of
from engine.money import MINOR_UNITS_MAXIMUM, POINTS_MAXIMUM, exponent
from engine.rules.bounds import Currency, Frozen, Words
from engine.tiers.activities import TEST_ORDER, Activity

CounterMetric = Literal["spend", "points", "orders", "reviews", "referrals", "events", "days"]
Target = Annotated[Decimal, Field(gt=0, le=POINTS_MAXIMUM, decimal_places=4)]
"""How much is asked for: main units of the currency for spend, else a whole number."""


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
    minimum_spend: Target | None = None
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

    @cached_property
    def key(self) -> str:
        """The same text for equal counters: compared far faster than they are."""
        return self.model_dump_json()

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
        self._rows: list[Row] | None = None
        self._changes: dict[str, tuple[Change, ...]] = {}
        self._events: dict[str, tuple[Change, ...]] = {}
        self._counted: dict[tuple[str, datetime, datetime | None, datetime | None], Sequence[Change]] = {}

    def changes(self, counter: Counter) -> tuple[Change, ...]:
        """The signed changes of what is counted, in the order of time; see `changes`."""
        found = self._changes.get(counter.key)
        if found is None:
            events = self.events(counter)
            self._changes[counter.key] = found = tuple(by_day(events)) if counter.metric == "days" else events
        return found

    def events(self, counter: Counter) -> tuple[Change, ...]:
        """The same with every event of a day in place of days.

        Who counts only what was done after some moment leaves out others first and then makes days (`by_day`): the
        first event of a day may lie before it.
        """
        found = self._events.get(counter.key)
        if found is None:
            self._events[counter.key] = found = tuple(self._of(counter))
        return found

    def counted(
        self, counter: Counter, until: datetime, since: datetime | None = None, before: datetime | None = None
    ) -> Sequence[Change]:
        """The changes until a moment, itself included, of what was done from `since` on and before `before`."""
        key = counter.key, until, since, before
        found = self._counted.get(key)
        if found is None:
            self._counted[key] = found = self._between(counter, until, since, before)
        return found

    def _between(
        self, counter: Counter, until: datetime, since: datetime | None, before: datetime | None
    ) -> Sequence[Change]:
        cut = bool(self._known) and (
            (since is not None and self._known[0][0].occurred_at < since)
            or (before is not None and self._known[-1][0].occurred_at >= before)
        )
        found: Sequence[Change] = self.events(counter) if cut else self.changes(counter)
        if found and found[-1].at > until:
            found = found[: bisect_right(found, until, key=_at)]
        if not cut:
            return found
        if since is not None:
            found = [change for change in found if change.occurred_at >= since]
        if before is not None:
            found = [change for change in found if change.occurred_at < before]
        return by_day(found) if counter.metric == "days" else found

    def next_at(self, now: datetime) -> datetime | None:
        """When the next change after a moment is known to come; None where none is: clocks of shops may be ahead."""
        if self._rows is None:
            self._rows = rows_of(self._known)
        place = bisect_right(self._rows, now, key=itemgetter(0))
        return self._rows[place][0] if place < len(self._rows) else None

    def _of(self, counter: Counter) -> Iterable[Change]:
        if self._rows is None:
            self._rows = rows_of(self._known)
        rows = self._rows
        if counter.minimum_spend is not None and counter.currency is not None:
            rows = rows_of(large_orders(self._known, _minor(counter.minimum_spend, counter.currency)))
        index = index_of(counter.metric, named=bool(counter.sources))
        if counter.currency is not None:
            rows = [row for row in rows if row[CURRENCY] == counter.currency]
        if counter.sources:
            sources = frozenset(counter.sources)
            rows = [row for row in rows if row[SOURCE] in sources]
        if counter.test_orders:
            return [Change(row[0], row[1], row[2], row[index]) for row in rows if row[index]]
        return [Change(row[0], row[1], row[2], row[index]) for row in rows if row[index] and not row[IS_TEST]]


def changes(counter: Counter, activities: Iterable[Activity], zone: ZoneInfo) -> tuple[Change, ...]:
    """The signed changes of what is counted, in the order of time; spend in minor units.

    In whichever order activities come, the result is the same. Changes of one instant happen at once: what they make
    together is what is counted then.
    """
    return Counting(activities, zone).changes(counter)


def by_day(events: Iterable[Change]) -> list[Change]:
    """Days out of events: one for each day while there is any event on it."""
    found: list[Change] = []
    on: dict[date, int] = {}
    for change in events:
        before = on.get(change.day, 0)
        on[change.day] = before + change.delta
        if (before > 0) != (on[change.day] > 0):
            found.append(change)
    return found


def _minor(amount: Decimal, currency: str) -> int:
    scaled = amount.scaleb(exponent(currency))
    if scaled != int(scaled) or scaled > MINOR_UNITS_MAXIMUM:
        raise ValueError(f"an amount has more decimals than {currency} has, or is too large")
    return int(scaled)


def _at(change: Change) -> datetime:
    return change.at

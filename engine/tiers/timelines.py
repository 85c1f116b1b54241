"""Activities as amounts that come and go in time, and their sums over the days that count.

Refunds come after the fact. A timeline may reckon with them before they happened: that is how a crossing that a refund
undoes is decided as if the refunded value had never been there.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.rules.days import local_day
from engine.tiers.activities import TEST_ORDER, Activity
from engine.tiers.definitions import TierProgram
from engine.tiers.facts import TierFacts

Counts = tuple[int, int, int, int, int, int]
Foresight = Callable[[datetime], datetime]
"""From when on a refund of a moment is reckoned with, where what it lowers is there already."""

NOTHING: Counts = (0, 0, 0, 0, 0, 0)
_MONTH: Counts = (0, 0, 0, 0, 0, 1)


class Delta(NamedTuple):
    """What changes at a moment for the bucket of a day (its proleptic ordinal)."""

    at: datetime
    day: int
    counts: Counts


class Moved(NamedTuple):
    """What came to count less, and whether anything came to count more."""

    lowered: list[Delta]
    raised: bool


def timeline(facts: TierFacts, program: TierProgram, known: datetime, foresight: Foresight | None) -> list[Delta]:
    """All changes that are known of at a moment, oldest first, as a program counts them."""
    found = [
        Delta(moment, _day(moment, facts.zone), _MONTH) for moment in facts.months if moment <= known
    ]  # fmt: skip
    for activity in facts.activities:
        if activity.source != TEST_ORDER or program.test_orders:
            found.extend(_deltas(activity, activity.currency == program.currency, facts.zone, known, foresight))
    found.sort(key=lambda delta: delta.at)
    return found


def _day(moment: datetime, zone: ZoneInfo) -> int:
    return local_day(moment, zone).toordinal()


def _deltas(
    activity: Activity, spends: bool, zone: ZoneInfo, known: datetime, foresight: Foresight | None
) -> Iterable[Delta]:
    """The changes of one activity."""
    worth: dict[datetime, Counts] = {}
    for step in sorted(activity.steps, key=lambda one: one.at):
        at = max(step.at, activity.occurred_at)
        if at <= known:
            spend = step.spend_minor if spends else 0
            worth[at] = (spend, step.points, step.orders, step.reviews, step.referrals, 0)
    if foresight is not None and len(worth) > 1:
        worth = _foreseen(worth, foresight)
    if not worth:
        return
    before, day = NOTHING, _day(activity.occurred_at, zone)
    for at, counts in worth.items():
        if counts != before:
            yield Delta(at, day, plus(counts, before, -1))
            before = counts


def _foreseen(worth: dict[datetime, Counts], foresight: Foresight) -> dict[datetime, Counts]:
    """The same worth, lowered as soon as a later fall is reckoned with; what rises later rises later."""
    moments = list(worth)
    reckoned = {at: max(moments[0], foresight(at)) for at in moments[1:]}
    found: dict[datetime, Counts] = {}
    for moment in sorted({*moments, *reckoned.values()}):
        in_force = max(at for at in moments if at <= moment)
        later = [worth[at] for at in moments if at > moment and reckoned[at] <= moment]
        found[moment] = _lowest([worth[in_force], *later])
    return found


def _lowest(rows: list[Counts]) -> Counts:
    a, b, c, d, e, f = (min(column) for column in zip(*rows, strict=True))
    return a, b, c, d, e, f


def plus(left: Counts, right: Counts, sign: int = 1) -> Counts:
    """Two rows of counts together, or with `sign` -1 the first less the second."""
    a, b, c, d, e, f = left
    g, h, i, j, k, m = right
    return a + sign * g, b + sign * h, c + sign * i, d + sign * j, e + sign * k, f + sign * m


class Tally:
    """The sum over a window that moves on through a timeline: moments and first days only ever grow."""

    def __init__(self, deltas: list[Delta]) -> None:
        self.deltas = deltas
        self.counts: Counts = NOTHING
        self._next = 0
        self._first = 0
        self._buckets: dict[int, Counts] = {}
        self._days: list[int] = []

    @property
    def next_at(self) -> datetime | None:
        """When the next change is."""
        return self.deltas[self._next].at if self._next < len(self.deltas) else None

    @property
    def oldest_day(self) -> int | None:
        """The first day in the window of which something counts."""
        return min((day for day, counts in self._buckets.items() if counts != NOTHING), default=None)

    def take(self, until: datetime) -> Moved:
        """Count everything up to and including a moment."""
        lowered, raised = [], False
        while self._next < len(self.deltas) and self.deltas[self._next].at <= until:
            _, day, counts = delta = self.deltas[self._next]
            self._next += 1
            raised = raised or max(counts) > 0
            if min(counts) < 0:
                lowered.append(delta)
            if day >= self._first:
                if day not in self._buckets:
                    heapq.heappush(self._days, day)
                self._buckets[day] = plus(self._buckets.get(day, NOTHING), counts)
                self.counts = plus(self.counts, counts)
        return Moved(lowered, raised)

    def narrow(self, first: int) -> None:
        """Let the days before the first one count no longer."""
        self._first = max(first, self._first)
        while self._days and self._days[0] < self._first:
            self.counts = plus(self.counts, self._buckets.pop(heapq.heappop(self._days)), -1)


def sum_of(deltas: Iterable[Delta], until: datetime, first: int) -> Counts:
    """What counts of a timeline at a moment, from a first day on."""
    total = NOTHING
    for at, day, counts in deltas:
        if at <= until and day >= first:
            total = plus(total, counts)
    return total

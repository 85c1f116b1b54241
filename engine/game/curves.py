"""How much was counted at which moment, and when that was as much as was asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from engine.game.counters import Change

Span = tuple[datetime, datetime | None]
"""From a moment on and before another one; None where it goes on."""


class Curve(NamedTuple):
    """The count from each of some moments on; it is 0 before the first one."""

    times: list[datetime]
    totals: list[int]

    @property
    def total(self) -> int:
        """The count in the end."""
        return self.totals[-1] if self.totals else 0


def curve_of(changes: Iterable[tuple[datetime, int]]) -> Curve:
    """Changes in the order of time, added up; those of one instant happen at once."""
    times: list[datetime] = []
    totals: list[int] = []
    total, last = 0, None
    for at, delta in changes:
        total += delta
        if at == last:
            totals[-1] = total
        else:
            times.append(at)
            totals.append(total)
            last = at
    return Curve(times, totals)


def reached(curve: Curve, targets: Sequence[int]) -> list[list[Span]]:
    """For each of some rising targets, all above 0: when the count was at least that."""
    toggles: list[list[datetime]] = [[] for _ in targets]
    met = 0
    low: int | None = None
    high = targets[0] if targets else None
    for at, total in zip(*curve, strict=True):
        if (low is None or total >= low) and (high is None or total < high):
            continue
        now = bisect_right(targets, total)
        for index in range(min(met, now), max(met, now)):
            toggles[index].append(at)
        met = now
        low, high = (targets[met - 1] if met else None), (targets[met] if met < len(targets) else None)
    return [_spans(one) for one in toggles]


def reached_in_days(changes: Iterable[Change], days: int, targets: Sequence[int]) -> list[list[Span]]:
    """For each of some rising targets: when any so many days in a row held at least that, as far as was known then."""
    rolling = _Rolling(days, targets)
    toggles: list[list[datetime]] = [[] for _ in targets]
    for at, group in groupby(changes, key=attrgetter("at")):
        for change in group:
            rolling.add(change.day.toordinal(), change.delta)
        for index, count in enumerate(rolling.met):
            if (count > 0) != (len(toggles[index]) % 2 == 1):
                toggles[index].append(at)
    return [_spans(one) for one in toggles]


def sum_of_days(changes: Iterable[Change], last: date, days: int) -> int:
    """What was counted on so many days, the last one among them."""
    first = last.toordinal() - days
    return sum(change.delta for change in changes if first < change.day.toordinal() <= last.toordinal())


def union(spans: Iterable[Span]) -> list[Span]:
    """Spans put together, in the order of time; those that touch are one."""
    found: list[Span] = []
    for start, end in sorted(spans, key=_start):
        if found and (found[-1][1] is None or found[-1][1] >= start):
            found[-1] = (found[-1][0], _later(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def intersection(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """When both hold; both are in the order of time, and none of the spans of one touch."""
    found: list[Span] = []
    for start, end in some:
        for from_, until in others:
            first, last = max(start, from_), _earlier(end, until)
            if last is None or first < last:
                found.append((first, last))
    return found


class _Rolling:
    """Sums of so many days in a row, one for each day on which anything was counted and that it ends with.

    `met` says how many of them are at least each target.
    """

    def __init__(self, days: int, targets: Sequence[int]) -> None:
        self._length = days
        self._targets = targets
        self._known: list[int] = []
        self._of: dict[int, int] = {}
        self._sums: dict[int, int] = {}
        self.met = [0] * len(targets)

    def add(self, day: int, delta: int) -> None:
        """Something is counted on a day, or no longer."""
        place = bisect_left(self._known, day)
        if place == len(self._known) or self._known[place] != day:
            self._open(place, day)
        self._of[day] += delta
        for other in self._known[place : bisect_left(self._known, day + self._length)]:
            self._set(other, self._sums[other] + delta)

    def _open(self, place: int, day: int) -> None:
        before = self._known[bisect_left(self._known, day - self._length + 1) : place]
        self._known.insert(place, day)
        self._of[day], self._sums[day] = 0, 0
        self._set(day, self._sum_before(before, day))

    def _sum_before(self, before: Sequence[int], day: int) -> int:
        """What the days before hold, out of the sum that ends with the last of them, less what is too old by now."""
        if not before:
            return 0
        last = before[-1]
        old = self._known[bisect_left(self._known, last - self._length + 1) : bisect_left(self._known, before[0])]
        return self._sums[last] - sum(self._of[one] for one in old)

    def _set(self, day: int, total: int) -> None:
        met, now = bisect_right(self._targets, self._sums[day]), bisect_right(self._targets, total)
        self._sums[day] = total
        for index in range(met, now):
            self.met[index] += 1
        for index in range(now, met):
            self.met[index] -= 1


def _spans(toggles: Sequence[datetime]) -> list[Span]:
    ends: list[datetime | None] = list(toggles[1::2])
    if len(toggles) % 2:
        ends.append(None)
    return list(zip(toggles[::2], ends, strict=True))


def _start(span: Span) -> datetime:
    return span[0]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)

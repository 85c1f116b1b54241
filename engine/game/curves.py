"""How much was counted at which moment, and when that was as much as was asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import accumulate, compress, islice
from operator import eq, le, ne
from typing import NamedTuple

from engine.game.counters import Change

Span = tuple[datetime, datetime | None]
"""From a moment on and before another one; None where it goes on."""


class Curve(NamedTuple):
    """The count from each of some moments on; it is 0 before the first one. `rises` where it never falls."""

    times: Sequence[datetime]
    totals: Sequence[int]
    rises: bool

    @property
    def total(self) -> int:
        """The count in the end."""
        return self.totals[-1] if self.totals else 0


def curve_of(times: Sequence[datetime], deltas: Sequence[int]) -> Curve:
    """Changes in the order of time, added up; those of one instant happen at once."""
    totals = list(accumulate(deltas))
    if any(map(eq, times, islice(times, 1, None))):
        lasts = [*map(ne, times, islice(times, 1, None)), True]
        times, totals = list(compress(times, lasts)), list(compress(totals, lasts))
    return Curve(times, totals, not deltas or min(deltas) >= 0)


def reached(curve: Curve, targets: Sequence[int]) -> list[list[Span]]:
    """For each of some rising targets, all above 0: when the count was at least that."""
    if curve.rises:
        places = [bisect_left(curve.totals, target) for target in targets]
        return [[(curve.times[place], None)] if place < len(curve.times) else [] for place in places]
    toggles: list[list[datetime]] = [[] for _ in targets]
    met = 0
    low: int | None = None
    high = targets[0] if targets else None
    for at, total in zip(curve.times, curve.totals, strict=True):
        if (low is None or total >= low) and (high is None or total < high):
            continue
        now = bisect_right(targets, total)
        for index in range(min(met, now), max(met, now)):
            toggles[index].append(at)
        met = now
        low, high = (targets[met - 1] if met else None), (targets[met] if met < len(targets) else None)
    return [_spans(one) for one in toggles]


def reached_in_days(changes: Sequence[Change], days: int, targets: Sequence[int]) -> list[list[Span]]:
    """For each of some rising targets: when any so many days in a row held at least that, as far as was known then.

    There is at least one change.
    """
    deltas, dates = [change[3] for change in changes], [change[2] for change in changes]
    if sum(deltas) < targets[0] and min(deltas) > 0:
        return [[] for _ in targets]
    if min(deltas) > 0 and all(map(le, dates, islice(dates, 1, None))):
        return _reached_in_days(changes, days, targets)
    rolling = _Rolling(days, targets)
    toggles: list[list[datetime]] = [[] for _ in targets]
    last: datetime | None = None
    for at, _, day, delta in changes:
        if last is not None and at != last:
            _note(toggles, rolling.met, last)
        rolling.add(day.toordinal(), delta)
        last = at
    if last is not None:
        _note(toggles, rolling.met, last)
    return [_spans(one) for one in toggles]


def _reached_in_days(changes: Sequence[Change], days: int, targets: Sequence[int]) -> list[list[Span]]:
    """The same where nothing was refunded and days come one after the other: what is reached stays."""
    found: list[list[Span]] = [[] for _ in targets]
    oldest = total = met = 0
    for at, _, day, delta in changes:
        total += delta
        while (day - changes[oldest][2]).days >= days:
            total -= changes[oldest][3]
            oldest += 1
        while total >= targets[met]:
            found[met].append((at, None))
            met += 1
            if met == len(targets):
                return found
    return found


def sum_of_days(changes: Iterable[Change], last: date, days: int) -> int:
    """What was counted on so many days, the last one among them."""
    first = date.fromordinal(max(1, last.toordinal() - days + 1))
    return sum([delta for _, _, day, delta in changes if first <= day <= last])


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
        self._days: list[int] = []
        self._counts: list[int] = []
        self._sums: list[int] = []
        self.met = [0] * len(targets)

    def add(self, day: int, delta: int) -> None:
        """Something is counted on a day, or no longer."""
        days = self._days
        place = len(days) - 1 if days and days[-1] == day else bisect_left(days, day)
        if place == len(days) or days[place] != day:
            self._open(place, day)
        self._counts[place] += delta
        while place < len(days) and days[place] < day + self._length:
            self._set(place, self._sums[place] + delta)
            place += 1

    def _open(self, place: int, day: int) -> None:
        """A day on which nothing was counted so far: its sum is that of the day before, less what is too old by now."""
        total = 0
        if place:
            oldest = bisect_left(self._days, self._days[place - 1] - self._length + 1)
            youngest = bisect_left(self._days, day - self._length + 1, oldest, place)
            total = self._sums[place - 1] - sum(self._counts[oldest:youngest])
        self._days.insert(place, day)
        self._counts.insert(place, 0)
        self._sums.insert(place, 0)
        self._set(place, total)

    def _set(self, place: int, total: int) -> None:
        before = self._sums[place]
        self._sums[place] = total
        for index, target in enumerate(self._targets):
            if (before >= target) != (total >= target):
                self.met[index] += 1 if total >= target else -1


def _note(toggles: list[list[datetime]], met: Sequence[int], at: datetime) -> None:
    for index, count in enumerate(met):
        if (count > 0) != (len(toggles[index]) % 2 == 1):
            toggles[index].append(at)


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

"""Whether steps were finished, and since when, by what was done in a stretch of time.

What a refund takes away is reckoned with as if it had never been there: at each moment the steps are as they would be,
had everything been worth no more than it was from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from engine.challenges.definitions import Asked
from engine.game.counters import Change

Told = Sequence[Sequence[Change]]
"""What was done in a stretch, for each way of counting, in the order of time; days are told as the events on them."""

Row = tuple[datetime, int, Change]
"""A moment, a way of counting, and what changed."""


class Interval(NamedTuple):
    """All steps were finished from a moment on and until another one, if any."""

    starts_at: datetime
    ends_at: datetime | None


class Reached(NamedTuple):
    """How much of a step was done, and when it was finished."""

    units: int
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """When all steps were finished, and how far each is at the end."""

    intervals: tuple[Interval, ...]
    steps: tuple[Reached, ...]


class Spells:
    """When something was so, noted one moment after the other."""

    def __init__(self) -> None:
        self.found: list[Interval] = []

    def note(self, moment: datetime, holds: bool) -> None:
        """From this moment on it is so, or it is not."""
        goes_on = bool(self.found) and self.found[-1].ends_at is None
        if holds and not goes_on:
            self.found.append(Interval(moment, None))
        elif goes_on and not holds:
            self.found[-1] = self.found[-1]._replace(ends_at=moment)


def in_any_order(asked: Sequence[Asked], told: Told) -> Attempt:
    """Go through all that was done in a stretch, for steps that are done in any order."""
    tallies = [_Tally(next(one.by_day for one in asked if one.way == way)) for way in range(len(told))]
    since: list[datetime | None] = [None] * len(asked)
    spells = Spells()
    for moment, rows in instants(told):
        for _, way, change in rows:
            tallies[way].add(change)
        for number, (way, units, _) in enumerate(asked):
            done = tallies[way].total >= units
            since[number] = (since[number] or moment) if done else None
        spells.note(moment, None not in since)
    steps = (Reached(tallies[one.way].total, at) for one, at in zip(asked, since, strict=True))
    return Attempt(tuple(spells.found), tuple(steps))


def instants(told: Told) -> Iterator[tuple[datetime, list[Row]]]:
    """All changes of each moment together, in the order of time."""
    if len(told) == 1:
        rows = [(change[0], 0, change) for change in told[0]]
    else:
        every = ((change[0], way, change) for way, changes in enumerate(told) for change in changes)
        rows = sorted(every, key=itemgetter(0))
    for moment, together in groupby(rows, key=itemgetter(0)):
        yield moment, list(together)


class _Tally:
    """The running sum of one way of counting."""

    def __init__(self, by_day: bool) -> None:
        self.total = 0
        self._days: defaultdict[date, int] | None = defaultdict(int) if by_day else None

    def add(self, change: Change) -> None:
        """A day counts while there is anything on it."""
        if self._days is None:
            self.total += change.delta
            return
        before = self._days[change.day] > 0
        self._days[change.day] += change.delta
        self.total += (self._days[change.day] > 0) - before

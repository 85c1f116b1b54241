"""Whether steps were finished, and since when, by what was done in a stretch of time.

What a refund takes away is reckoned with as if it had never been there: at each moment the steps are as they would be,
had everything been worth no more than it was from then on. So the second step of a sequence begins where what is left
finished the first, and a history without refunds takes one look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from engine.challenges.definitions import Asked
from engine.game.counters import Change

Told = Sequence[Sequence[Change]]
"""What was done in a stretch, for each way of counting, in the order of time; days are told as the events on them."""


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


class _Parts:
    """What counts in one way as far as is known, in the order in which it came to count."""

    def __init__(self, changes: Sequence[Change] = ()) -> None:
        """What is given at once was never taken back."""
        self._left = [change.delta for change in changes]
        self._changes = list(changes)
        self._of: dict[datetime, list[int]] = {}

    def add(self, change: Change) -> None:
        """A refund takes from what came last of what was done at that moment."""
        mine = self._of.setdefault(change.occurred_at, [])
        if change.delta > 0:
            mine.append(len(self._left))
            self._left.append(change.delta)
            self._changes.append(change)
            return
        missing = -change.delta
        while missing and mine:
            taken = min(missing, self._left[mine[-1]])
            self._left[mine[-1]] -= taken
            missing -= taken
            if not self._left[mine[-1]]:
                mine.pop()

    def reach(self, asked: Asked, after: datetime | None) -> Reached:
        """How much was done after a moment, and when it was as much as is asked for."""
        _, units, by_day = asked
        total, done_at = 0, None
        days: set[date] = set()
        for left, change in zip(self._left, self._changes, strict=True):
            if not left or (after is not None and change.occurred_at <= after) or (by_day and change.day in days):
                continue
            if by_day:
                days.add(change.day)
            total += left
            if done_at is None and total >= units:
                done_at = change.at
        return Reached(total, done_at)


class Attempting:
    """One attempt at the steps, looked at whenever something was taken back, and at the end."""

    def __init__(self, asked: Sequence[Asked], *, sequence: bool) -> None:
        self._asked, self._sequence = asked, sequence
        self._parts: list[_Parts] = []
        self._intervals: list[Interval] = []
        self._looked_at: datetime | None = None

    def go(self, told: Told) -> Attempt:
        """Take everything, in the order of time."""
        if all(change.delta > 0 for changes in told for change in changes):
            self._parts = [_Parts(changes) for changes in told]
        else:
            self._parts = [_Parts() for _ in told]
            self._step_by_step(told)
        steps = self._look(None)
        return Attempt(tuple(self._intervals), steps)

    def _step_by_step(self, told: Told) -> None:
        rows = sorted(
            ((change.at, way, change) for way, changes in enumerate(told) for change in changes), key=itemgetter(0)
        )
        for moment, together in groupby(rows, key=itemgetter(0)):
            taken = list(together)
            if any(change.delta < 0 for _, _, change in taken):
                self._look(moment)
            for _, way, change in taken:
                self._parts[way].add(change)

    def _look(self, until: datetime | None) -> tuple[Reached, ...]:
        """How far it is before a moment at which something is taken back, None for the end."""
        steps = self._steps()
        moments = [one.done_at for one in steps if one.done_at is not None]
        self._note(max(moments) if len(moments) == len(steps) else None)
        self._looked_at = until
        return steps

    def _note(self, finished_at: datetime | None) -> None:
        since = self._looked_at
        running = self._intervals[-1] if self._intervals and self._intervals[-1].ends_at is None else None
        if running is not None and since is not None and (finished_at is None or finished_at > since):
            self._intervals[-1] = running._replace(ends_at=since)
            running = None
        if running is None and finished_at is not None:
            self._intervals.append(Interval(finished_at, None))

    def _steps(self) -> tuple[Reached, ...]:
        found: list[Reached] = []
        after: datetime | None = None
        for one in self._asked:
            locked = self._sequence and bool(found) and found[-1].done_at is None
            found.append(Reached(0, None) if locked else self._parts[one.way].reach(one, after))
            after = found[-1].done_at if self._sequence else None
        return tuple(found)


def attempt(asked: Sequence[Asked], told: Told, *, sequence: bool) -> Attempt:
    """Go through all that was done in a stretch.

    In a `sequence` a step counts only what was done after the one before it was finished.
    """
    return Attempting(asked, sequence=sequence).go(told)

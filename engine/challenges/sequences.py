"""Steps that are done one after the other: each counts only what was done after the one before it was finished.

A refund takes from what came last of what was done at its order's moment. Where that had helped to finish a step, this
step and those after it begin where what is left would have put them; else a history takes one look at each change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter

from engine.challenges.attempts import Attempt, Reached, Row, Spells, Told, instants
from engine.challenges.definitions import Asked
from engine.game.counters import Change

_AT = attrgetter("at")


@dataclass(slots=True)
class _Way:
    """What counts in one way: each change that added something, and what is left of it."""

    changes: list[Change] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    of: dict[datetime, list[int]] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """Something more was done."""
        self.of.setdefault(change.occurred_at, []).append(len(self.left))
        self.left.append(change.delta)
        self.changes.append(change)

    def take(self, change: Change) -> list[tuple[int, int]]:
        """What a refund takes: from which changes, and how much."""
        mine, missing = self.of.get(change.occurred_at, []), -change.delta
        taken: list[tuple[int, int]] = []
        while missing and mine:
            part = min(missing, self.left[mine[-1]])
            taken.append((mine[-1], part))
            self.left[mine[-1]] -= part
            missing -= part
            if not self.left[mine[-1]]:
                mine.pop()
        return taken


@dataclass(slots=True)
class _Step:
    """One step that was begun: what counts after `after`, and by which change it was finished."""

    asked: Asked
    after: datetime | None
    total: int = 0
    days: set[date] = field(default_factory=set)
    done_at: datetime | None = None
    last: int = -1

    def counts(self, change: Change) -> bool:
        """Whether something was done late enough."""
        return self.after is None or change.occurred_at > self.after

    def add(self, index: int, change: Change, left: int) -> None:
        """Count something; it may finish the step."""
        if not left or not self.counts(change) or (self.asked.by_day and change.day in self.days):
            return
        if self.asked.by_day:
            self.days.add(change.day)
        self.total += 1 if self.asked.by_day else left
        if self.total >= self.asked.units:
            self.done_at, self.last = change.at, index


class _Sequence:
    """The steps as they are at a moment."""

    def __init__(self, asked: Sequence[Asked], ways: int) -> None:
        self._asked = asked
        self._ways = [_Way() for _ in range(ways)]
        self.steps: list[_Step] = [_Step(asked[0], None)]
        self.spells = Spells()

    def take(self, moment: datetime, rows: Sequence[Row]) -> None:
        """Everything of one moment, at once."""
        begin = [len(way.left) for way in self._ways]
        for _, way, change in rows:
            if change.delta > 0:
                self._ways[way].add(change)
        anew = len(self._asked)
        for _, way, change in rows:
            for index, taken in self._ways[way].take(change) if change.delta < 0 else ():
                if index < begin[way]:  # what is new of this moment was not counted yet
                    anew = min(anew, self._hit(way, index, taken))
        if anew < len(self._asked):
            del self.steps[anew + 1 :]
            self.steps[anew] = _Step(self._asked[anew], self.steps[anew].after)
            self._go()
        else:
            self._go(begin)
        self.spells.note(moment, self._finished)

    @property
    def _finished(self) -> bool:
        return len(self.steps) == len(self._asked) and self.steps[-1].done_at is not None

    def _hit(self, way: int, index: int, taken: int) -> int:
        """The first step that has to be looked at anew since something was taken; a number too high for none."""
        change = self._ways[way].changes[index]
        for number, step in enumerate(self.steps):
            if step.asked.way != way or not step.counts(change):
                continue
            if step.done_at is None and not step.asked.by_day:
                step.total -= taken
            elif step.done_at is None or index <= step.last:
                return number
        return len(self._asked)

    def _go(self, begin: Sequence[int] | None = None) -> None:
        """Count what there is for the running step, by default from where it begins, and so on while steps are done."""
        while True:
            step = self.steps[-1]
            way = self._ways[step.asked.way]
            first = begin[step.asked.way] if begin is not None else self._first(way, step.after)
            for index in range(first, len(way.left)):
                if step.done_at is not None:
                    break
                step.add(index, way.changes[index], way.left[index])
            if step.done_at is None or len(self.steps) == len(self._asked):
                return
            self.steps.append(_Step(self._asked[len(self.steps)], step.done_at))

    @staticmethod
    def _first(way: _Way, after: datetime | None) -> int:
        return 0 if after is None else bisect_right(way.changes, after, key=_AT)


def in_sequence(asked: Sequence[Asked], told: Told) -> Attempt:
    """Go through all that was done in a stretch, for steps that are done one after the other."""
    sequence = _Sequence(asked, len(told))
    for moment, rows in instants(told):
        sequence.take(moment, rows)
    steps = [Reached(step.total, step.done_at) for step in sequence.steps]
    return Attempt(tuple(sequence.spells.found), (*steps, *[Reached(0, None)] * (len(asked) - len(steps))))

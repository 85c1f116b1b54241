"""Which units of a streak were kept, and every moment at which one came to be kept or was lost again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from engine.streaks.walking import Kept

_Told = tuple[datetime, int, int]


@dataclass(frozen=True, slots=True)
class Turn:
    """A moment that does not simply lengthen the streak: before it, these units were kept."""

    at: datetime
    kept: tuple[Kept, ...]


class Units:
    """What was counted in each unit, taken in the order of time."""

    def __init__(self, needed: Callable[[int], int]) -> None:
        """`needed` says how much keeps a unit."""
        self._needed = needed
        self.counts: dict[int, int] = {}
        self._since: dict[int, datetime] = {}

    @property
    def kept(self) -> tuple[Kept, ...]:
        """The kept units in their order."""
        return tuple(Kept(unit, self._since[unit]) for unit in sorted(self._since))

    def turns(self, told: Sequence[_Told], repairs: Mapping[int, datetime]) -> Iterator[Turn]:
        """Take every (moment, unit, change). Stops before each moment after which what was reached may not be."""
        if not repairs and _only_lengthens(told):
            self._lengthen(told)
            return
        mended = sorted((at, unit, 0) for unit, at in repairs.items())
        newest = -1
        for moment, together in groupby(_merged(told, mended), key=itemgetter(0)):
            changes = list(together)
            after = self._after(changes)
            gone = any(unit in self._since and not kept for unit, kept in after.items())
            late = any(kept and unit not in self._since and unit < newest for unit, kept in after.items())
            if gone or late or any(not delta for _, _, delta in changes):
                yield Turn(moment, self.kept)
            newest = max([newest, *(unit for unit, kept in after.items() if kept)])
            self._take(moment, changes, after)

    def _lengthen(self, told: Sequence[_Told]) -> None:
        """One unit after the other, of which nothing was taken back."""
        for moment, unit, delta in told:
            count = self.counts[unit] = self.counts.get(unit, 0) + delta
            if unit not in self._since and count >= self._needed(unit):
                self._since[unit] = moment

    def _after(self, changes: Iterable[_Told]) -> dict[int, bool]:
        counts: dict[int, int] = {}
        for _, unit, delta in changes:
            counts[unit] = counts.get(unit, self.counts.get(unit, 0)) + delta
        return {unit: count >= self._needed(unit) for unit, count in counts.items()}

    def _take(self, moment: datetime, changes: Iterable[_Told], after: Mapping[int, bool]) -> None:
        for _, unit, delta in changes:
            self.counts[unit] = self.counts.get(unit, 0) + delta
        for unit, kept in after.items():
            if kept:
                self._since.setdefault(unit, moment)
            else:
                self._since.pop(unit, None)


def _only_lengthens(told: Sequence[_Told]) -> bool:
    newest = 0
    for _, unit, delta in told:
        if delta < 0 or unit < newest:
            return False
        newest = unit
    return True


def _merged(told: Iterable[_Told], mended: Iterable[_Told]) -> list[_Told]:
    return sorted([*told, *mended], key=itemgetter(0))

"""Whether what earned a running term still stands without what was refunded since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.rules.days import local_day
from engine.tiers.definitions import Asked
from engine.tiers.facts import TierFacts
from engine.tiers.frames import Frame
from engine.tiers.timelines import NOTHING, Counts, Delta, plus, sum_of


@dataclass(frozen=True, slots=True)
class Basis:
    """What a running term was earned by: the requirement that was met, and the last instant that counted for it."""

    asked: Asked
    at: datetime


class Proof:
    """Judges a term anew after each refund.

    It keeps the least that can be left, so that history is read again only where that no longer suffices.
    """

    def __init__(self, facts: TierFacts) -> None:
        self._facts = facts
        self._of: tuple[Frame, Basis] | None = None
        self._left: Counts = NOTHING

    def stands(self, frame: Frame, rank: int, basis: Basis, lowered: Sequence[Delta], moment: datetime) -> bool:
        """Whether a tier's requirement is met, at the time of the basis, without all that was refunded up to a moment.

        `lowered` is what is refunded at that moment.
        """
        check = frame.program.checks[rank][basis.asked]
        first, last = frame.first(basis.at), local_day(basis.at, self._facts.zone).toordinal()
        if self._of is not None and self._of[0] is frame and self._of[1] is basis:
            for _, day, counts in lowered:
                if first <= day <= last:
                    self._left = plus(self._left, _falls(counts))
            if check(self._left):
                return True
        known = Frame(frame.version, self._facts, moment, as_if_never=True)
        self._of, self._left = (frame, basis), sum_of(known.actual.deltas, basis.at, first)
        return check(self._left)


def _falls(counts: Counts) -> Counts:
    a, b, c, d, e, f = (min(0, count) for count in counts)
    return a, b, c, d, e, f

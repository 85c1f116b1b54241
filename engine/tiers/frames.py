"""How one version of the tiers counts what a member did: which days, which refunds ahead of time, for which tier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from engine.rules.days import days_later, local_day
from engine.tiers.calendars import first_day
from engine.tiers.definitions import Asked
from engine.tiers.facts import TierFacts, TierVersion
from engine.tiers.periods import Lifetime
from engine.tiers.timelines import Counts, Moved, Tally, sum_of, timeline

LAST_INSTANT = timedelta(microseconds=1)
_EVER = datetime(1, 1, 2, tzinfo=UTC)


class Frame:
    """The sums that decide while a version is in force, as far as facts are known at a moment.

    `actual` is what counts at each moment. `foreseen` is what counts for reaching a tier: less what is refunded within
    the hold after that moment. With `as_if_never`, nothing that was ever refunded counts at all, in either.
    """

    def __init__(self, version: TierVersion, facts: TierFacts, known: datetime, *, as_if_never: bool) -> None:
        self.version = version
        self.program = version.definition
        self._facts = facts
        self._joined = local_day(facts.joined_at, facts.zone)
        self._endless = isinstance(self.program.window, Lifetime)
        self._firsts: dict[date, int] = {}
        foresight = _always if as_if_never else None
        self.actual = Tally(timeline(facts, self.program, known, foresight))
        self.foreseen = self.actual
        if self.program.hold_days and not as_if_never and any(len(one.steps) > 1 for one in facts.activities):
            self.foreseen = Tally(timeline(facts, self.program, known, self._within_hold()))

    def _within_hold(self) -> Callable[[datetime], datetime]:
        return lambda at: days_later(at, -self.program.hold_days, self._facts.zone)

    @property
    def joined(self) -> date:
        """The day on which the member joined."""
        return self._joined

    def move(self, moment: datetime) -> Moved:
        """Count everything up to a moment, that moment included."""
        self.narrow(moment)
        if self.foreseen is not self.actual:
            self.foreseen.take(moment)
        return self.actual.take(moment)

    def narrow(self, moment: datetime) -> None:
        """Let what is too old at a moment count no longer."""
        first = self.first(moment)
        self.actual.narrow(first)
        self.foreseen.narrow(first)

    def first(self, moment: datetime) -> int:
        """The first day that counts at a moment."""
        if self._endless:
            return 1
        day = local_day(moment, self._facts.zone)
        if day not in self._firsts:
            self._firsts[day] = first_day(self.program.window, day, self._joined).toordinal()
        return self._firsts[day]

    def highest(self, counts: Sequence[int], lost: set[str], low: int, top: int | None = None) -> tuple[int, Asked]:
        """The highest tier above `low`, up to `top`, whose requirement is met, else `low`; and by which requirement."""
        for rank in range(len(self.program.tiers) - 1 if top is None else top, low, -1):
            asked: Asked = "reenter" if self.program.tiers[rank].handle in lost else "enter"
            if self.program.checks[rank][asked](counts):
                return rank, asked
        return low, "enter"

    def held(self, rank: int, asked: Asked, moment: datetime) -> bool:
        """Whether a tier's requirement was met at an earlier moment, as this version counts."""
        deltas = self.actual.deltas if asked == "retain" else self.foreseen.deltas
        return self.program.checks[rank][asked](sum_of(deltas, moment, self.first(moment)))

    def counts_just_before(self, moment: datetime) -> Counts:
        """What counts at the last instant before a moment, up to which everything was counted already."""
        self.narrow(moment - LAST_INSTANT)
        return self.actual.counts


def _always(_at: datetime) -> datetime:
    return _EVER

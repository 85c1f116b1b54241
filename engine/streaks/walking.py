"""A streak's way from one kept unit to the next: what holds it over missed ones, and how long it becomes.

Only kept units and the few that something may hold are looked at, however long the time between.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from engine.streaks.calendars import UnitCalendar, first_day
from engine.streaks.definitions import Milestone, StreakDefinition

Held = Literal["frozen", "quiet", "repaired"]


class Kept(NamedTuple):
    """A unit in which enough was done, and since when that is so."""

    unit: int
    since: datetime


class Hit(NamedTuple):
    """A length of a run that gives something: which version says so, and when the run became so long."""

    milestone: Milestone
    version: int
    definition: StreakDefinition
    at: datetime


@dataclass(slots=True)
class Run:
    """Units in a row. `ready_at` is when the last of what it is made of was done."""

    first_unit: int
    last_unit: int
    length: int
    freezes: int
    ready_at: datetime


@dataclass(slots=True)
class Walk:
    """How a streak went: its runs, what held it over which missed units, and what its lengths give."""

    runs: list[Run] = field(default_factory=list)
    held: dict[int, Held] = field(default_factory=dict)
    quiet_used: Counter[int] = field(default_factory=Counter)
    hits: list[Hit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a walk goes by: versions and the first units that they decide; which units were announced to be quiet; the
    member's tiers, oldest first."""

    calendar: UnitCalendar
    firsts: Sequence[int]
    versions: Sequence[tuple[int, StreakDefinition]]
    quiet: Callable[[int], bool]
    tiers: Sequence[tuple[datetime, str]]

    def index(self, unit: int) -> int:
        """Which of the versions decides a unit."""
        return max(0, bisect_right(self.firsts, unit) - 1) if len(self.firsts) > 1 else 0

    def definition(self, unit: int) -> StreakDefinition:
        """What is asked of a unit."""
        return self.versions[self.index(unit)][1]

    def first_day(self, unit: int) -> date:
        """By which day a unit is named."""
        return first_day(self.calendar.unit, unit)

    def year(self, unit: int) -> int:
        """The year whose quiet units a unit is one of."""
        return self.first_day(unit).year

    def first_freezes(self, kept: Kept) -> int:
        """What a run begins with, by the tier at its first unit."""
        known = bisect_right(self.tiers, kept.since, key=_moment)
        return self.definition(kept.unit).first_freezes(self.tiers[known - 1][1] if known else None)


def walk(kept: Iterable[Kept], rules: Rules, repaired: Mapping[int, datetime]) -> Walk:
    """Go from the first kept unit to the last. `repaired` are the units that were repaired, and when."""
    found = Walk()
    for one in kept:
        run = found.runs[-1] if found.runs else None
        if run is None or not bridge(found, rules, repaired, one.unit):
            run = Run(one.unit, one.unit, 0, rules.first_freezes(one), one.since)
            found.runs.append(run)
        _keep(found, run, one, rules)
    return found


def bridge(found: Walk, rules: Rules, repaired: Mapping[int, datetime], until: int) -> bool:
    """Whether the last run is held over every unit that was missed before another one.

    What holds a unit is used even where another one then breaks the run.
    """
    run = found.runs[-1]
    unit = rules.calendar.following(run.last_unit)
    while unit < until:
        held = hold(found, run, rules, unit, repaired)
        if held is None:
            return False
        found.held[unit] = held
        unit = rules.calendar.following(unit)
    return True


def hold(found: Walk, run: Run, rules: Rules, unit: int, repaired: Mapping[int, datetime]) -> Held | None:
    """What holds a run over a unit in which too little was done; it is used."""
    year = rules.year(unit)
    if rules.quiet(unit) and found.quiet_used[year] < rules.definition(unit).quiet_units_per_year:
        found.quiet_used[year] += 1
        return "quiet"
    if run.freezes:
        run.freezes -= 1
        return "frozen"
    if unit in repaired:
        run.ready_at = max(run.ready_at, repaired[unit])
        return "repaired"
    return None


def _keep(found: Walk, run: Run, kept: Kept, rules: Rules) -> None:
    version, definition = rules.versions[rules.index(kept.unit)]
    run.last_unit, run.length = kept.unit, run.length + 1
    run.ready_at = max(run.ready_at, kept.since)
    if definition.freeze_every is not None and run.length % definition.freeze_every == 0:
        run.freezes += 1
    run.freezes = min(run.freezes, definition.freezes_maximum)
    milestone = definition.milestone(run.length)
    if milestone is not None:
        found.hits.append(Hit(milestone, version, definition, run.ready_at))


def _moment(tier: tuple[datetime, str]) -> datetime:
    return tier[0]

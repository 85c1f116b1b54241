"""Where a member's streak stands, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from engine.streaks.definitions import Milestone, StreakDefinition
from engine.streaks.walking import Rules, Run, Walk, hold

HISTORY_UNITS = 60
_AHEAD_MAXIMUM = 500
"""No streak is held longer than this many units by what was earned and announced."""
Repair = Literal["none", "open", "late", "used"]
"""Whether a streak that broke can be repaired: there is nothing to repair, it can, it is too late, or none is left."""
UnitOutcome = Literal["done", "frozen", "quiet", "repaired", "missed", "open"]


class UnitState(NamedTuple):
    """What became of a unit, which is named by its first day; the running one is open until it is done."""

    starts_on: date
    state: UnitOutcome


@dataclass(frozen=True, slots=True)
class StreakStanding:
    """A streak at a moment.

    - `length` is 0 while it is broken; only units that were kept count, what holds it over others adds nothing.
    - `missing` is what is left to do in the running unit, in main units of the currency for spend.
    - `ends_at`: when it breaks if nothing is done, None at length 0. `repairable`: the missed units, oldest first.
    - `history`: the last units, at most 60, oldest first, the running one last.
    """

    definition_id: int
    handle: str
    version: int
    definition: StreakDefinition
    zone: str
    length: int
    best: int
    started_on: date | None
    unit_done: bool
    missing: Decimal
    unit_ends_at: datetime
    ends_at: datetime | None
    freezes: int
    repair: Repair
    repairable: tuple[date, ...]
    repairable_until: datetime | None
    repairs_left: int
    quiet_left: int
    paused: tuple[date, date] | None
    next_milestone: Milestone | None
    history: tuple[UnitState, ...]


class Present:
    """The running unit, seen from a walk to it."""

    def __init__(
        self, found: Walk, rules: Rules, kept: frozenset[int], unit: int, repaired: Mapping[int, datetime]
    ) -> None:
        self._found, self._rules, self._kept, self._unit = found, rules, kept, unit
        last = found.runs[-1] if found.runs else None
        missed = self._missed_after(last, repaired) if last is not None else []
        self.run = last if not missed else None
        self._broken = missed or self._missed_before(last)

    @property
    def quiet_used(self) -> int:
        """How many units of this year were quiet."""
        return self._found.quiet_used[self._rules.year(self._unit)]

    def _missed_after(self, last: Run, repaired: Mapping[int, datetime]) -> list[int]:
        """Which units broke the run that was the last; what holds it over others is used."""
        missed: list[int] = []
        unit = self._rules.calendar.following(last.last_unit)
        while unit < self._unit and len(missed) < HISTORY_UNITS:
            held = None if missed else hold(self._found, last, self._rules, unit, repaired)
            if held is not None:
                self._found.held[unit] = held
            elif not missed or not (self._rules.quiet(unit) or unit in repaired):
                missed.append(unit)
            unit = self._rules.calendar.following(unit)
        return missed

    def _missed_before(self, last: Run | None) -> list[int]:
        """Which units lie between a run that goes on and the one before it, that nothing held."""
        if last is None or len(self._found.runs) < 2:
            return []
        missed: list[int] = []
        unit = self._rules.calendar.following(self._found.runs[-2].last_unit)
        while unit < last.first_unit and len(missed) < HISTORY_UNITS:
            if unit not in self._found.held and not (missed and self._rules.quiet(unit)):
                missed.append(unit)
            unit = self._rules.calendar.following(unit)
        return missed

    def repair(self, now: datetime, repairs_left: int) -> tuple[Repair, tuple[int, ...], datetime | None]:
        """Whether the missed units can be repaired, all of them or none, and until when."""
        if not self._broken:
            return "none", (), None
        hours = min(self._rules.definition(unit).repair_hours for unit in self._broken)
        until = self._rules.calendar.ends_at(self._broken[0]) + timedelta(hours=hours)
        if until <= now:
            return ("none" if self.run is not None else "late"), (), None
        return ("open", tuple(self._broken), until) if len(self._broken) <= repairs_left else ("used", (), None)

    def ends_at(self) -> datetime | None:
        """When the run breaks if nothing is done; what may hold it is not used by asking."""
        if self.run is None:
            return None
        run = Run(self.run.first_unit, self.run.last_unit, self.run.length, self.run.freezes, self.run.ready_at)
        ahead = Walk(quiet_used=self._found.quiet_used.copy())
        unit = self._rules.calendar.following(self._unit) if self._unit in self._kept else self._unit
        for _ in range(_AHEAD_MAXIMUM):
            if hold(ahead, run, self._rules, unit, {}) is None:
                break
            unit = self._rules.calendar.following(unit)
        return self._rules.calendar.ends_at(unit)

    def history(self, first: int) -> tuple[UnitState, ...]:
        """What became of the last units, from the first one that was kept on."""
        units: list[int] = []
        unit = max(first, self._unit - HISTORY_UNITS + 1)
        while unit <= self._unit:
            units.append(unit)
            unit = self._rules.calendar.following(unit)
        return tuple(UnitState(self._rules.first_day(unit), self._state(unit)) for unit in units)

    def _state(self, unit: int) -> UnitOutcome:
        if unit in self._kept:
            return "done"
        return "open" if unit == self._unit else self._found.held.get(unit, "missed")

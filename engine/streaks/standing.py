"""Where a member's streak stands, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from engine.streaks.definitions import Milestone, StreakDefinition
from engine.streaks.walking import Rules, Run, Walk, bridge, hold

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
        self._repaired = repaired
        held = not found.runs or bridge(found, rules, repaired, unit)
        self.run = found.runs[-1] if found.runs and held else None
        self.broken_by = (
            self._missed_after(len(found.runs) - 1) if not held else self._missed_after(len(found.runs) - 2)
        )

    @property
    def quiet_used(self) -> int:
        """How many units of this year were quiet."""
        return self._found.quiet_used[self._rules.year(self._unit)]

    def _missed_after(self, index: int) -> int | None:
        """The unit that broke a run."""
        if index < 0:
            return None
        unit = self._rules.calendar.following(self._found.runs[index].last_unit)
        while unit in self._found.held:
            unit = self._rules.calendar.following(unit)
        return unit

    def ends_at(self) -> datetime | None:
        """When the run breaks if nothing is done; what may hold it is not used by asking."""
        if self.run is None:
            return None
        run = Run(self.run.first_unit, self.run.last_unit, self.run.length, self.run.freezes, self.run.ready_at)
        ahead = Walk(quiet_used=self._found.quiet_used.copy())
        unit = self._rules.calendar.following(self._unit) if self._unit in self._kept else self._unit
        for _ in range(_AHEAD_MAXIMUM):
            if hold(ahead, run, self._rules, unit, self._repaired) is None:
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

"""The units of a streak: days, weeks from Monday or months of the member's zone, one after the other without a gap.

A member who chooses another zone lives by it from their next unit on. Going west that unit is longer: no day comes
twice. Going east it is shorter, but never by more than half: else it takes the next day along, so that nobody misses a
day that was over before they could do anything. A day that a zone left out is no unit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.rules.days import LAST_MOMENT, local_day, start_of_day
from engine.streaks.definitions import StreakUnit

_FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1, 1, 3)
"""The first day that begins within the calendar in every zone."""

_LEAST: dict[StreakUnit, timedelta] = {
    "day": timedelta(hours=12),
    "week": timedelta(days=3, hours=12),
    "month": timedelta(days=14),
}
"""How long the first unit in another zone lasts at least: half of one."""


@dataclass(frozen=True, slots=True)
class _Spell:
    """A zone that is lived by from a moment on, with its first unit."""

    starts_at: datetime
    zone: ZoneInfo
    first_unit: int


class UnitCalendar:
    """Units by their number, which counts days, weeks or months of the calendar."""

    def __init__(self, unit: StreakUnit, zone: ZoneInfo, chosen: Iterable[tuple[datetime, ZoneInfo]] = ()) -> None:
        """`chosen` are the zones that were chosen later, and when, oldest first."""
        self.unit = unit
        self._spells = [_Spell(_FIRST_MOMENT, zone, 0)]
        for moment, other in chosen:
            self._choose(moment, other)

    def _choose(self, moment: datetime, zone: ZoneInfo) -> None:
        """The choice before it that did not take effect yet never does."""
        while self._spells[-1].starts_at > moment:
            self._spells.pop()
        if zone.key == self._spells[-1].zone.key:
            return
        running = self.unit_at(moment)
        starts_at, first = self.ends_at(running), running + 1
        while (end := _start(self.unit, first + 1, zone)) - starts_at < _LEAST[self.unit] and end < LAST_MOMENT:
            first += 1
        self._spells.append(_Spell(starts_at, zone, first))

    @property
    def plain_zone(self) -> ZoneInfo | None:
        """The only zone that there ever was; None where it was changed."""
        return self._spells[0].zone if len(self._spells) == 1 else None

    def zone_at(self, moment: datetime) -> ZoneInfo:
        """The zone that is lived by at a moment."""
        return self._spell_at(moment).zone

    def unit_at(self, moment: datetime) -> int:
        """The unit that a moment falls in."""
        spell = self._spell_at(moment)
        return max(unit_of_day(self.unit, local_day(moment, spell.zone)), spell.first_unit)

    def starts_at(self, unit: int) -> datetime:
        """The first moment of a unit."""
        spell = self._spells[self._index(unit)]
        return spell.starts_at if unit == spell.first_unit else _start(self.unit, unit, spell.zone)

    def ends_at(self, unit: int) -> datetime:
        """The first moment after a unit."""
        return _start(self.unit, unit + 1, self._spells[self._index(unit)].zone)

    def following(self, unit: int) -> int:
        """The next unit that there is."""
        unit += 1
        while not self._exists(unit):
            unit += 1
        return unit

    def _exists(self, unit: int) -> bool:
        index = self._index(unit)
        starts_at, ends_at = self.starts_at(unit), self.ends_at(unit)
        if index + 1 < len(self._spells):
            ends_at = min(ends_at, self._spells[index + 1].starts_at)
        return starts_at < ends_at or starts_at >= LAST_MOMENT

    def _index(self, unit: int) -> int:
        return bisect_right(self._spells, unit, key=_first_unit) - 1

    def _spell_at(self, moment: datetime) -> _Spell:
        return self._spells[max(0, bisect_right(self._spells, moment, key=_starts_at) - 1)]


def unit_of_day(unit: StreakUnit, day: date) -> int:
    """The number of the unit that a day of the calendar falls in."""
    if unit == "day":
        return day.toordinal()
    return (day.toordinal() - 1) // 7 if unit == "week" else day.year * 12 + day.month - 1


def first_day(unit: StreakUnit, number: int) -> date:
    """The first day of a unit, the calendar's last one beyond its end."""
    if unit == "month":
        return date(number // 12, number % 12 + 1, 1) if number // 12 <= date.max.year else date.max
    ordinal = number if unit == "day" else number * 7 + 1
    return date.fromordinal(max(1, min(ordinal, date.max.toordinal())))


@lru_cache(maxsize=16_384)
def _start(unit: StreakUnit, number: int, zone: ZoneInfo) -> datetime:
    day = first_day(unit, number)
    return LAST_MOMENT if day >= LAST_MOMENT.date() else start_of_day(max(day, _FIRST_DAY), zone)


def _first_unit(spell: _Spell) -> int:
    return spell.first_unit


def _starts_at(spell: _Spell) -> datetime:
    return spell.starts_at

"""When the cycles of a contract begin: always counted from its anchor, so that short months leave no trace.

31 January and a month is the last of February; two months after it is 31 March again. Days are those of the shop's
zone, at the hour of the anchor: a clock that changes moves no cycle.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["day", "week", "month", "year"]
COUNT_MAXIMUM = 1_000
_ABOUT = {
    "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30), "year": timedelta(days=365),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schedule:
    """The cycles from `base_cycle` on, which begins at `base_at`; each is `count` units long.

    `inserted` is a shorter cycle, by its number and its beginning, which ends when the one before it would have ended.
    """

    base_at: datetime
    unit: Unit
    count: int
    zone: ZoneInfo
    base_cycle: int = 1
    inserted: tuple[int, datetime] | None = None

    def start(self, cycle: int) -> datetime:
        """When a cycle begins, in UTC. Those before the base are not known and begin with it."""
        if self.inserted is not None and cycle <= self.inserted[0]:
            return self.inserted[1] if cycle == self.inserted[0] else self._regular(cycle + 1)
        return self._regular(cycle)

    def _regular(self, cycle: int) -> datetime:
        return later(self.base_at, self.unit, self.count * max(cycle - self.base_cycle, 0), self.zone)

    def cycle_at(self, moment: datetime) -> int:
        """The cycle that a moment lies in; the base for what is before it."""
        if moment < self.base_at:
            return self.base_cycle
        cycle = self.base_cycle + (moment - self.base_at) // (_ABOUT[self.unit] * self.count)
        while cycle > self.base_cycle and self._regular(cycle) > moment:
            cycle -= 1
        while self._regular(cycle + 1) <= moment:
            cycle += 1
        return cycle

    def first_from(self, moment: datetime) -> int:
        """The first cycle that begins at a moment or after it."""
        cycle = self.cycle_at(moment)
        return cycle if self.start(cycle) >= moment else cycle + 1


def later(moment: datetime, unit: Unit, count: int, zone: ZoneInfo) -> datetime:
    """So many units after a moment by the zone's calendar, in UTC; a day that a month has not is its last one."""
    if count == 0:
        return moment.astimezone(UTC)
    local = moment.astimezone(zone)
    if unit in ("day", "week"):
        naive = local.replace(tzinfo=None, fold=0) + timedelta(days=count * (7 if unit == "week" else 1))
    else:
        month = local.year * 12 + local.month - 1 + count * (12 if unit == "year" else 1)
        year, month = month // 12, month % 12 + 1
        day = min(local.day, calendar.monthrange(year, month)[1])
        naive = local.replace(year=year, month=month, day=day, tzinfo=None, fold=0)
    return naive.replace(tzinfo=zone).astimezone(UTC)


def second_cycle(anchor: datetime, unit: Unit, count: int, zone: ZoneInfo, *, fixed_day: int | None) -> datetime:
    """When the second cycle begins, where all are billed on one day of the month.

    It is the first such day that leaves the first cycle whole: who joins a day before it does not pay twice.
    """
    end = later(anchor, unit, count, zone)
    if fixed_day is None or unit not in ("month", "year"):
        return end
    local = end.astimezone(zone)
    day = min(fixed_day, calendar.monthrange(local.year, local.month)[1])
    on_day = local.replace(day=day, tzinfo=None, fold=0)
    if on_day < local.replace(tzinfo=None):
        first = later(local.replace(day=1), "month", 1, zone).astimezone(zone)
        day = min(fixed_day, calendar.monthrange(first.year, first.month)[1])
        on_day = first.replace(day=day, tzinfo=None, fold=0)
    return on_day.replace(tzinfo=zone).astimezone(UTC)

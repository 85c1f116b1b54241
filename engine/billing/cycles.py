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

from engine.memberships.periods import Period
from engine.memberships.proration import share_of_price
from engine.rules.days import LAST_MOMENT

Unit = Literal["day", "week", "month", "year"]
COUNT_MAXIMUM = 1_000
_ABOUT = {
    "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30), "year": timedelta(days=365),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schedule:
    """The cycles from `base_cycle` on, which begins at `base_at`; each is `count` units long.

    `inserted` is a shorter cycle, by its number and its beginning, which ends when the one before it would have ended.
    `fixed` is a day of the month, and the month that years and quarters count from: all cycles but the first one begin
    on it, or on the last day of a month that has no such day. The first one is shorter, and costs its share.
    """

    base_at: datetime
    unit: Unit
    count: int
    zone: ZoneInfo
    base_cycle: int = 1
    inserted: tuple[int, datetime] | None = None
    fixed: tuple[int, int] | None = None

    def start(self, cycle: int) -> datetime:
        """When a cycle begins, in UTC. Those before the base are not known and begin with it."""
        if self.inserted is not None and cycle <= self.inserted[0]:
            return self.inserted[1] if cycle == self.inserted[0] else self._regular(cycle + 1)
        return self._regular(cycle)

    def _regular(self, cycle: int) -> datetime:
        number = max(cycle - self.base_cycle, 0)
        if self.fixed is None or number == 0 or self.unit not in ("month", "year"):
            return later(self.base_at, self.unit, self.count * number, self.zone)
        return self._on_fixed_day(number, *self.fixed)

    def _on_fixed_day(self, number: int, day: int, month: int) -> datetime:
        base = self.base_at.astimezone(self.zone)
        months = base.year * 12 + base.month - 1
        months += (month - 1 - months) % self._months
        if self._on_day(base, months, day) <= self.base_at:
            months += self._months
        return self._on_day(base, months + (number - 1) * self._months, day)

    @property
    def _months(self) -> int:
        return self.count * (12 if self.unit == "year" else 1)

    def first_share(self, price_minor: int) -> int:
        """What the first cycle costs of a whole one's price: by its seconds, halves to the even neighbor."""
        if self.fixed is None or self.unit not in ("month", "year"):
            return price_minor
        base, ends_at = self.base_at.astimezone(self.zone), self._regular(self.base_cycle + 1)
        local = ends_at.astimezone(self.zone)
        began_at = self._on_day(base, local.year * 12 + local.month - 1 - self._months, self.fixed[0])
        return share_of_price(price_minor, Period(began_at, ends_at), self.base_at)

    def _on_day(self, base: datetime, months: int, day: int) -> datetime:
        """A day of a month, or its last one, at the hour of the base."""
        year, month = months // 12, months % 12 + 1
        found = base.replace(year=year, month=month, day=min(day, calendar.monthrange(year, month)[1]), fold=0)
        return found.replace(tzinfo=self.zone).astimezone(UTC)

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
    if count * _ABOUT[unit].days > (LAST_MOMENT - moment).days:  # no calendar goes as far
        return LAST_MOMENT
    local = moment.astimezone(zone)
    if unit in ("day", "week"):
        naive = local.replace(tzinfo=None, fold=0) + timedelta(days=count * (7 if unit == "week" else 1))
    else:
        month = local.year * 12 + local.month - 1 + count * (12 if unit == "year" else 1)
        year, month = month // 12, month % 12 + 1
        day = min(local.day, calendar.monthrange(year, month)[1])
        naive = local.replace(year=year, month=month, day=day, tzinfo=None, fold=0)
    return naive.replace(tzinfo=zone).astimezone(UTC)

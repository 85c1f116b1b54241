"""The calendar of a board: days, weeks, months, quarters or years of the program's zone, one behind the other.

Every moment is in exactly one of them, also where the program moves to another zone: what is over stays as it was, and
each period begins where the one before it ended. The one that runs ends by the new zone. Where it would be over by that
already, it ends as it was to, and the next one is the first of the new zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.game.windows import Unit, first_day, following
from engine.leaderboards.zones import BEGINNING, Zones
from engine.rules.days import local_day, start_of_day


class Spell(NamedTuple):
    """A period of the calendar: its first day, its bounds, and the zone of its days."""

    first: date
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo


class _Stretch(NamedTuple):
    """From `starts_at` on periods are those of a zone; the first of them is that of the day `first`."""

    starts_at: datetime
    first: date
    zone: ZoneInfo


def spell_at(unit: Unit, moment: datetime, zones: Zones) -> Spell:
    """The period that a moment falls in."""
    return _within(unit, _stretches(unit, zones), moment)


@lru_cache(maxsize=4096)
def _stretches(unit: Unit, zones: Zones) -> tuple[_Stretch, ...]:
    found = [_Stretch(BEGINNING, date.min, zones.known[0][1])]
    for moment, zone in zones.changes:
        while found[-1].starts_at > moment:  # it moved once more before that one began
            found.pop()
        running = _within(unit, found, moment)
        after = following(unit, running.first)
        if start_of_day(after, zone) > moment:
            found.append(_Stretch(running.starts_at, running.first, zone))
        else:
            found.append(_Stretch(running.ends_at, after, zone))
    return tuple(found)


def _within(unit: Unit, stretches: Sequence[_Stretch], moment: datetime) -> Spell:
    one = next(stretch for stretch in reversed(stretches) if stretch.starts_at <= moment)
    first = max(first_day(unit, local_day(moment, one.zone)), one.first)
    starts_at = one.starts_at if first == one.first else max(start_of_day(first, one.zone), one.starts_at)
    return Spell(first, starts_at, start_of_day(following(unit, first), one.zone), one.zone)

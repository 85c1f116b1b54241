"""What a member asked for about a streak: planned absence and repairs, read from facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.game.facts import STREAK_PAUSED, STREAK_REPAIRED, GameFact, GameFacts
from engine.streaks.calendars import UnitCalendar, unit_of_day
from engine.streaks.definitions import StreakUnit


@dataclass(frozen=True, slots=True)
class Pause:
    """Units that were announced to be quiet, from the one of the first day to that of the last."""

    told_at: datetime
    first_day: date
    last_day: date

    def covers(self, calendar: UnitCalendar, unit: int) -> bool:
        """Whether a unit is one of them; what was announced after its end is no announcement."""
        first, last = unit_of_day(calendar.unit, self.first_day), unit_of_day(calendar.unit, self.last_day)
        return first <= unit <= last and self.told_at < calendar.ends_at(unit)


def pauses(facts: GameFacts, definition_id: int, now: datetime) -> tuple[Pause, ...]:
    """The announced absences, as they were told."""
    found: list[Pause] = []
    for fact in facts.told(STREAK_PAUSED, definition_id):
        first, last = _day(fact, "from"), _day(fact, "to")
        if fact.occurred_at <= now and first is not None and last is not None:
            found.append(Pause(fact.occurred_at, first, last))
    return tuple(found)


def repairs(facts: GameFacts, definition_id: int, unit: StreakUnit, now: datetime) -> dict[int, datetime]:
    """The units that were repaired, and when."""
    found: dict[int, datetime] = {}
    for fact in facts.told(STREAK_REPAIRED, definition_id):
        day = _day(fact, "unit")
        if fact.occurred_at <= now and day is not None and fact.detail.get("kind", unit) == unit:
            found.setdefault(unit_of_day(unit, day), fact.occurred_at)
    return found


def _day(fact: GameFact, name: str) -> date | None:
    stored: Any = fact.detail.get(name)
    try:
        return date.fromisoformat(stored)
    except (TypeError, ValueError):
        return None

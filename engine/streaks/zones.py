"""The zones that a member's streaks live by: what they had chosen by their first event, and every choice after it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.game.facts import ZONE_CHOSEN, GameFacts
from engine.rules.days import zone_of
from engine.streaks.calendars import UnitCalendar
from engine.streaks.definitions import StreakUnit

Choice = tuple[datetime, ZoneInfo]


def choices(facts: GameFacts, now: datetime) -> tuple[Choice, ...]:
    """The zones that were chosen until a moment, oldest first; one that this machine does not know is none."""
    found: list[Choice] = []
    for fact in facts.told(ZONE_CHOSEN, 0):
        if fact.occurred_at <= now:
            try:
                found.append((fact.occurred_at, zone_of(str(fact.detail.get("zone", "")))))
            except ValueError:
                continue
    return tuple(found)


def calendar_of(unit: StreakUnit, facts: GameFacts, now: datetime) -> UnitCalendar:
    """The units of a member's streaks, as is known at a moment."""
    chosen = choices(facts, now)
    if not chosen:
        return UnitCalendar(unit, facts.zone)
    first_at = min((one.occurred_at for one in facts.activities if one.occurred_at <= now), default=now)
    before = [zone for at, zone in chosen if at <= first_at]
    return UnitCalendar(unit, before[-1] if before else facts.zone, [one for one in chosen if one[0] > first_at])

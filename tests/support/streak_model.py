"""A streak found the slow way: unit by unit through all of time, anew at every moment at which anything changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.game.facts import STREAK_PAUSED, STREAK_REPAIRED, ZONE_CHOSEN, GameFact, GameFacts
from engine.streaks.definitions import StreakDefinition

LONG_AGO = datetime.min.replace(tzinfo=UTC)
Key = tuple[int, str]
HALF = {"day": timedelta(hours=12), "week": timedelta(hours=84), "month": timedelta(days=14)}
Unit = tuple[date, datetime, datetime]


def following(kind: str, day: date) -> date:
    if kind == "day":
        return day + timedelta(days=1)
    if kind == "week":
        return day + timedelta(days=7)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def first_of(kind: str, day: date) -> date:
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[kind]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def units(
    kind: str, zone: ZoneInfo, chosen: list[tuple[datetime, ZoneInfo]], since: datetime, until: datetime
) -> list[Unit]:
    """Every unit from one moment to another, each after the one before."""
    day = first_of(kind, since.astimezone(zone).date())
    found = [(day, midnight(day, zone), midnight(following(kind, day), zone))]
    while found[-1][2] <= until:
        day, _, ends_at = found[-1]
        wanted = [other for at, other in chosen if at < ends_at][-1:] or [zone]
        day = following(kind, day)
        least = HALF[kind] if wanted[0].key != zone.key else timedelta(microseconds=1)
        zone = wanted[0]
        while midnight(following(kind, day), zone) - ends_at < least:
            day = following(kind, day)
        found.append((day, ends_at, midnight(following(kind, day), zone)))
    return found


@dataclass
class Seen:
    """What the model makes of a moment."""

    reached: dict[tuple[int, str], datetime] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=lambda: [0])
    states: dict[date, str] = field(default_factory=dict)
    times: dict[int, int] = field(default_factory=dict)
    freezes: int = 0
    alive: bool = False


def worth(facts: GameFacts, one: Unit, moment: datetime) -> int:
    total = 0
    for activity in facts.activities:
        steps = [step.orders for step in activity.steps if max(step.at, activity.occurred_at) <= moment]
        if one[1] <= activity.occurred_at < one[2] and steps:
            total += steps[-1]
    return total


def decides(facts: GameFacts, one: Unit) -> StreakDefinition:
    """What is asked of a unit: the version in force at its beginning, or the first one that there ever was."""
    versions = facts.games[0].versions
    begun = [version for version in versions if version.effective_from <= one[1]]
    definition: StreakDefinition = (begun[-1] if begun else versions[0]).definition
    return definition


def look(facts: GameFacts, calendar: list[Unit], moment: datetime, now: datetime) -> Seen:
    """The streak as it is at a moment, unit by unit."""
    seen, ready = Seen(), LONG_AGO
    quiet: dict[int, int] = {}
    told = [one for one in facts.facts if one.occurred_at <= moment]
    for one in calendar:
        if one[1] > now:
            break
        definition = decides(facts, one)
        kept = worth(facts, one, moment) >= definition.units
        if kept and not seen.alive:
            seen.alive, ready = True, one[1]
            seen.lengths.append(0)
            seen.freezes = definition.first_freezes(facts.tiers[-1][1] if facts.tiers else None)
        if kept:
            seen.lengths[-1] += 1
            since = [at for at in moments(facts) if at <= moment and worth(facts, one, at) < definition.units]
            since_at = min(at for at in moments(facts) if at > max(since, default=LONG_AGO))
            ready = max(ready, since_at)
            if definition.freeze_every and seen.lengths[-1] % definition.freeze_every == 0:
                seen.freezes += 1
            seen.freezes = min(seen.freezes, definition.freezes_maximum)
            seen.states[one[0]] = "done"
            if definition.milestone(seen.lengths[-1]):
                times = seen.times[seen.lengths[-1]] = seen.times.get(seen.lengths[-1], 0) + 1
                key = seen.lengths[-1], str(times) if definition.recurrence == "each_run" else ""
                seen.reached[key] = min(seen.reached.get(key, ready), ready)
        elif one[2] > now:
            seen.states[one[0]] = "open"
        elif seen.alive:
            year = one[0].year
            if (
                any(_announced(fact, one, definition.unit) for fact in told)
                and quiet.get(year, 0) < definition.quiet_units_per_year
            ):
                quiet[year] = quiet.get(year, 0) + 1
                seen.states[one[0]] = "quiet"
            elif seen.freezes:
                seen.freezes -= 1
                seen.states[one[0]] = "frozen"
            else:
                mended = [fact.occurred_at for fact in told if fact.detail.get("unit") == one[0].isoformat()]
                seen.alive = bool(mended)
                seen.states[one[0]] = "repaired" if mended else "missed"
                ready = max([ready, *sorted(mended)[:1]])
        else:
            seen.states[one[0]] = "missed"
    return seen


def _announced(fact: GameFact, one: Unit, kind: str) -> bool:
    if fact.kind != STREAK_PAUSED or fact.occurred_at >= one[2]:
        return False
    first, last = (first_of(kind, date.fromisoformat(fact.detail[name])) for name in ("from", "to"))
    return first <= one[0] <= last


def moments(facts: GameFacts) -> list[datetime]:
    return sorted({max(step.at, one.occurred_at) for one in facts.activities for step in one.steps})


def as_known(facts: GameFacts, now: datetime) -> GameFacts:
    activities = [
        replace(one, steps=tuple(step for step in one.steps if step.at <= now))
        for one in facts.activities
        if one.occurred_at <= now
    ]
    told = tuple(one for one in facts.facts if one.occurred_at <= now)
    (game,) = facts.games
    begun = tuple(version for version in game.versions if version.effective_from <= now)
    return GameFacts(
        (replace(game, versions=begun),), facts.zone, facts.joined_at, tuple(activities), told, (), facts.tiers
    )


def calendar_of(kind: str, known: GameFacts, now: datetime) -> list[Unit]:
    told = sorted(
        (one for one in known.facts if one.kind == ZONE_CHOSEN), key=lambda one: (one.occurred_at, one.source_id)
    )
    chosen = [(one.occurred_at, ZoneInfo(one.detail["zone"])) for one in told]
    first = min((one.occurred_at for one in known.activities), default=now)
    base = [zone for at, zone in chosen if at <= first][-1:] or [known.zone]
    later = [(at, zone) for at, zone in chosen if at > first]
    return units(kind, base[0], later, first, now)


def milestones(known: GameFacts, calendar: list[Unit], now: datetime) -> dict[Key, tuple[datetime, datetime | None]]:
    """Every milestone that was ever reached, with the moment at which it was lost."""
    found: dict[Key, tuple[datetime, datetime | None]] = {}
    told = [one.occurred_at for one in known.facts if one.kind == STREAK_REPAIRED]
    looks = sorted({*moments(known), *told})
    held: dict[Key, datetime] = {}
    for moment in looks:
        reached = look(known, calendar, moment, now).reached
        found |= {key: (at, moment) for key, at in held.items() if key not in reached}
        found |= {key: (at, None) for key, at in reached.items()}
        held = reached
    return found

"""A member repairs a streak, announces an absence, or chooses the zone that their days are counted in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.asking import WishRefused, asked_since, begin_asking, tell
from engine.game.facts import STREAK_PAUSED, STREAK_REPAIRED, ZONE_CHOSEN, GameFact
from engine.game.reading import MemberGame
from engine.rules.days import zone_of
from engine.streaks.calendars import unit_of_day
from engine.streaks.standing import StreakStanding
from engine.streaks.zones import choices

MEMBER = "member"
PAUSED_AHEAD = timedelta(days=366)
ZONE_CHANGES = 5
"""How many times within `ZONE_CHANGES_WITHIN` a member may choose another zone: who travels, not who plays with it."""
ZONE_CHANGES_WITHIN = timedelta(days=30)


class StreakRefused(WishRefused):
    """Nothing was done about a streak.

    STREAK_NOT_FOUND; NOTHING_TO_REPAIR, REPAIR_TOO_LATE, REPAIRS_USED; DATES_INVALID, TOO_LONG; TIME_ZONE_INVALID,
    ZONE_CHANGED_OFTEN. As for any wish also MEMBER_NOT_FOUND and TOO_OFTEN, which are WishRefused.
    """


async def repair_streak(
    connection: AsyncConnection, program_id: int, member_id: int, definition_id: int, now: datetime | None = None
) -> MemberGame:
    """Let the units that a streak broke by count as if something held it. Raises WishRefused."""
    known = await begin_asking(connection, program_id, member_id, now)
    standing = _standing(known, definition_id)
    if standing.repair == "used":
        raise StreakRefused("REPAIRS_USED", "handle", "All repairs of this year are used.")
    if standing.repair == "late":
        raise StreakRefused("REPAIR_TOO_LATE", "handle", "It is too late to repair this streak.")
    if standing.repair == "none":
        raise StreakRefused("NOTHING_TO_REPAIR", "handle", "There is nothing to repair.")
    kind = standing.definition.unit
    facts = [
        GameFact(STREAK_REPAIRED, definition_id, day.isoformat(), known.now, {"unit": day.isoformat(), "kind": kind})
        for day in standing.repairable
    ]
    return await tell(connection, known, facts, MEMBER)


async def pause_streak(
    connection: AsyncConnection, program_id: int, member_id: int, definition_id: int, first: date, last: date,
    now: datetime | None = None,
) -> MemberGame:  # fmt: skip
    """Announce an absence: the units of these days, both inclusive, are quiet where they are missed.

    Raises WishRefused.
    """
    known = await begin_asking(connection, program_id, member_id, now)
    standing = _standing(known, definition_id)
    definition, today = standing.definition, standing.history[-1].starts_on
    if last < first or first < today or first > today + PAUSED_AHEAD:
        raise StreakRefused("DATES_INVALID", "from", "An absence begins now or within a year, and ends later.")
    units = unit_of_day(definition.unit, min(last, date.max)) - unit_of_day(definition.unit, first) + 1
    if units > definition.quiet_units_per_year:
        message = f"At most {definition.quiet_units_per_year} {definition.unit}s a year may be quiet."
        raise StreakRefused("TOO_LONG", "to", message)
    detail = {"from": first.isoformat(), "to": last.isoformat()}
    fact = GameFact(STREAK_PAUSED, definition_id, f"{first.isoformat()}/{last.isoformat()}", known.now, detail)
    return await tell(connection, known, [fact], MEMBER)


async def choose_zone(
    connection: AsyncConnection, program_id: int, member_id: int, name: str, now: datetime | None = None
) -> MemberGame:
    """Let a member's streaks live by another zone from their next unit on. Raises WishRefused."""
    try:
        zone = zone_of(name)
    except ValueError:
        raise StreakRefused("TIME_ZONE_INVALID", "timeZone", "There is no such time zone.") from None
    known = await begin_asking(connection, program_id, member_id, now)
    chosen = choices(known.facts, known.now)
    if chosen and chosen[-1][1].key == zone.key:
        return known
    since = known.now - ZONE_CHANGES_WITHIN
    if await asked_since(connection, known, ZONE_CHOSEN, 0, since) >= ZONE_CHANGES:
        raise StreakRefused("ZONE_CHANGED_OFTEN", "timeZone", "The time zone was changed too often of late.")
    fact = GameFact(ZONE_CHOSEN, 0, known.now.isoformat(), known.now, {"zone": zone.key})
    return await tell(connection, known, [fact], MEMBER)


def _standing(known: MemberGame, definition_id: int) -> StreakStanding:
    found = next((one for one in known.standing.streaks if one.definition_id == definition_id), None)
    if found is None:
        raise StreakRefused("STREAK_NOT_FOUND", "handle", "There is no such streak.")
    return found

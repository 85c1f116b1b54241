"""Streaks and levels as members see them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

import strawberry

from engine.levels.folding import LevelStanding
from engine.streaks.definitions import Milestone
from engine.streaks.standing import StreakStanding
from laurel_graphql.game_sentences import missing_text, number_text, unit_how_text
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS, day_text
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.game_reader import GameRead
from laurel_graphql.types.game_values import GameUnit, percent_of

_INSTANT = timedelta(microseconds=1)


@strawberry.enum(description="What became of a unit of a streak.")
class StreakUnitState(Enum):
    DONE = strawberry.enum_value("DONE", description="Enough was done in it.")
    FROZEN = strawberry.enum_value("FROZEN", description="It was missed, and a freeze forgave it.")
    QUIET = strawberry.enum_value("QUIET", description="It was a planned absence.")
    REPAIRED = strawberry.enum_value("REPAIRED", description="It was missed and repaired.")
    MISSED = strawberry.enum_value("MISSED", description="It was missed.")
    OPEN = strawberry.enum_value("OPEN", description="It runs, and not enough was done yet.")


@strawberry.type(description="A streak, as anybody may know it.")
class Streak:
    id: strawberry.ID = strawberry.field(description="The streak's global id.")
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    artwork_url: str = strawberry.field(description="Its picture, an SVG.")
    unit: GameUnit = strawberry.field(description="DAY, WEEK or MONTH.")
    how_text: str = strawberry.field(description="How it is kept, as a sentence.")
    freezes_maximum: int = strawberry.field(description="How many freezes a member can have.")


@strawberry.type(description="What a length of a streak gives.")
class StreakMilestone:
    length: int = strawberry.field(description="How many units in a row.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it; empty for none.")
    points: Points = strawberry.field(description="Points that it gives.")
    experience: Points = strawberry.field(description="Experience that it gives.")
    missing: int = strawberry.field(description="How many units are missing.")


@strawberry.type(description="One unit of a streak.")
class StreakUnit:
    starts_on: date = strawberry.field(description="Its first day.")
    state: StreakUnitState = strawberry.field(description="What became of it.")


@strawberry.type(description="A streak, and where the member stands.")
class MemberStreak:
    streak: Streak = strawberry.field(description="The streak.")
    length: int = strawberry.field(description="How many units were kept in a row, 0 while it is broken.")
    best: int = strawberry.field(description="The longest that it ever was.")
    started_on: date | None = strawberry.field(description="Its first day, null at 0.")
    unit_done: bool = strawberry.field(description="Whether enough was done in the running unit.")
    missing: Decimal = strawberry.field(description="How much is left to do in it, 0 for nothing.")
    missing_text: str = strawberry.field(description="The same in the caller's language; empty for nothing.")
    unit_ends_at: datetime = strawberry.field(description="The first moment after the running unit.")
    ends_at: datetime | None = strawberry.field(description="When it breaks if nothing is done, null at 0.")
    freezes: int = strawberry.field(description="How many freezes they have; each forgives a missed unit by itself.")
    repairable_until: datetime | None = strawberry.field(
        description="Until when what was missed can be repaired, null where it cannot."
    )
    repairs_left: int = strawberry.field(description="How many units they can still repair this year.")
    quiet_left: int = strawberry.field(description="How many units they can still be absent this year.")
    paused_from: date | None = strawberry.field(description="The first day of a planned absence that is not over.")
    paused_to: date | None = strawberry.field(description="Its last day.")
    next: StreakMilestone | None = strawberry.field(description="The next milestone, null where there is none.")
    history: list[StreakUnit] = strawberry.field(
        description="The last units, oldest first and at most 60; the running one is the last."
    )
    time_zone: str = strawberry.field(description="The zone of its days.")
    message: str = strawberry.field(description="Where it stands, as a sentence.")


@strawberry.type(description="A member's level of experience.")
class MemberLevel:
    level: int = strawberry.field(description="Its number, 0 below the first.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it; empty below the first.")
    experience: Points = strawberry.field(description="Experience in all, apart from points that can be spent.")
    level_at: Points = strawberry.field(description="The experience that this level takes.")
    next_title: str | None = strawberry.field(description="The next level's title, null at the top.")
    next_at: Points | None = strawberry.field(description="The experience that it takes, null at the top.")
    missing: Points | None = strawberry.field(description="How much of that is missing, null at the top.")
    percent: int = strawberry.field(description="How far it is from this level to the next, 0 to 100.")
    message: str = strawberry.field(description="What is left to do, as a sentence.")


def member_streak(read: GameRead, one: StreakStanding) -> MemberStreak:
    """One streak."""
    definition, language = one.definition, read.desk.language
    return MemberStreak(
        streak=_streak(one, read.desk),
        length=one.length,
        best=one.best,
        started_on=one.started_on,
        unit_done=one.unit_done,
        missing=one.missing,
        missing_text=missing_text(definition.counter, definition.per_unit, one.missing, language),
        unit_ends_at=one.unit_ends_at,
        ends_at=one.ends_at,
        freezes=one.freezes,
        repairable_until=one.repairable_until,
        repairs_left=one.repairs_left,
        quiet_left=one.quiet_left,
        paused_from=None if one.paused is None else one.paused[0],
        paused_to=None if one.paused is None else one.paused[1],
        next=None if one.next_milestone is None else _milestone(one.next_milestone, one.length),
        history=[StreakUnit(starts_on=day, state=StreakUnitState[state.upper()]) for day, state in one.history],
        time_zone=one.zone,
        message=_message(one, read.game.now, language),
    )


def member_level(standing: LevelStanding, language: str) -> MemberLevel | None:
    """A member's level, None where the program has no levels."""
    if standing.definition_id is None:
        return None
    missing, next_at = standing.missing, standing.next_threshold
    percent = 100
    if missing is not None and next_at is not None:
        percent = percent_of(standing.experience - standing.threshold, next_at - standing.threshold, missing)
    return MemberLevel(
        level=standing.level,
        title=standing.title or "",
        experience=Points(standing.experience),
        level_at=Points(standing.threshold),
        next_title=standing.next_title,
        next_at=None if next_at is None else Points(next_at),
        missing=None if missing is None else Points(missing),
        percent=percent,
        message=_level_message(standing, language),
    )


def _level_message(standing: LevelStanding, language: str) -> str:
    texts = TEXTS[language]
    if standing.missing is None:
        return texts["levels.top"]
    return texts["levels.next"].format(missing=number_text(standing.missing, language), title=standing.next_title)


def _streak(one: StreakStanding, desk: GameDesk) -> Streak:
    definition = one.definition
    return Streak(
        id=strawberry.ID(gid("Streak", one.definition_id)),
        handle=one.handle,
        title=definition.title,
        description=definition.description,
        artwork_url=desk.artwork_url(definition.artwork),
        unit=GameUnit[definition.unit.upper()],
        how_text=unit_how_text(definition.counter, definition.per_unit, definition.unit, desk.language),
        freezes_maximum=definition.freezes_maximum,
    )


def _milestone(milestone: Milestone, length: int) -> StreakMilestone:
    return StreakMilestone(
        length=milestone.length,
        title=milestone.title,
        points=Points(milestone.points),
        experience=Points(milestone.experience),
        missing=max(0, milestone.length - length),
    )


def _message(one: StreakStanding, now: datetime, language: str) -> str:
    texts, zone = TEXTS[language], ZoneInfo(one.zone)
    form = "one" if one.length == 1 else "other"
    length = texts[f"streak.length.{one.definition.unit}.{form}"].format(count=one.length)
    if one.length == 0 or one.ends_at is None:
        if one.repairable_until is None:
            return texts["streak.message.none"]
        return texts["streak.message.repair"].format(day=_last_day(one.repairable_until, zone, language))
    if one.paused is not None and one.paused[0] <= now.astimezone(zone).date() <= one.paused[1]:
        return texts["streak.message.paused"].format(length=length)
    if one.unit_done:
        return texts["streak.message.done"].format(length=length)
    return texts["streak.message.open"].format(length=length, day=_last_day(one.ends_at, zone, language))


def _last_day(end: datetime, zone: ZoneInfo, language: str) -> str:
    return day_text((end - _INSTANT).astimezone(zone).date(), language)

"""The periods of a board: days, weeks, months, quarters and years of the program's zone, seasons, or all time.

A period is half-open and whole, also where the clocks or the zone change. It is worked out by the definition that was
in force at its last moment, or is in force now while it runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.game.facts import Game, GameVersion
from engine.game.windows import Unit
from engine.leaderboards.calendars import spell_at
from engine.leaderboards.definitions import LeaderboardDefinition, Period
from engine.leaderboards.zones import Zones
from engine.rules.days import LAST_MOMENT

BoardGame = Game[LeaderboardDefinition]
BoardVersion = GameVersion[LeaderboardDefinition]

ALL = "all"
ALL_TIME = Period(ALL, None, None)
PERIODS_MAXIMUM = 400
"""How many periods are looked back at; a board of days shows more than a year of them."""

_LAYOUT = "1"
"""Rises when boards are kept in another form, so that what an older release wrote is made anew."""

_INSTANT = timedelta(microseconds=1)


class BoardPeriod(NamedTuple):
    """A period of a board, with the version of the definition that it is worked out by and the zone of its days."""

    game: BoardGame
    version: BoardVersion
    period: Period
    zone: ZoneInfo


def signature(board: BoardPeriod) -> str:
    """All that decides what a period holds, but for what members did; worked out by another one it is made anew."""
    bounds = (at.isoformat() if at else "-" for at in (board.period.starts_at, board.period.ends_at))
    return "/".join((_LAYOUT, str(board.version.version), board.zone.key, *bounds)).replace(" ", "_")


def version_at(game: BoardGame, moment: datetime) -> BoardVersion:
    """The version in force at a moment: of what is published last, the first where nothing is yet."""
    return next((one for one in reversed(game.versions) if one.effective_from <= moment), game.versions[0])


def period_at(definition: LeaderboardDefinition, moment: datetime, zones: Zones) -> Period | None:
    """The period that a moment falls in: of seasons the one that began last; None between them."""
    if definition.period == "all":
        return ALL_TIME
    if definition.period == "custom":
        running = [one for one in definition.seasons if one.starts_at <= moment < one.ends_at]
        season = max(running, key=lambda one: (one.starts_at, one.handle), default=None)
        return None if season is None else Period(season.handle, season.starts_at, season.ends_at)
    return _calendar(definition.period, moment, zones)


def started_periods(game: BoardGame, now: datetime, zones: Zones) -> Iterator[BoardPeriod]:
    """The periods that have begun since the board was made, at most `PERIODS_MAXIMUM`.

    Those of the newest version come first, each version's newest first. Nothing once the board is archived. The period
    that ran when another length came into force is none: nothing would be known of its end.
    """
    if game.archived_at is not None and game.archived_at <= now:
        return
    found, until = 0, now
    for version in reversed(game.versions):
        since = min(version.effective_from, now) if version is game.versions[0] else version.effective_from
        if since <= until:
            for period in _of_version(version.definition, since, until, now, zones):
                yield _board_period(game, version, period, zones)
                found += 1
                if found == PERIODS_MAXIMUM:
                    return
            until = since - _INSTANT


def _of_version(
    definition: LeaderboardDefinition, since: datetime, until: datetime, now: datetime, zones: Zones
) -> Iterator[Period]:
    """The periods whose end, or the present where they run, lies where a version was in force: the newest first."""
    if definition.period == "custom":
        begun = [Period(one.handle, one.starts_at, one.ends_at) for one in definition.seasons if one.starts_at <= now]
        decided = [one for one in begun if since <= min(now, (one.ends_at or now) - _INSTANT) <= until]
        yield from sorted(decided, key=lambda one: (one.starts_at or now, one.key), reverse=True)
        return
    moment = until
    while moment >= since:
        period = period_at(definition, moment, zones)
        if period is None or period.starts_at is None or period.ends_at is None:
            if until == now:
                yield ALL_TIME
            return
        if until == now or period.ends_at - _INSTANT <= until:
            yield period
        moment = period.starts_at - _INSTANT


def next_period(game: BoardGame, now: datetime, zones: Zones) -> BoardPeriod | None:
    """The period that begins next, by the definition in force now; None where none is to come."""
    version = version_at(game, now)
    kind = version.definition.period
    if kind == "all" or (game.archived_at is not None and game.archived_at <= now):
        return None
    if kind == "custom":
        coming = [one for one in version.definition.seasons if one.starts_at > now]
        season = min(coming, key=lambda one: (one.starts_at, one.handle), default=None)
        period = None if season is None else Period(season.handle, season.starts_at, season.ends_at)
    else:
        period = _calendar(kind, spell_at(kind, now, zones).ends_at, zones)
    return None if period is None else _board_period(game, version, period, zones)


def period_of_key(game: BoardGame, key: str, now: datetime, zones: Zones) -> BoardPeriod | None:
    """The period of a key that has begun; None for one that there is not."""
    return next((one for one in started_periods(game, now, zones) if one.period.key == key), None)


def settles_at(one: BoardPeriod) -> datetime | None:
    """From when on a period takes nothing any more and is frozen; None for that of all time."""
    if one.period.ends_at is None:
        return None
    return min(one.period.ends_at, LAST_MOMENT) + timedelta(hours=one.version.definition.settle_hours)


def _calendar(unit: Unit, moment: datetime, zones: Zones) -> Period:
    spell = spell_at(unit, moment, zones)
    return Period(_key(unit, spell.first), spell.starts_at, spell.ends_at)


def _board_period(game: BoardGame, version: BoardVersion, period: Period, zones: Zones) -> BoardPeriod:
    """With the zone of its days: of a season the one in force at its end, of all time the newest."""
    kind = version.definition.period
    if period.starts_at is None or period.ends_at is None or kind == "all":
        zone = zones.newest
    elif kind == "custom":
        zone = zones.at(period.ends_at - _INSTANT)
    else:
        zone = spell_at(kind, period.starts_at, zones).zone
    return BoardPeriod(game, version, period, zone)


def _key(unit: Unit, first: date) -> str:
    """What tells a period from all others of its board, also from those of another length: `CALENDAR_KEY`."""
    if unit == "week":
        year, week, _ = first.isocalendar()
        return f"{year:04}-W{week:02}"
    if unit == "quarter":
        return f"{first.year:04}-Q{(first.month + 2) // 3}"
    return first.isoformat()[: {"day": 10, "month": 7, "year": 4}[unit]]

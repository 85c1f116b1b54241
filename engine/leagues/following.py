"""Newcomers of a running week: seated when they first score, by when they did and not by when it was heard of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leagues.cohorts import Newcomer
from engine.leagues.definitions import LeagueDefinition
from engine.leagues.entries import (
    LeagueEntry,
    entries_among,
    entries_of,
    last_leagues,
    merged_newcomers,
    participants_among,
    participants_page,
    seat_all,
    write_newcomers,
)
from engine.leagues.scores import PAGE, week_scores
from engine.leagues.seasons import LeagueGame, LeagueSeason, lock_open_season, newest_season, version_of


async def follow_leagues(
    connection: AsyncConnection, program_id: int, games: Iterable[LeagueGame], members: Iterable[int]
) -> int:
    """Seat those of these members (not merged away) who came to a running week; returns how many are seated anew.

    `games` are the program's leagues. What changed for others because of it is changed with it.
    """
    asked = sorted(set(members))
    seated = 0
    for game in games:
        season = await newest_season(connection, program_id, game.definition_id) if asked else None
        if season is not None and season.closed_at is None:
            seated += await _follow(connection, season, version_of(game, season.version), asked)
    return seated


async def seat_everybody(connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition) -> None:
    """Look at all who take part in the league of a locked week, and seat the newcomers among them."""
    known = {one.member_id: one for one in await entries_of(connection, season)}
    away = await merged_newcomers(connection, season, known)
    after, changed = 0, await _write(connection, season, _Differences([], sorted(away)))
    while page := await participants_page(connection, season.program_id, season.definition_id, after, PAGE):
        found = await _differences(connection, season, definition, sorted(page), known)
        changed |= await _write(connection, season, found)
        after = max(page)
    if changed:
        await seat_all(connection, season, definition.cohort_maximum)


async def _follow(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, members: list[int]
) -> int:
    found = await _looked_at(connection, season, definition, members)
    if not found.newcomers and not found.gone:
        return 0
    locked = await lock_open_season(connection, season.program_id, season.definition_id, season.period)
    if locked is None:
        return 0
    found = await _looked_at(connection, locked, definition, members)  # another may have seated them meanwhile
    if await _write(connection, locked, found):
        await seat_all(connection, locked, definition.cohort_maximum)
    return len(found.newcomers)


async def _looked_at(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, members: list[int]
) -> _Differences:
    away = await merged_newcomers(connection, season, members)
    playing = sorted(await participants_among(connection, season.program_id, season.definition_id, members))
    known = await entries_among(connection, season, playing)
    found = await _differences(connection, season, definition, playing, known)
    return _Differences(found.newcomers, sorted({*found.gone, *away}))


class _Differences(NamedTuple):
    """Newcomers who are not seated, or otherwise; and those of whom nothing is known any more."""

    newcomers: list[Newcomer]
    gone: list[int]


async def _write(connection: AsyncConnection, season: LeagueSeason, found: _Differences) -> bool:
    """Write the newcomers of a locked week down; whether anything changed."""
    if found.newcomers or found.gone:
        await write_newcomers(connection, season, found.newcomers, found.gone)
    return bool(found.newcomers or found.gone)


async def _differences(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, members: list[int],
    known: Mapping[int, LeagueEntry],
) -> _Differences:  # fmt: skip
    asked = [one for one in members if one not in known or known[one].basis == 0]
    scores = await week_scores(
        connection, season.program_id, definition, asked, season.starts_at, season.ends_at, season.days
    )
    came = {one: found.first_at for one, found in scores.items() if found.first_at is not None}
    leagues = await last_leagues(connection, season, came)
    newcomers = [Newcomer(one, definition.clamped(leagues.get(one, 0)), at) for one, at in sorted(came.items())]
    seated = {one: (found.league, found.entered_at) for one, found in known.items()}
    return _Differences(
        [one for one in newcomers if seated.get(one.member_id) != (one.league, one.entered_at)],
        [one for one in asked if one in known and one not in came],
    )

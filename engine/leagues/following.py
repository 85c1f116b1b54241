"""Newcomers of a running week: seated when they first score, by when they did and not by when it was heard of."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leagues.cohorts import Newcomer
from engine.leagues.definitions import LeagueDefinition
from engine.leagues.entries import entries_among, last_leagues, participants_among, participants_page, write_newcomers
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
            playing = await participants_among(connection, program_id, game.definition_id, asked)
            seated += await _follow(connection, season, version_of(game, season.version), sorted(playing))
    return seated


async def seat_everybody(connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition) -> None:
    """Look at all who take part in the league of a locked week, and seat the newcomers among them."""
    after = 0
    while page := await participants_page(connection, season.program_id, season.definition_id, after, PAGE):
        await _seat(connection, season, definition, sorted(page))
        after = max(page)


async def _follow(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, members: list[int]
) -> int:
    newcomers, gone = await _differences(connection, season, definition, members)
    if not newcomers and not gone:
        return 0
    locked = await lock_open_season(connection, season.program_id, season.definition_id, season.period)
    return await _seat(connection, locked, definition, members) if locked is not None else 0


async def _seat(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, members: list[int]
) -> int:
    """Seat the newcomers among these members of a locked week."""
    newcomers, gone = await _differences(connection, season, definition, members)
    if newcomers or gone:
        await write_newcomers(connection, season, newcomers, gone, definition.cohort_maximum)
    return len(newcomers)


async def _differences(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, members: list[int]
) -> tuple[list[Newcomer], list[int]]:
    """Newcomers who are not seated, or by another moment; and those of whom nothing is known any more."""
    known = await entries_among(connection, season, members)
    asked = [one for one in members if one not in known or known[one].basis == 0]
    scores = await week_scores(
        connection, season.program_id, definition, asked, season.starts_at, season.ends_at, season.days
    )
    came = {one: found.first_at for one, found in scores.items() if found.first_at is not None}
    new = {one: at for one, at in came.items() if one not in known or known[one].entered_at != at}
    leagues = await last_leagues(connection, season, new)
    newcomers = [Newcomer(one, definition.clamped(leagues.get(one, 0)), at) for one, at in sorted(new.items())]
    return newcomers, [one for one in known if known[one].basis == 0 and one not in came]

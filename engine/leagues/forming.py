"""The next week of a league is formed: who scored in the week before sits with members alike, one after the other.

Everything follows from the closed week before, from the seed and from what was done since the week began, so whenever
it is formed, the same cohorts come of it. Weeks follow each other without a gap, also those that nobody looked at.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.leaderboards.zones import Zones
from engine.leagues.cohorts import Candidate, form_cohorts, season_seed
from engine.leagues.definitions import LeagueDefinition
from engine.leagues.entries import entries_of, last_leagues, participants_among, write_seats
from engine.leagues.following import seat_everybody
from engine.leagues.scores import PAGE
from engine.leagues.seasons import (
    LeagueGame,
    LeagueSeason,
    first_joined,
    newest_season,
    open_season,
    program_key,
    version_at,
)
from engine.leagues.weeks import Week, week_after, week_of


async def form_next(
    connection: AsyncConnection, program_id: int, game: LeagueGame, zones: Zones, now: datetime
) -> bool:
    """Form the week that follows the last one, once that is closed; False where nothing is to be formed."""
    last = await newest_season(connection, program_id, game.definition_id)
    zone = zones.at(now if last is None else last.ends_at)
    week = await _next_week(connection, program_id, game, last, zone)
    if week is None or week.starts_at > now or (game.archived_at is not None and game.archived_at <= week.starts_at):
        return False
    version = version_at(game, week.starts_at)
    seed = season_seed(await program_key(connection, program_id), game.definition_id, week.period)
    season = LeagueSeason(
        program_id, game.definition_id, week.period, version.version, zone.key, week.starts_at, week.ends_at, seed, now,
        None, None, None, None,
    )  # fmt: skip
    if not await open_season(connection, season):
        return False
    candidates = await _candidates(connection, last, season, version.definition) if last is not None else []
    seats = form_cohorts(seed, candidates, version.definition.cohort_maximum)
    await write_seats(connection, season, seats, {one.member_id: one.basis for one in candidates})
    crash_point("league-after-seats")
    await seat_everybody(connection, season, version.definition)
    return True


async def _next_week(
    connection: AsyncConnection, program_id: int, game: LeagueGame, last: LeagueSeason | None, zone: ZoneInfo
) -> Week | None:
    """The week after the last one; the first is that in which somebody came to take part. None while one is open."""
    if last is not None:
        return week_after(last.ends_at, zone) if last.closed_at is not None else None
    joined = await first_joined(connection, program_id, game.definition_id)
    return week_of(max(joined, game.versions[0].effective_from), zone) if joined is not None else None


async def _candidates(
    connection: AsyncConnection, last: LeagueSeason, season: LeagueSeason, definition: LeagueDefinition
) -> list[Candidate]:
    """Who was ranked in the last week and still takes part, with the league that they are in now."""
    ranked = {one.member_id: one.score or 0 for one in await entries_of(connection, last) if one.rank is not None}
    members, found = sorted(ranked), list[Candidate]()
    for first in range(0, len(members), PAGE):
        page = members[first : first + PAGE]
        playing = await participants_among(connection, last.program_id, last.definition_id, page)
        leagues = await last_leagues(connection, season, playing)
        found += [Candidate(one, definition.clamped(leagues[one]), ranked[one]) for one in sorted(playing)]
    return found

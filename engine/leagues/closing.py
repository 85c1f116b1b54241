"""A week of a league closes: every cohort is placed by what is known then, once, and all of it is kept.

One transaction does it for all cohorts, so a crash anywhere leaves the week open or closed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.leaderboards.quarantine import held_members, look_at
from engine.leagues.definitions import LeagueDefinition
from engine.leagues.entries import LeagueEntry, entries_of, participants_among, settle_entries
from engine.leagues.following import seat_everybody
from engine.leagues.placing import Placing, Played, place_cohort
from engine.leagues.scores import PAGE, week_scores
from engine.leagues.seasons import LeagueGame, LeagueSeason, lock_open_season, newest_season, version_of

_CLOSE = text("""
    UPDATE league_seasons SET closed_at = now(), result_hash = :sealed, prizes_due_at = :prizes_due_at
    WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period
""")


class CohortPlaces(NamedTuple):
    """A cohort that was placed: its league, its number and where everybody in it came."""

    league: int
    cohort: int
    places: tuple[Placing, ...]


async def close_due_week(connection: AsyncConnection, program_id: int, game: LeagueGame, now: datetime) -> bool:
    """Close the week of a league whose time to settle is over; False where there is none, or another closes it."""
    season = await newest_season(connection, program_id, game.definition_id)
    if season is None or season.closed_at is not None:
        return False
    definition = version_of(game, season.version)
    if now < season.ends_at + timedelta(hours=definition.settle_hours):
        return False
    claimed = await lock_open_season(connection, program_id, game.definition_id, season.period, wait=False)
    if claimed is None:
        return False
    await seat_everybody(connection, claimed, definition)
    entries = await entries_of(connection, claimed)
    await look_at(connection, program_id, game, [one.member_id for one in entries], now)
    cohorts, names = await _placed(connection, claimed, definition, entries)
    await settle_entries(connection, claimed, _settled(entries, cohorts, names))
    crash_point("league-after-places")
    sealed = result_hash(claimed, cohorts)
    due_at = prizes_due_at(definition, claimed.ends_at)
    await connection.execute(_CLOSE, {**claimed.key, "sealed": sealed, "prizes_due_at": due_at})
    crash_point("league-before-commit")
    return True


def prizes_due_at(definition: LeagueDefinition, ends_at: datetime) -> datetime | None:
    """When the prizes of a week are given; None where it has none."""
    hold = timedelta(days=definition.prize_hold_days, hours=definition.settle_hours)
    return ends_at + hold if definition.gives_points else None


def place_all(definition: LeagueDefinition, seated: Iterable[tuple[int, int, Played]]) -> tuple[CohortPlaces, ...]:
    """Where everybody comes who sits in these (league, cohort), the lowest league first. Pure."""
    cohorts: dict[tuple[int, int], list[Played]] = {}
    for league, cohort, played in seated:
        cohorts.setdefault((league, cohort), []).append(played)
    found = []
    for (league, cohort), members in sorted(cohorts.items()):
        step = definition.leagues[definition.clamped(league)]
        placings = place_cohort(step.promote, step.demote, definition.cohort_minimum, members)
        found.append(CohortPlaces(league, cohort, placings))
    return tuple(found)


def result_hash(season: LeagueSeason, cohorts: Iterable[CohortPlaces]) -> bytes:
    """What a closed week is known by: its bounds, its seed and everybody's place (no names)."""
    bounds = f"{season.zone} {season.starts_at.isoformat()} {season.ends_at.isoformat()} {season.seed.hex()}"
    lines = [f"{season.program_id} {season.definition_id} {season.period} {season.version} {bounds}"]
    lines += [
        f"{one.league} {one.cohort} {place.member_id} {place.score} {place.rank} {place.outcome}"
        for one in cohorts
        for place in sorted(one.places)
    ]
    return hashlib.sha256("\n".join(lines).encode()).digest()


async def _placed(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, entries: Sequence[LeagueEntry]
) -> tuple[tuple[CohortPlaces, ...], dict[int, str]]:
    seated: list[tuple[int, int, Played]] = []
    names: dict[int, str] = {}
    for first in range(0, len(entries), PAGE):
        page = entries[first : first + PAGE]
        played, named = await played_by(connection, season, definition, [one.member_id for one in page])
        seated += [(one.league, one.cohort, played[one.member_id]) for one in page]
        names |= named
    return place_all(definition, seated), names


async def played_by(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, members: Sequence[int]
) -> tuple[dict[int, Played], dict[int, str]]:
    """What these members who sit in a week did in it, by what is known now, and by which names they take part."""
    names = await participants_among(connection, season.program_id, season.definition_id, members)
    held = await held_members(connection, season.program_id, season.definition_id, names)
    scores = await week_scores(
        connection, season.program_id, definition, names, season.starts_at, season.ends_at, season.days
    )
    played = {
        one: Played(one, scores[one].score, scores[one].reached_at, "held" if one in held else "playing")
        if one in names
        else Played(one, 0, None, "withdrawn")
        for one in members
    }
    return played, names


def _settled(
    entries: Iterable[LeagueEntry], cohorts: Iterable[CohortPlaces], names: Mapping[int, str]
) -> Iterator[LeagueEntry]:
    places = {place.member_id: place for cohort in cohorts for place in cohort.places}
    for one in entries:
        place = places[one.member_id]
        name = names.get(one.member_id, "")
        yield one._replace(display_name=name, score=place.score, rank=place.rank, outcome=place.outcome)

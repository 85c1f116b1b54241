"""Leagues as people see them: a member's cohort with everybody's places in it, past weeks, and what the staff see.

A cohort is worked out from the facts whenever it is read, so it is never behind. Who left or is in quarantine is shown
to nobody but, in quarantine, to themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leagues.closing import played_by
from engine.leagues.definitions import LeagueStep
from engine.leagues.entries import LeagueEntry, cohort_of, entry_of
from engine.leagues.placing import Outcome, Placing, cut_of, place_cohort
from engine.leagues.seasons import LeagueGame, LeagueSeason, newest_season, version_of

PAGE_MAXIMUM = 100
Zone = Literal["promotion", "stay", "demotion"]
_ZONES: dict[Outcome, Zone] = {"promoted": "promotion", "demoted": "demotion"}


class CohortRow(NamedTuple):
    """Somebody in a cohort as others see them, and in which part of it they are now."""

    member_id: int
    display_name: str
    score: int
    rank: int
    zone: Zone


@dataclass(frozen=True, slots=True)
class LeagueStanding:
    """A member's place in the cohort of a week. `rank` is None with no score yet, or in quarantine.

    `promotion_rank` is the last rank that rises, `demotion_rank` the first that falls, by who has scored so far; None
    where nobody does. `size` are those who sit in the cohort and did not leave. `closed` once the week is settled.
    """

    league: int
    step: LeagueStep
    cohort: int
    rank: int | None
    score: int
    zone: Zone
    size: int
    promotion_rank: int | None
    demotion_rank: int | None
    rows: tuple[CohortRow, ...]


@dataclass(frozen=True, slots=True)
class LeagueWeek:
    """The week of a league that was formed last, and a member's place in it, None while they have none."""

    period: str
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    standing: LeagueStanding | None


@dataclass(frozen=True, slots=True)
class LeagueResult:
    """What a closed week ended in for a member; `step` is the league that they played in."""

    period: str
    starts_at: datetime
    ends_at: datetime
    league: int
    step: LeagueStep
    cohort: int
    rank: int | None
    score: int
    outcome: Outcome
    prize_points: int


@dataclass(frozen=True, slots=True)
class LeagueSeasonSummary:
    """A week of a league for the staff: who played it, in how many cohorts, how many rose, fell or did nothing."""

    period: str
    starts_at: datetime
    ends_at: datetime
    formed_at: datetime
    closed_at: datetime | None
    cohorts: int
    members: int
    promoted: int
    demoted: int
    unranked: int
    prizes_due_at: datetime | None
    prizes_given_at: datetime | None


# One of each week, the best where two who were merged played both; the prize is named by the member of now.
_HISTORY = text("""
    WITH found AS MATERIALIZED (
        SELECT DISTINCT ON (s.period) s.period, s.version, s.starts_at, s.ends_at, e.league, e.cohort, e.rank, e.score,
            e.outcome, s.definition_id || ':' || s.period || ':' || CAST(:member_id AS bigint) AS source_id
        FROM league_entries e JOIN league_seasons s ON s.program_id = e.program_id
            AND s.definition_id = e.definition_id AND s.period = e.period
        WHERE e.program_id = :program_id AND e.definition_id = :definition_id AND s.closed_at IS NOT NULL
        AND e.member_id = ANY(ARRAY(
            SELECT CAST(:member_id AS bigint)
            UNION ALL SELECT m.member_id FROM members m
            WHERE m.program_id = :program_id AND m.merged_into = :member_id))
        AND e.outcome <> 'withdrawn'
        ORDER BY s.period DESC, e.rank NULLS LAST, e.league DESC LIMIT :most
    )
    SELECT f.*, CASE WHEN a.posted IS NULL THEN 0 ELSE a.posted END AS prize_points
    FROM found f LEFT JOIN awards a ON a.program_id = :program_id AND a.shop_id = 0 AND a.source = 'season'
        AND a.source_id = f.source_id AND a.rule = 'prize'
    ORDER BY f.period DESC
""")
_SEASONS = text("""
    WITH found AS MATERIALIZED (
        SELECT period, starts_at, ends_at, formed_at, closed_at, prizes_due_at, prizes_given_at FROM league_seasons
        WHERE program_id = :program_id AND definition_id = :definition_id ORDER BY period DESC LIMIT :most
    ), counted AS MATERIALIZED (
        SELECT e.period, count(DISTINCT (e.league, e.cohort)) AS cohorts, count(*) AS members,
            count(*) FILTER (WHERE e.outcome = 'promoted') AS promoted,
            count(*) FILTER (WHERE e.outcome = 'demoted') AS demoted,
            count(*) FILTER (WHERE e.outcome = 'unranked') AS unranked
        FROM found f JOIN league_entries e ON e.program_id = :program_id AND e.definition_id = :definition_id
            AND e.period = f.period
        GROUP BY e.period
    )
    SELECT f.period, f.starts_at, f.ends_at, f.formed_at, f.closed_at, CAST(COALESCE(c.cohorts, 0) AS integer),
        COALESCE(c.members, 0), COALESCE(c.promoted, 0), COALESCE(c.demoted, 0), COALESCE(c.unranked, 0),
        f.prizes_due_at, f.prizes_given_at
    FROM found f LEFT JOIN counted c ON c.period = f.period ORDER BY f.period DESC
""")


async def league_of_member(
    connection: AsyncConnection, program_id: int, game: LeagueGame, member_id: int
) -> LeagueWeek | None:
    """The week that was formed last and a member's cohort in it, worked out now; None before the first week."""
    season = await newest_season(connection, program_id, game.definition_id)
    if season is None:
        return None
    entry = await entry_of(connection, season, member_id)
    standing = await _standing(connection, season, game, entry) if entry is not None else None
    return LeagueWeek(season.period, season.starts_at, season.ends_at, season.closed_at, standing)


async def league_results_of_member(
    connection: AsyncConnection, program_id: int, game: LeagueGame, member_id: int, *, most: int
) -> tuple[LeagueResult, ...]:
    """A member's closed weeks, the newest first."""
    given = {
        "program_id": program_id, "definition_id": game.definition_id, "member_id": member_id,
        "most": min(most, PAGE_MAXIMUM),
    }  # fmt: skip
    found = []
    for row in await connection.execute(_HISTORY, given):
        definition = version_of(game, row.version)
        step = definition.leagues[definition.clamped(row.league)]
        found.append(
            LeagueResult(
                row.period, row.starts_at, row.ends_at, row.league, step, row.cohort, row.rank, row.score, row.outcome,
                row.prize_points,
            )
        )  # fmt: skip
    return tuple(found)


async def league_seasons_of(
    connection: AsyncConnection, program_id: int, definition_id: int, *, most: int
) -> tuple[LeagueSeasonSummary, ...]:
    """A league's weeks, the newest first."""
    given = {"program_id": program_id, "definition_id": definition_id, "most": min(most, PAGE_MAXIMUM)}
    return tuple(LeagueSeasonSummary(*row) for row in await connection.execute(_SEASONS, given))


async def _standing(
    connection: AsyncConnection, season: LeagueSeason, game: LeagueGame, entry: LeagueEntry
) -> LeagueStanding | None:
    """A member's place among everybody of their cohort; None where they take part no more."""
    definition = version_of(game, season.version)
    seated = [one.member_id for one in await cohort_of(connection, season, entry.league, entry.cohort)]
    played, names = await played_by(connection, season, definition, seated)
    if entry.member_id not in names:
        return None
    step = definition.leagues[definition.clamped(entry.league)]
    placings = place_cohort(step.promote, step.demote, definition.cohort_minimum, played.values())
    mine = next(one for one in placings if one.member_id == entry.member_id)
    rows = tuple(_row(one, one.rank, names) for one in placings if one.rank is not None)
    size = sum(one.state == "playing" for one in played.values())
    cut = cut_of(step.promote, step.demote, definition.cohort_minimum, len(rows))
    return LeagueStanding(
        entry.league, step, entry.cohort, mine.rank, mine.score, _ZONES.get(mine.outcome, "stay"), size,
        cut.promote or None, len(rows) - cut.demote + 1 if cut.demote else None, rows,
    )  # fmt: skip


def _row(one: Placing, rank: int, names: dict[int, str]) -> CohortRow:
    return CohortRow(one.member_id, names[one.member_id], one.score, rank, _ZONES.get(one.outcome, "stay"))

"""Who plays a week of a league, in which cohort: rows that follow from the seed and from facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.leagues.cohorts import Newcomer, Seat
from engine.leagues.placing import Outcome
from engine.leagues.seasons import LeagueSeason


class LeagueEntry(NamedTuple):
    """Somebody who plays a week, or played it; score, rank and outcome are there once it is closed.

    `basis` is what they scored in the week before, 0 for whoever came during this one.
    """

    member_id: int
    league: int
    cohort: int
    basis: int
    entered_at: datetime
    display_name: str
    score: int | None
    rank: int | None
    outcome: Outcome | None


_ENTRY = "e.member_id, e.league, e.cohort, e.basis, e.entered_at, e.display_name, e.score, e.rank, e.outcome"
_OF_SEASON = """FROM league_entries e
    WHERE e.program_id = :program_id AND e.definition_id = :definition_id AND e.period = :period"""
_ENTRIES = text(f"SELECT {_ENTRY} {_OF_SEASON} ORDER BY e.league, e.cohort, e.member_id")
_COHORT = text(f"SELECT {_ENTRY} {_OF_SEASON} AND e.league = :league AND e.cohort = :cohort ORDER BY e.member_id")
_ONE = text(f"SELECT {_ENTRY} {_OF_SEASON} AND e.member_id = :member_id")
_AMONG = text(f"SELECT {_ENTRY} {_OF_SEASON} AND e.member_id = ANY(:members) ORDER BY e.member_id")
_FORMED = text(f"SELECT e.league, max(e.cohort) + 1 AS cohorts {_OF_SEASON} AND e.basis > 0 GROUP BY e.league")
# The league in which members, or anybody merged into them, played last; of two of one week the one that leads higher.
_LAST = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, whose AS MATERIALIZED (
        SELECT g.program_id, g.member_id AS root, g.member_id FROM given g
        UNION ALL SELECT g.program_id, g.member_id, m.member_id FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    )
    SELECT DISTINCT ON (w.root) w.root, e.league, e.outcome FROM whose w
    JOIN league_entries e ON e.program_id = w.program_id AND e.member_id = w.member_id
        AND e.definition_id = :definition_id AND e.period < :period
    ORDER BY w.root, e.period DESC,
        e.league + CASE e.outcome WHEN 'promoted' THEN 1 WHEN 'demoted' THEN -1 ELSE 0 END DESC""",
)
_WRITE = BulkStatement(
    {
        "program_id": "bigint", "definition_id": "bigint", "period": "text", "member_id": "bigint",
        "league": "smallint", "cohort": "integer", "basis": "bigint", "entered_at": "timestamptz",
    },
    """INSERT INTO league_entries AS e
        (program_id, definition_id, period, member_id, league, cohort, basis, entered_at)
    SELECT program_id, definition_id, period, member_id, league, cohort, basis, entered_at FROM given
    ON CONFLICT (program_id, definition_id, period, member_id) DO UPDATE SET
        league = excluded.league, entered_at = excluded.entered_at WHERE e.basis = 0""",
)  # fmt: skip
_REMOVE = text("""
    DELETE FROM league_entries WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period
    AND basis = 0 AND member_id = ANY(:members)
""")
# What `cohorts.seat_newcomers` says, for as many as there are; the members' ids are hashed as eight bytes there, too.
_SEAT = text("""
    WITH formed AS MATERIALIZED (
        SELECT league, max(cohort) + 1 AS cohorts FROM league_entries
        WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period AND basis > 0
        GROUP BY league
    ), turns AS MATERIALIZED (
        SELECT member_id, league, (row_number() OVER (
            PARTITION BY league ORDER BY entered_at, sha256(CAST(:seed AS bytea) || int8send(member_id))) - 1)
            / :maximum AS turn
        FROM league_entries
        WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period AND basis = 0
    ), seats AS MATERIALIZED (
        SELECT t.member_id, t.turn + CASE WHEN f.cohorts IS NULL THEN 0 ELSE f.cohorts END AS cohort
        FROM turns t LEFT JOIN formed f ON f.league = t.league
    )
    UPDATE league_entries e SET cohort = s.cohort FROM seats s
    WHERE e.program_id = :program_id AND e.definition_id = :definition_id AND e.period = :period
    AND e.member_id = s.member_id AND e.cohort <> s.cohort
""")
_PARTICIPANTS = text("""
    SELECT p.member_id, p.display_name FROM board_participants p
    JOIN members m ON m.program_id = p.program_id AND m.member_id = p.member_id
    WHERE p.program_id = :program_id AND p.definition_id = :definition_id AND m.merged_into IS NULL
    AND m.closed_at IS NULL AND p.member_id > :after ORDER BY p.member_id LIMIT :most
""")
_PLAYING = text("""
    SELECT p.member_id, p.display_name FROM board_participants p
    JOIN members m ON m.program_id = p.program_id AND m.member_id = p.member_id
    WHERE p.program_id = :program_id AND p.definition_id = :definition_id AND p.member_id = ANY(:members)
    AND m.merged_into IS NULL AND m.closed_at IS NULL
""")


def league_after(league: int, outcome: Outcome | None) -> int:
    """The league that comes after a week in another one; whoever was unranked or left keeps theirs."""
    return max(0, league + {"promoted": 1, "demoted": -1}.get(outcome or "", 0))


async def entries_of(connection: AsyncConnection, season: LeagueSeason) -> list[LeagueEntry]:
    """Everybody who plays a week, by league and cohort."""
    return [LeagueEntry(*row) for row in await connection.execute(_ENTRIES, season.key)]


async def cohort_of(connection: AsyncConnection, season: LeagueSeason, league: int, cohort: int) -> list[LeagueEntry]:
    """Everybody in a cohort."""
    given = {**season.key, "league": league, "cohort": cohort}
    return [LeagueEntry(*row) for row in await connection.execute(_COHORT, given)]


async def entry_of(connection: AsyncConnection, season: LeagueSeason, member_id: int) -> LeagueEntry | None:
    """Where a member plays a week; None where they do not."""
    row = (await connection.execute(_ONE, {**season.key, "member_id": member_id})).one_or_none()
    return LeagueEntry(*row) if row is not None else None


async def entries_among(
    connection: AsyncConnection, season: LeagueSeason, members: Sequence[int]
) -> dict[int, LeagueEntry]:
    """Where these members play a week, those who do."""
    rows = await connection.execute(_AMONG, {**season.key, "members": list(members)})
    return {row.member_id: LeagueEntry(*row) for row in rows}


async def last_leagues(connection: AsyncConnection, season: LeagueSeason, members: Iterable[int]) -> dict[int, int]:
    """The league in which each of these members goes on, those who ever played before this week."""
    asked = [(season.program_id, member_id) for member_id in sorted(set(members))]
    rows = await _LAST.run(connection, asked, definition_id=season.definition_id, period=season.period)
    return {row.root: league_after(row.league, row.outcome) for row in rows}


async def write_seats(
    connection: AsyncConnection, season: LeagueSeason, seats: Iterable[Seat], basis: Mapping[int, int]
) -> None:
    """Seat those who played the week before."""
    rows = [(*season.key.values(), *seat, basis[seat.member_id], season.starts_at) for seat in seats]
    await _WRITE.run(connection, rows)


async def write_newcomers(
    connection: AsyncConnection, season: LeagueSeason, newcomers: Iterable[Newcomer], gone: Iterable[int], maximum: int
) -> None:
    """Let these be the newcomers beside those who are, without those who are gone, and give all of them their seats."""
    rows = [(*season.key.values(), one.member_id, one.league, 0, 0, one.entered_at) for one in newcomers]
    await _WRITE.run(connection, rows)
    await connection.execute(_REMOVE, {**season.key, "members": sorted(set(gone))})
    await connection.execute(_SEAT, {**season.key, "seed": season.seed, "maximum": maximum})


async def participants_page(
    connection: AsyncConnection, program_id: int, definition_id: int, after: int, most: int
) -> dict[int, str]:
    """The next members who take part in a league, with their names there."""
    given = {"program_id": program_id, "definition_id": definition_id, "after": after, "most": most}
    return {row.member_id: row.display_name for row in await connection.execute(_PARTICIPANTS, given)}


async def participants_among(
    connection: AsyncConnection, program_id: int, definition_id: int, members: Iterable[int]
) -> dict[int, str]:
    """Those of these members who take part in a league, with their names there."""
    given = {"program_id": program_id, "definition_id": definition_id, "members": sorted(set(members))}
    return {row.member_id: row.display_name for row in await connection.execute(_PLAYING, given)}

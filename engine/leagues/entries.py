"""Who plays a week of a league, in which cohort: rows that follow from the seed and from facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement, insert_rows
from engine.leagues.cohorts import Newcomer, Seat, seat_newcomers
from engine.leagues.placing import Outcome
from engine.leagues.seasons import LeagueSeason

PAGE = 1_000
"""How many rows are written at once."""


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
# Rows are found by their key alone: what the planner knows of a week that has just begun is nothing.
_KEYED = {
    "program_id": "bigint", "definition_id": "bigint", "period": "text", "member_id": "bigint", "league": "smallint",
    "cohort": "integer", "basis": "bigint", "entered_at": "timestamptz",
}  # fmt: skip
_RESULT = {"display_name": "text", "score": "bigint", "rank": "integer", "outcome": "text"}
_ON_CONFLICT = "ON CONFLICT (program_id, definition_id, period, member_id) DO UPDATE SET"
_WRITE = insert_rows(
    "league_entries AS e", _KEYED,
    f"{_ON_CONFLICT} league = excluded.league, cohort = excluded.cohort, entered_at = excluded.entered_at "
    "WHERE e.basis = 0",
)  # fmt: skip
_SETTLE = insert_rows(
    "league_entries", {**_KEYED, **_RESULT},
    f"{_ON_CONFLICT} display_name = excluded.display_name, score = excluded.score, rank = excluded.rank, "
    "outcome = excluded.outcome",
)  # fmt: skip
_REMOVE = text("""
    DELETE FROM league_entries WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period
    AND basis = 0 AND member_id = ANY(:members)
""")
_NEWCOMERS = text(f"SELECT e.member_id, e.league, e.entered_at, e.cohort {_OF_SEASON} AND e.basis = 0")
# Newcomers whose member is another one's since: what they did is the other's, and so is the seat.
_MERGED = text("""
    WITH away AS MATERIALIZED (
        SELECT member_id FROM members WHERE program_id = :program_id AND merged_into = ANY(:members)
        UNION SELECT member_id FROM members
        WHERE program_id = :program_id AND member_id = ANY(:members) AND merged_into IS NOT NULL
    )
    SELECT e.member_id FROM away a JOIN league_entries e ON e.program_id = :program_id
        AND e.definition_id = :definition_id AND e.period = :period AND e.member_id = a.member_id
    WHERE e.basis = 0
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
    await _in_pages(connection, _WRITE, rows)


async def merged_newcomers(connection: AsyncConnection, season: LeagueSeason, members: Iterable[int]) -> set[int]:
    """Newcomers of a week who were merged into these members, or are among them and were merged into others."""
    given = {**season.key, "members": sorted(set(members))}
    return set((await connection.execute(_MERGED, given)).scalars())


async def write_newcomers(
    connection: AsyncConnection, season: LeagueSeason, newcomers: Iterable[Newcomer], gone: Iterable[int]
) -> None:
    """Let these be newcomers beside those who are, without those who are gone; `seat_all` gives them their seats."""
    rows = [(*season.key.values(), one.member_id, one.league, 0, 0, one.entered_at) for one in newcomers]
    await _WRITE.run(connection, rows)
    left = sorted(set(gone))
    if left:
        await connection.execute(_REMOVE, {**season.key, "members": left})


async def seat_all(connection: AsyncConnection, season: LeagueSeason, maximum: int) -> None:
    """Give all newcomers of a locked week their seats."""
    known = (await connection.execute(_NEWCOMERS, season.key)).fetchall()
    formed = {row.league: row.cohorts for row in await connection.execute(_FORMED, season.key)}
    newcomers = [Newcomer(row.member_id, row.league, row.entered_at) for row in known]
    seated = {row.member_id: row for row in known}
    moved = [
        (*season.key.values(), *seat, 0, seated[seat.member_id].entered_at)
        for seat in seat_newcomers(season.seed, newcomers, formed, maximum)
        if seated[seat.member_id].cohort != seat.cohort
    ]
    await _in_pages(connection, _WRITE, moved)


async def settle_entries(connection: AsyncConnection, season: LeagueSeason, entries: Iterable[LeagueEntry]) -> None:
    """Keep what a week ended in for everybody in it."""
    await _in_pages(connection, _SETTLE, [(*season.key.values(), *entry) for entry in entries])


async def _in_pages(connection: AsyncConnection, statement: BulkStatement, rows: Sequence[Sequence[Any]]) -> None:
    for first in range(0, len(rows), PAGE):
        await statement.run(connection, rows[first : first + PAGE])


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

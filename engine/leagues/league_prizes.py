"""Prizes of closed weeks of leagues, page by page, when their hold is over: for places in each cohort.

As on boards, what is left of a score must still be enough for a prize of that worth, and nobody moves up. A person has
one prize of a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.crash import crash_point
from engine.database import transaction_time
from engine.game.catalog import game_of
from engine.leaderboards.definitions import Prize
from engine.leaderboards.prizes import SOURCE, PrizeDue, Told, give, nobody, prize_for
from engine.leaderboards.quarantine import lock, look_at
from engine.leagues.closing import played_by
from engine.leagues.definitions import LeagueDefinition
from engine.leagues.seasons import LeagueGame, LeagueSeason, lock_prizes, version_of
from engine.ledger import MemberKey

PAGE = 200
"""How many members are looked at in one step."""

_PAGE = text("""
    SELECT e.member_id, e.league, e.cohort, e.rank,
        CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END AS root
    FROM league_entries e JOIN members m ON m.program_id = e.program_id AND m.member_id = e.member_id
    WHERE e.program_id = :program_id AND e.definition_id = :definition_id AND e.period = :period
    AND e.rank <= :places AND e.member_id > :after ORDER BY e.member_id LIMIT :most
""")
_LINES = BulkStatement(
    {"program_id": "bigint", "definition_id": "bigint", "period": "text", "league": "smallint", "cohort": "integer",
     "rank": "integer"},
    """SELECT g.league, g.cohort, g.rank, e.score FROM given g
    JOIN league_entries e ON e.program_id = g.program_id AND e.definition_id = g.definition_id
        AND e.period = g.period AND e.league = g.league AND e.cohort = g.cohort AND e.rank = g.rank""",
)  # fmt: skip
_DONE = text("""
    UPDATE league_seasons SET prizes_through = :through, prizes_given_at = CASE WHEN :last THEN now() END
    WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period
""")
_LOOKED_AT = BulkStatement(
    {"program_id": "bigint", "definition_id": "bigint", "period": "text", "member_id": "bigint", "award": "text"},
    """UPDATE league_entries e SET prize_award = g.award FROM given g
    WHERE e.program_id = g.program_id AND e.definition_id = g.definition_id AND e.period = g.period
    AND e.member_id = g.member_id""",
)


async def give_due_of_leagues(connection: AsyncConnection, told: Told = nobody) -> int:
    """Give a page of prizes of one week of the named tenants whose hold is over; returns how many were looked at.

    What another worker is about is left to it; a crash repeats the page, and nobody is given anything twice.
    """
    found = await lock_prizes(connection)
    if found is None:
        return 0
    season, after = found
    game: LeagueGame | None = await game_of(connection, season.program_id, season.definition_id)
    definition = version_of(game, season.version) if game is not None else None
    rows: Sequence[Any] = ()
    if game is not None and definition is not None:
        places = max((prize.last for step in definition.leagues for prize in step.prizes), default=0)
        given = {**season.key, "places": places, "after": after, "most": PAGE}
        rows = (await connection.execute(_PAGE, given)).fetchall()
        due = await _due_of(connection, game, definition, season, rows)
        given_for = await give(connection, list(due.values()), told)
        awards = {one: prize.source_id for one, prize in due.items() if prize.source_id in given_for}
        looked_at = [(*season.key.values(), row.member_id, awards.get(row.member_id, "")) for row in rows]
        await _LOOKED_AT.run(connection, looked_at)
    through = rows[-1].member_id if rows else after
    await connection.execute(_DONE, {**season.key, "through": through, "last": len(rows) < PAGE})
    crash_point("league-prizes-before-commit")
    return max(1, len(rows))


async def _due_of(
    connection: AsyncConnection, game: LeagueGame, definition: LeagueDefinition, season: LeagueSeason,
    rows: Sequence[Any],
) -> dict[int, PrizeDue]:  # fmt: skip
    """The prizes of a page of members, by whose place they are for, of those who still have a right to them."""
    winners = [(row, prize) for row in rows if (prize := _prize(definition, row)) is not None]
    lines = await _LINES.run(
        connection, [(*season.key.values(), row.league, row.cohort, prize.last + 1) for row, prize in winners]
    )
    behind = {(line.league, line.cohort, line.rank): line.score for line in lines}
    roots = sorted({row.root for row, _ in winners})
    await lock(connection, season.program_id, roots)
    await look_at(connection, season.program_id, game, roots, await transaction_time(connection))
    left, _ = await played_by(connection, season, definition, roots)
    due: dict[int, PrizeDue] = {}
    persons: set[int] = set()
    for row, prize in sorted(winners, key=lambda one: (one[0].rank, one[0].member_id)):
        now = left[row.root]
        line = max(1, behind.get((row.league, row.cohort, prize.last + 1), 0))
        if now.state == "playing" and now.score >= line and row.root not in persons:
            due[row.member_id] = _prize_due(game, definition, season, row, prize)
            persons.add(row.root)
    return due


def _prize(definition: LeagueDefinition, row: Any) -> Prize | None:
    return prize_for(definition.leagues[definition.clamped(row.league)].prizes, row.rank)


def _prize_due(
    game: LeagueGame, definition: LeagueDefinition, season: LeagueSeason, row: Any, prize: Prize
) -> PrizeDue:
    step = definition.leagues[definition.clamped(row.league)]
    detail = {
        "event": SOURCE, "title": definition.title, "board": game.handle, "period": season.period,
        "place": str(row.rank), "league": step.title,
    }  # fmt: skip
    source_id = f"{season.definition_id}:{season.period}:{row.root}"
    at = season.prizes_due_at or season.ends_at
    return PrizeDue(source_id, MemberKey(season.program_id, row.root), prize, at, definition.title, detail)

"""Prizes of closed seasons, page by page from the first place on, when their hold is over.

A place's prize goes to whoever came there, if they still take part, are not in quarantine, and what is left of their
score would still have been enough for a prize of that worth. Nobody moves up to a place that is not paid.
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
from engine.leaderboards.definitions import EVERYBODY, Prize
from engine.leaderboards.notes import scores_left
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.prizes import SOURCE, PrizeDue, Told, give, nobody, prize_for
from engine.leaderboards.quarantine import lock, look_at
from engine.leaderboards.results import results_of
from engine.ledger import MemberKey

PAGE = 200
"""How many places are looked at in one step."""

_DUE = text("""
    SELECT program_id, definition_id, period, version, zone, starts_at, ends_at, entries, prizes_due_at, prizes_through
    FROM board_seasons
    WHERE prizes_due_at <= now() AND prizes_given_at IS NULL AND segment = ''
    ORDER BY prizes_due_at, program_id, definition_id, period LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_DONE = text("""
    UPDATE board_seasons SET prizes_through = :through, prizes_given_at = CASE WHEN :last THEN now() END
    WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period AND segment = ''
""")
# What became of each place that was looked at, so that the audit finds a prize that was never given.
# Rows are locked from the first place on, as notes of refunds do, so that the two never wait for each other in a ring.
_LOOKED_AT = text("""
    WITH looked_at AS MATERIALIZED (
        SELECT program_id, definition_id, period, segment, place FROM board_results
        WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period AND segment = ''
        AND place > :after AND place <= :through ORDER BY place FOR UPDATE
    )
    UPDATE board_results r SET prize_award = CASE
        WHEN CAST(:season AS text) || r.place = ANY(:given) THEN CAST(:season AS text) || r.place ELSE '' END
    FROM looked_at l WHERE r.program_id = l.program_id AND r.definition_id = l.definition_id AND r.period = l.period
    AND r.segment = l.segment AND r.place = l.place
""")
_LINES = text("""
    SELECT place, score FROM board_results WHERE program_id = :program_id AND definition_id = :definition_id
    AND period = :period AND segment = '' AND place = ANY(:places)
""")
# Who is who since merges, and which place of theirs was their best: a person has one prize of a season.
_PERSONS = BulkStatement(
    {"program_id": "bigint", "definition_id": "bigint", "period": "text", "place": "bigint", "member_id": "bigint"},
    """, roots AS MATERIALIZED (
        SELECT g.program_id, g.definition_id, g.period, g.place,
            CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END AS root
        FROM given g JOIN members m ON m.program_id = g.program_id AND m.member_id = g.member_id
    ), whose AS MATERIALIZED (
        SELECT r.program_id, r.definition_id, r.period, r.place, r.root, r.root AS member_id FROM roots r
        UNION ALL SELECT r.program_id, r.definition_id, r.period, r.place, r.root, m.member_id FROM roots r
        JOIN members m ON m.program_id = r.program_id AND m.merged_into = r.root
    )
    SELECT w.place, w.root, min(b.place) AS best FROM whose w
    JOIN board_results b ON b.program_id = w.program_id AND b.definition_id = w.definition_id
        AND b.period = w.period AND b.segment = '' AND b.member_id = w.member_id
    GROUP BY w.place, w.root""",
)


async def give_due(connection: AsyncConnection, told: Told = nobody) -> int:
    """Give a page of prizes of one season of the named tenants whose hold is over; returns how many places it has.

    What another worker is about is left to it; a crash repeats the page, and nobody is given anything twice.
    """
    season = (await connection.execute(_DUE)).one_or_none()
    if season is None:
        return 0
    game: BoardGame | None = await game_of(connection, season.program_id, season.definition_id)
    prizes = _prizes(game, season.version)
    last = min(max((prize.last for prize in prizes), default=0), season.entries)
    through = min(season.prizes_through + PAGE, last)
    if game is not None and through > season.prizes_through:
        due = await _due_of(connection, game, season, prizes, through)
        given = await give(connection, due, told)
        looked_at = {"given": sorted(given), "season": _source_id(season, ""), "after": season.prizes_through}
        await connection.execute(_LOOKED_AT, {**season._asdict(), **looked_at, "through": through})
    await connection.execute(_DONE, {**season._asdict(), "through": through, "last": through >= last})
    crash_point("prizes-before-commit")
    looked: int = through - season.prizes_through
    return max(1, looked)


async def _due_of(
    connection: AsyncConnection, game: BoardGame, season: Any, prizes: Sequence[Prize], through: int
) -> list[PrizeDue]:
    """The prizes of a page of places, of those who still have a right to them."""
    program_id, key = season.program_id, (season.definition_id, season.period)
    page = through - season.prizes_through
    places = await results_of(connection, program_id, *key, EVERYBODY, most=page, after=season.prizes_through)
    rows = [(program_id, *key, one.place, one.member_id) for one in places]
    persons = {row.place: row for row in await _PERSONS.run(connection, rows)}
    roots = sorted({row.root for row in persons.values()})
    await lock(connection, program_id, roots)
    await look_at(connection, program_id, game, roots, await transaction_time(connection))
    left = await scores_left(connection, program_id, game, season, roots)
    lines = await _lines(connection, season, prizes)
    due = []
    for place, person in sorted(persons.items()):
        prize, score = prize_for(prizes, place), left.get(person.root, 0)
        if prize is not None and person.best == place and score > 0 and score >= lines.get(prize.last + 1, 0):
            due.append(_prize_due(game, season, place, MemberKey(program_id, person.root), prize))
    return due


async def _lines(connection: AsyncConnection, season: Any, prizes: Sequence[Prize]) -> dict[int, int]:
    """By the first place behind each prize, the score that was not enough for it."""
    given = {
        "program_id": season.program_id, "definition_id": season.definition_id, "period": season.period,
        "places": [prize.last + 1 for prize in prizes],
    }  # fmt: skip
    return {row.place: row.score for row in await connection.execute(_LINES, given)}


def _prizes(game: BoardGame | None, version: int) -> tuple[Prize, ...]:
    found = next((one for one in game.versions if one.version == version), None) if game is not None else None
    return found.definition.prizes if found is not None else ()


def _prize_due(game: BoardGame, season: Any, place: int, member: MemberKey, prize: Prize) -> PrizeDue:
    title = game.newest.definition.title
    detail = {"event": SOURCE, "title": title, "board": game.handle, "period": season.period, "place": str(place)}
    return PrizeDue(_source_id(season, place), member, prize, season.prizes_due_at, title, detail)


def _source_id(season: Any, place: object) -> str:
    return f"{season.definition_id}:{season.period}:{place}"

"""Goals of the whole community in the database: what each member gave, the sum of it, and what was settled.

What members gave follows from their facts and is stored absolutely; what that changes of the sum is noted in the same
statement and added up later, so nobody waits for anybody. A period is settled once, some hours after its end, out of
what was given: late news changes it no more. What was heard by then is worked out first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.challenges.definitions import ChallengeDefinition
from engine.challenges.periods import governing, opens_at, period_bounds
from engine.database import transaction_time
from engine.game.catalog import games_of
from engine.game.facts import Game
from engine.game.slices import Slice
from engine.leaderboards.backlog import Backlog
from engine.ledger import MemberKey
from engine.program import standing_zone
from engine.publishing import versions_of

Contribution = tuple[int, str, int]
SETTLED_AT_ONCE = 20
MOVES_AT_ONCE = 50_000
_NOTHING = (0, "", 0)
"""Stands for a member who gave nothing: what was kept of them goes."""

# What a member does not give any more goes, but for periods that were settled: those stay as they were.
_STORE = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint", "definition_id": "bigint", "period": "text", "amount": "bigint"},
    """, before AS MATERIALIZED (
        SELECT c.program_id, c.definition_id, c.period, c.member_id, c.amount
        FROM (SELECT DISTINCT program_id, member_id FROM given) g
        JOIN challenge_contributions c ON c.program_id = g.program_id AND c.member_id = g.member_id
        WHERE NOT EXISTS (SELECT FROM challenge_periods p WHERE p.program_id = c.program_id
            AND p.definition_id = c.definition_id AND p.period = c.period)
    ), now AS MATERIALIZED (
        SELECT program_id, definition_id, period, member_id, amount FROM given WHERE amount <> 0
    ), gone AS (
        DELETE FROM challenge_contributions c USING before b
        WHERE c.program_id = b.program_id AND c.definition_id = b.definition_id AND c.period = b.period
        AND c.member_id = b.member_id AND NOT EXISTS (
            SELECT FROM now n WHERE n.program_id = b.program_id AND n.definition_id = b.definition_id
            AND n.period = b.period AND n.member_id = b.member_id)
    ), written AS (
        INSERT INTO challenge_contributions AS c (program_id, definition_id, period, member_id, amount)
        SELECT program_id, definition_id, period, member_id, amount FROM now
        ORDER BY program_id, definition_id, period, member_id
        ON CONFLICT (program_id, definition_id, period, member_id) DO UPDATE SET amount = excluded.amount
        WHERE c.amount <> excluded.amount
    ), moved AS (
        SELECT program_id, definition_id, period, sum(amount) AS amount FROM (
            SELECT program_id, definition_id, period, amount FROM now
            UNION ALL SELECT program_id, definition_id, period, -amount FROM before
        ) both_sides GROUP BY program_id, definition_id, period HAVING sum(amount) <> 0
    )
    INSERT INTO challenge_moves (program_id, definition_id, period, amount)
    SELECT program_id, definition_id, period, amount FROM moved""",
)
_READ = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """SELECT c.program_id, c.member_id, c.definition_id, c.period, c.amount FROM given g
    JOIN challenge_contributions c ON c.program_id = g.program_id AND c.member_id = g.member_id
    WHERE NOT EXISTS (SELECT FROM challenge_periods p WHERE p.program_id = c.program_id
        AND p.definition_id = c.definition_id AND p.period = c.period)
    ORDER BY c.program_id, c.member_id, c.definition_id, c.period""",
)
_ADD_UP = text("""
    WITH taken AS (
        DELETE FROM challenge_moves m USING (
            SELECT program_id, move_id FROM challenge_moves ORDER BY program_id, move_id LIMIT :most
            FOR UPDATE SKIP LOCKED
        ) t WHERE m.program_id = t.program_id AND m.move_id = t.move_id
        RETURNING m.program_id, m.move_id, m.definition_id, m.period, m.amount
    ), told AS (
        INSERT INTO challenge_news AS n (program_id, news, last_move_id)
        SELECT program_id, count(*), max(move_id) FROM taken GROUP BY program_id ORDER BY program_id
        ON CONFLICT (program_id) DO UPDATE SET news = n.news + excluded.news,
            last_move_id = GREATEST(n.last_move_id, excluded.last_move_id)
    )
    INSERT INTO challenge_totals AS t (program_id, definition_id, period, total)
    SELECT program_id, definition_id, period, sum(amount) FROM taken
    GROUP BY program_id, definition_id, period ORDER BY program_id, definition_id, period
    ON CONFLICT (program_id, definition_id, period) DO UPDATE SET total = t.total + excluded.total
""")
_TOTALS = text("""
    SELECT definition_id, period, CAST(sum(amount) AS bigint) FROM (
        SELECT definition_id, period, total AS amount FROM challenge_totals
        WHERE program_id = :program_id AND definition_id = ANY(:definitions)
        UNION ALL
        SELECT definition_id, period, amount FROM challenge_moves
        WHERE program_id = :program_id AND definition_id = ANY(:definitions)
    ) known GROUP BY definition_id, period
""")
_UNSETTLED = text("""
    SELECT t.program_id, t.definition_id, t.period, t.due_since, t.applied_at FROM challenge_totals t WHERE NOT EXISTS (
        SELECT FROM challenge_periods p WHERE p.program_id = t.program_id AND p.definition_id = t.definition_id
        AND p.period = t.period)
    ORDER BY t.program_id, t.definition_id, t.period
""")
_WAIT = text("""
    UPDATE challenge_totals SET due_since = :due_since, applied_at = :applied_at
    WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period
    AND (due_since, applied_at) IS DISTINCT FROM (CAST(:due_since AS timestamptz), CAST(:applied_at AS timestamptz))
""")
_SETTLE = text("""
    INSERT INTO challenge_periods (program_id, definition_id, period, version, starts_at, ends_at, total, reached_at)
    SELECT :program_id, :definition_id, :period, :version, :starts_at, :ends_at, COALESCE(sum(amount), 0),
        CASE WHEN sum(amount) >= :target THEN CAST(:ends_at AS timestamptz) END
    FROM challenge_contributions
    WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period
    ON CONFLICT (program_id, definition_id, period) DO NOTHING RETURNING reached_at
""")
_TELL = text("UPDATE challenge_news SET news = news + 1 WHERE program_id = :program_id")
_MARK = text("""
    INSERT INTO game_marks (program_id, member_id) SELECT program_id, member_id FROM challenge_contributions
    WHERE program_id = :program_id AND definition_id = :definition_id AND period = :period
""")


@dataclass(frozen=True, slots=True)
class _Due:
    """A period whose time has come, and the version that it is played by."""

    program_id: int
    definition_id: int
    period: str
    played: Slice[ChallengeDefinition]
    starts_at: datetime
    ends_at: datetime
    backlog: Backlog

    @property
    def key(self) -> dict[str, Any]:
        """Which one it is."""
        return {"program_id": self.program_id, "definition_id": self.definition_id, "period": self.period}


async def store_contributions(
    connection: AsyncConnection, contributions: Mapping[MemberKey, Sequence[Contribution]]
) -> None:
    """Keep what these locked members gave to all periods that are not settled, in place of what was kept of them."""
    rows = [(*key, *one) for key, given in contributions.items() for one in (*given, _NOTHING)]
    await _STORE.run(connection, sorted(rows))


async def read_contributions(
    connection: AsyncConnection, members: Iterable[MemberKey]
) -> dict[MemberKey, list[Contribution]]:
    """What is kept of these members for periods that are not settled, in order; who gave nothing is left out."""
    found: dict[MemberKey, list[Contribution]] = {}
    for program_id, member_id, *one in await _READ.run(connection, sorted(set(members))):
        found.setdefault(MemberKey(program_id, member_id), []).append((one[0], one[1], one[2]))
    return found


async def totals(
    connection: AsyncConnection, program_id: int, definition_ids: Iterable[int]
) -> dict[tuple[int, str], int]:
    """What all gave together, by (definition, period), as it is counted: spend in minor units."""
    given = {"program_id": program_id, "definitions": sorted(set(definition_ids))}
    rows = await connection.execute(_TOTALS, given) if given["definitions"] else ()
    return {(definition_id, period): total for definition_id, period, total in rows}


async def settle_communities(connection: AsyncConnection, most: int = SETTLED_AT_ONCE) -> int:
    """Add up what was given, and settle periods of the named tenants whose time has come, each once; returns how many.

    Who gave to one is marked: those who gave enough to a goal that was reached have finished it.
    """
    await connection.execute(_ADD_UP, {"most": MOVES_AT_ONCE})
    now = await transaction_time(connection)
    settled = 0
    for due in await _due(connection, now):
        if settled < most and await _is_known(connection, due, now):
            settled += await _settle(connection, due)
    return settled


async def _is_known(connection: AsyncConnection, due: _Due, now: datetime) -> bool:
    """Whether all that was heard until a period was found to be over is worked out."""
    known = await due.backlog.is_worked_off(connection, due.program_id, now)
    waits = {"due_since": due.backlog.since, "applied_at": due.backlog.applied_at}
    await connection.execute(_WAIT, {**due.key, **waits})
    return known


async def _settle(connection: AsyncConnection, due: _Due) -> bool:
    played = due.played
    given = {"version": played.version.version, "target": played.definition.steps[0].units}
    times = {"starts_at": due.starts_at, "ends_at": due.ends_at}
    row = (await connection.execute(_SETTLE, {**due.key, **given, **times})).one_or_none()
    if row is not None:
        await connection.execute(_MARK, due.key)
        await connection.execute(_TELL, due.key)
    return row is not None


async def _due(connection: AsyncConnection, now: datetime) -> list[_Due]:
    rows = (await connection.execute(_UNSETTLED)).fetchall()
    programs = sorted({row.program_id for row in rows})
    games = await games_of(connection, programs, ["challenge"]) if programs else {}
    published = await versions_of(connection, programs) if programs else {}
    known = {(program_id, game.definition_id): game for program_id, of in games.items() for game in of}
    found: list[_Due] = []
    for row in rows:
        game = known.get((row.program_id, row.definition_id))
        due = _of(game, row, now, published) if game is not None else None
        if due is not None:
            found.append(due)
    return found


def _of(game: Game[ChallengeDefinition], row: Any, now: datetime, published: Mapping[int, Any]) -> _Due | None:
    """A period, if it is to be settled by now; one that was archived before its end never is."""
    zone = standing_zone(published.get(row.program_id, []))
    played = governing(game, row.period, zone, now)
    if played is None or played.definition.scope != "community":
        return None
    starts_at, ends_at = period_bounds(played.definition, row.period, zone, opens_at(game))
    archived = game.archived_at is not None and game.archived_at < ends_at
    if archived or now < ends_at + timedelta(hours=played.definition.settle_hours):
        return None
    backlog = Backlog(row.due_since or now, row.applied_at)
    return _Due(row.program_id, row.definition_id, row.period, played, starts_at, ends_at, backlog)

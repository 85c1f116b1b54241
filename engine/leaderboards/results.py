"""Frozen results of boards: closed seasons, their places and prizes, and a member's own history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.leaderboards.definitions import EVERYBODY

PAGE_MAXIMUM = 250


@dataclass(frozen=True, slots=True)
class ClosedSeason:
    """A period of a board's segment that was frozen; `prizes_through` is the last place that was looked at for one."""

    definition_id: int
    period: str
    segment: str
    version: int
    zone: str
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime
    entries: int
    result_hash: bytes
    prizes_due_at: datetime | None
    prizes_through: int
    prizes_given_at: datetime | None


@dataclass(frozen=True, slots=True)
class Result:
    """A place in a closed season. `display_name` is empty for an erased member.

    `adjusted_score` is what is left of the score, where a refund changed it after the close; the place stays.
    `prize_points` are those that were given for it.
    """

    definition_id: int
    period: str
    segment: str
    place: int
    member_id: int
    display_name: str
    rank: int
    score: int
    reached_at: datetime
    adjusted_score: int | None
    prize_points: int


@dataclass(frozen=True, slots=True)
class MemberResult:
    """A member's own place in a closed season, among `entries`."""

    result: Result
    starts_at: datetime
    ends_at: datetime
    entries: int


_SEASON = """definition_id, period, segment, version, zone, starts_at, ends_at, closed_at, entries, result_hash,
    prizes_due_at, prizes_through, prizes_given_at"""
_SEASONS = text(f"""
    SELECT {_SEASON} FROM board_seasons
    WHERE program_id = :program_id AND definition_id = :definition_id AND segment = :segment AND entries > 0
    AND ends_at < :before ORDER BY ends_at DESC, period LIMIT :most
""")
# The name of an award is put together before it is looked up: a key with an expression would not use the index.
_WITH_PRIZES = """, named AS MATERIALIZED (
        SELECT f.*, f.definition_id || ':' || f.period || ':' || f.place AS source_id FROM found f
    )
    SELECT n.definition_id, n.period, n.segment, n.place, n.member_id, n.display_name, n.rank, n.score, n.reached_at,
        n.adjusted_score, CASE WHEN n.segment = '' AND a.posted IS NOT NULL THEN a.posted ELSE 0 END AS prize_points"""
_AWARDS = """LEFT JOIN awards a ON a.program_id = :program_id AND a.shop_id = 0 AND a.source = 'season'
        AND a.source_id = n.source_id AND a.rule = 'prize'"""
_PLACES = text(f"""
    WITH found AS MATERIALIZED (
        SELECT * FROM board_results WHERE program_id = :program_id AND definition_id = :definition_id
        AND period = :period AND segment = :segment AND place > :after ORDER BY place LIMIT :most
    ){_WITH_PRIZES} FROM named n {_AWARDS} ORDER BY n.place
""")
_OF_MEMBER = text(f"""
    WITH found AS MATERIALIZED (
        SELECT r.*, s.starts_at, s.ends_at, s.entries FROM board_results r
        JOIN board_seasons s ON s.program_id = r.program_id AND s.definition_id = r.definition_id
            AND s.period = r.period AND s.segment = r.segment
        WHERE r.program_id = :program_id AND r.segment = '' AND r.member_id = ANY(ARRAY(
            SELECT CAST(:member_id AS bigint)
            UNION ALL SELECT m.member_id FROM members m
            WHERE m.program_id = :program_id AND m.merged_into = :member_id))
        ORDER BY s.ends_at DESC, r.definition_id, r.place LIMIT :most
    ){_WITH_PRIZES}, n.starts_at, n.ends_at, n.entries
    FROM named n {_AWARDS} ORDER BY n.ends_at DESC, n.definition_id, n.place
""")
_LATEST = datetime.max.replace(tzinfo=UTC)


async def seasons_of(
    connection: AsyncConnection, program_id: int, definition_id: int, *, most: int, before: datetime | None = None,
    segment: str = EVERYBODY,
) -> tuple[ClosedSeason, ...]:  # fmt: skip
    """Closed seasons of a board in which anybody was ranked, the newest first; `before` is the end of another page."""
    given = {
        "program_id": program_id, "definition_id": definition_id, "segment": segment, "most": min(most, PAGE_MAXIMUM),
        "before": before or _LATEST,
    }  # fmt: skip
    return tuple(_season(row) for row in await connection.execute(_SEASONS, given))


async def results_of(
    connection: AsyncConnection, program_id: int, definition_id: int, period: str, segment: str = EVERYBODY, *,
    most: int, after: int = 0,
) -> tuple[Result, ...]:  # fmt: skip
    """Places of a closed season from the one behind `after` on."""
    given = {
        "program_id": program_id, "definition_id": definition_id, "period": period, "segment": segment,
        "most": min(most, PAGE_MAXIMUM), "after": after,
    }  # fmt: skip
    return tuple(Result(*row) for row in await connection.execute(_PLACES, given))


async def results_of_member(
    connection: AsyncConnection, program_id: int, member_id: int, *, most: int
) -> tuple[MemberResult, ...]:
    """A member's places among everybody in closed seasons of all boards, the newest first."""
    given = {"program_id": program_id, "member_id": member_id, "most": min(most, PAGE_MAXIMUM)}
    return tuple(MemberResult(Result(*row[:11]), *row[11:]) for row in await connection.execute(_OF_MEMBER, given))


def _season(row: Any) -> ClosedSeason:
    return ClosedSeason(**{**row._asdict(), "result_hash": bytes(row.result_hash)})

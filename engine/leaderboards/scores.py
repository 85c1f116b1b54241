"""The scores of a board's period, worked out by one statement from what members did.

It serves the drain, the rebuilding, and the closing of seasons, so they cannot differ. Who takes part and is neither
merged into another nor in quarantine has a score; activities of those merged into a member are theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.counters import Counter
from engine.leaderboards.definitions import SCORE_MAXIMUM, ChallengeScore, LeaderboardDefinition, Period
from engine.leaderboards.periods import BoardPeriod
from engine.money import exponent
from engine.tiers.activities import ORDER, TEST_ORDER

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_END = datetime(9999, 12, 31, tzinfo=UTC)


class BoardScore(NamedTuple):
    """A member's score, from 1 to 2^53 − 1, and when it was reached, in whole milliseconds."""

    member_id: int
    score: int
    reached_at: datetime


_WHOSE = """
    participants AS MATERIALIZED (
        SELECT p.member_id FROM board_participants p
        JOIN members m ON m.program_id = p.program_id AND m.member_id = p.member_id
        WHERE p.program_id = :program_id AND p.definition_id = :definition_id AND m.merged_into IS NULL {among} {seen}
    ), whose AS MATERIALIZED (
        SELECT member_id AS root, member_id FROM participants
        UNION ALL
        SELECT p.member_id, m.member_id FROM participants p
        JOIN members m ON m.program_id = :program_id AND m.merged_into = p.member_id
    )"""
_AMONG = "AND p.member_id = ANY(:members)"
_SEEN = """AND NOT EXISTS (SELECT FROM board_quarantines q
            WHERE q.program_id = p.program_id AND q.member_id = p.member_id AND q.definition_id = p.definition_id
            AND q.lifted_at IS NULL AND q.decision IS DISTINCT FROM 'cleared')"""
# What each activity is worth now: its newest step.
_ACTIVITIES = """
    counted AS (
        SELECT w.root, a.occurred_at, a.shop_id, a.source, a.source_id, {worth} AS worth
        FROM whose w JOIN activities a ON a.program_id = :program_id AND a.member_id = w.member_id
        WHERE a.occurred_at >= :starts_at AND a.occurred_at < :ends_at {named}
    )"""
_CHALLENGES = """
    counted AS (
        SELECT p.member_id AS root, a.earned_at AS occurred_at, a.definition_id AS shop_id, a.occasion AS source,
            CAST(a.level AS text) AS source_id, a.score AS worth
        FROM participants p JOIN achievements a ON a.program_id = :program_id AND a.member_id = p.member_id
        WHERE a.earned_at >= :starts_at AND a.earned_at < :ends_at AND a.revoked_at IS NULL AND a.kind = 'challenge'
        {named}
    )"""
# Texts in the order of their characters, whatever language the database sorts by.
_NEWEST_FIRST = 'occurred_at DESC, shop_id DESC, source COLLATE "C" DESC, source_id COLLATE "C" DESC'
_SCORED = {
    "increment": """
        SELECT root, sum(worth) AS score, max(occurred_at) AS reached_at FROM counted WHERE worth > 0 GROUP BY root""",
    "best": """
        SELECT DISTINCT ON (root) root, worth AS score, occurred_at AS reached_at FROM counted WHERE worth > 0
        ORDER BY root, worth DESC, occurred_at""",
    "set": f"""
        SELECT DISTINCT ON (root) root, worth AS score, occurred_at AS reached_at FROM counted WHERE worth > 0
        ORDER BY root, {_NEWEST_FIRST}""",
}
_DAY = "CAST(occurred_at AT TIME ZONE :zone AS date)"
_DAYS = f"""
        SELECT root, count(*) AS score, max(first_at) AS reached_at FROM (
            SELECT root, min(occurred_at) AS first_at FROM counted WHERE worth > 0 GROUP BY root, {_DAY}
        ) days GROUP BY root"""
# Of each day no more than the cap counts: an activity adds what its day's sum grows by below it.
_CAPPED = f"""
        SELECT root, sum(added) AS score, max(occurred_at) AS reached_at FROM (
            SELECT root, occurred_at, LEAST(so_far, :daily_cap) - LEAST(so_far - worth, :daily_cap) AS added FROM (
                SELECT root, occurred_at, worth, sum(worth) OVER (PARTITION BY root, {_DAY}
                    ORDER BY occurred_at, shop_id, source COLLATE "C", source_id COLLATE "C") AS so_far
                FROM counted WHERE worth > 0
            ) days
        ) capped WHERE added > 0 GROUP BY root"""
_METRICS = {"spend": 1, "points": 2, "orders": 3, "reviews": 4, "referrals": 5}
_STEP_FIELDS = range(1, 6)


async def scores_of(
    connection: AsyncConnection, program_id: int, board: BoardPeriod, segment: str,
    members: Sequence[int] | None = None,
) -> list[BoardScore]:  # fmt: skip
    """Everybody in a segment who has a score in a period, the first place first; `members` are looked at alone.

    Order: score, then who reached it first, then the lower id.
    """
    statement, given = scores_query(program_id, board, members)
    bit = 1 << board.version.definition.segment_keys.index(segment)
    ranked = f"""SELECT member_id, score, reached_at FROM ({statement}) scores WHERE segments & :bit <> 0
        ORDER BY score DESC, reached_at, member_id"""
    rows = await connection.execute(_text(ranked), {**given, "bit": bit})
    return [BoardScore(*row) for row in rows]


async def held_score(connection: AsyncConnection, program_id: int, board: BoardPeriod, member_id: int) -> int | None:
    """The score of a member whose entry is in quarantine, for their own eyes; None for none."""
    statement, given = scores_query(program_id, board, [member_id], held=True)
    score: int | None = (await connection.execute(_text(f"SELECT score FROM ({statement}) own"), given)).scalar()
    return score


def scores_query(
    program_id: int, board: BoardPeriod, members: Sequence[int] | None = None, *, held: bool = False
) -> tuple[str, dict[str, Any]]:
    """The statement, with columns member_id, score, reached_at and segments, and what is given to it.

    Those in quarantine have a score only where `held` says so. `segments` has a bit for each key of the definition's
    `segment_keys`; the first, that of everybody, is always set.
    """
    definition = board.version.definition
    counted, given = _counted(definition, board.period, board.zone)
    whose = _WHOSE.format(among="" if members is None else _AMONG, seen="" if held else _SEEN)
    segments, values = _segments(definition)
    sql = f"""WITH {whose}, {counted}, scored AS ({_scored(definition)})
        SELECT s.root AS member_id, CAST(LEAST(s.score, {SCORE_MAXIMUM}) AS bigint) AS score,
            date_trunc('milliseconds', s.reached_at) AS reached_at, {segments} AS segments
        FROM scored s"""
    if members is not None:
        given["members"] = sorted(set(members))
    return sql, {**given, **values, "program_id": program_id, "definition_id": board.game.definition_id}


def entries_query(
    program_id: int, board: BoardPeriod, members: Sequence[int] | None = None
) -> tuple[TextClause, dict[str, Any]]:
    """The same scores as boards in Redis are written with: a member id, and `id score reached segments ` as text."""
    statement, given = scores_query(program_id, board, members)
    return _text(f"SELECT member_id, {_ENTRY} AS entry FROM ({statement}) scores"), given


# As in `keys`: what sorts first is the greatest text.
_MILLISECONDS = "GREATEST(0, CAST(extract(epoch FROM reached_at) * 1000 AS bigint))"
_ENTRY = f"""
    lpad(to_hex(9223372036854775807 - member_id), 16, '0') || ' ' || score || ' ' ||
    lpad(to_hex(281474976710655 - {_MILLISECONDS}), 12, '0') || ' ' || segments || ' '"""


@lru_cache(maxsize=512)
def _text(sql: str) -> TextClause:
    return text(sql)


def _counted(definition: LeaderboardDefinition, period: Period, zone: ZoneInfo) -> tuple[str, dict[str, Any]]:
    given: dict[str, Any] = {"starts_at": period.starts_at or _BEGINNING, "ends_at": period.ends_at or _END}
    if definition.daily_cap is not None:
        given["daily_cap"] = definition.daily_cap
    if isinstance(definition.score, ChallengeScore):
        if definition.daily_cap is not None:
            given["zone"] = zone.key
        if definition.score.handles:
            return _CHALLENGES.format(named="AND a.handle = ANY(:handles)"), {
                **given, "handles": list(definition.score.handles)}  # fmt: skip
        return _CHALLENGES.format(named=""), given
    counter = definition.score.counter
    if definition.daily_cap is not None or counter.metric == "days":
        given["zone"] = zone.key
    named, values = _named(counter)
    return _ACTIVITIES.format(worth=_worth(counter), named=named), {**given, **values}


def _scored(definition: LeaderboardDefinition) -> str:
    if isinstance(definition.score, ChallengeScore) or definition.score.counter.metric != "days":
        return _SCORED[definition.operator] if definition.daily_cap is None else _CAPPED
    return _DAYS


def _named(counter: Counter) -> tuple[str, dict[str, Any]]:
    """Which activities count at all, as a condition and what is given to it."""
    conditions, given = [], dict[str, Any]()
    orders = [ORDER, TEST_ORDER] if counter.test_orders else [ORDER]
    sources = [one for one in counter.sources if one != ORDER] + (orders if ORDER in counter.sources else [])
    if counter.minimum_spend is not None:
        sources = orders if not counter.sources or ORDER in counter.sources else []
    if counter.sources or counter.minimum_spend is not None:
        conditions.append("AND a.source = ANY(:sources)")
        given["sources"] = sources
    elif not counter.test_orders:
        conditions.append(f"AND a.source <> '{TEST_ORDER}'")
    if counter.currency is not None:
        conditions.append("AND a.currency = :currency")
        given["currency"] = counter.currency
        if counter.minimum_spend is not None:
            given["least"] = int(counter.minimum_spend.scaleb(exponent(counter.currency)))
    return " ".join(conditions), given


def _worth(counter: Counter) -> str:
    """What an activity counts now, as `engine.game.counters` says, in SQL."""
    if counter.metric in _METRICS:
        worth = f"CAST(a.steps -> -1 ->> {_METRICS[counter.metric]} AS bigint)"
    else:
        worth = f"CASE WHEN {_is_worth('(a.steps -> -1)')} THEN 1 ELSE {_named_worth(counter)} END"
    if counter.minimum_spend is None:
        return worth
    return f"CASE WHEN CAST(a.steps -> -1 ->> 1 AS bigint) >= :least THEN {worth} ELSE 0 END"


def _named_worth(counter: Counter) -> str:
    if not counter.sources:
        return "0"
    never = f"NOT EXISTS (SELECT FROM jsonb_array_elements(a.steps) step WHERE {_is_worth('step')})"
    return (
        f"CASE WHEN a.source NOT IN ('{ORDER}', '{TEST_ORDER}') AND jsonb_array_length(a.steps) > 0 AND {never} "
        "THEN 1 ELSE 0 END"
    )


def _is_worth(step: str) -> str:
    return "(" + " OR ".join(f"{step} ->> {field} <> '0'" for field in _STEP_FIELDS) + ")"


def _segments(definition: LeaderboardDefinition) -> tuple[str, dict[str, Any]]:
    """The segments that a member belongs to, as bits."""
    parts, given = ["1"], dict[str, Any]()
    for place, segment in enumerate(definition.segments, start=1):
        table = "member_tiers" if segment.kind == "tier" else "customers"
        held = f"t.tier = :value{place}" if segment.kind == "tier" else f":value{place} = ANY(t.tags)"
        parts.append(
            f"CASE WHEN EXISTS (SELECT FROM {table} t WHERE t.program_id = :program_id AND t.member_id = s.root "
            f"AND {held}) THEN {1 << place} ELSE 0 END"
        )
        given[f"value{place}"] = segment.value
    return " + ".join(parts), given

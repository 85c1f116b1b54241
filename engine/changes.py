"""Has anything changed for this shopper? Numbers that rise with every change, cheap enough to ask every second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text


@dataclass(frozen=True, slots=True)
class Versions:
    """What an answer to this shopper depends on. `program` counts what is published: rules, tiers and plans.

    From `stale_at` on it also depends on the clock: a lot falls due, a tier or membership may change.
    """

    member: int
    program: int
    stale_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberVersion:
    """A member's version with those of everybody in their cohorts of running weeks, whose ranks move theirs.

    What all give to goals of the community is in it, too. `boards` are the definition ids of boards and leagues that
    they take part in, `zone` is the one that they chose for their days.
    """

    version: int
    member_id: int
    boards: tuple[int, ...]
    zone: str | None = None


_MEMBER = """
    SELECT m.version, LEAST(m.next_expiry_at, t.review_at, (
        SELECT min(s.review_at) FROM memberships s WHERE s.program_id = m.program_id AND s.member_id = m.member_id
    )) AS stale_at
    FROM customers c
    JOIN members m ON m.program_id = c.program_id AND m.member_id = c.member_id
    LEFT JOIN member_tiers t ON t.program_id = m.program_id AND t.member_id = m.member_id
    WHERE c.program_id = :program_id AND c.shop_id = :shop_id AND c.customer_id = :customer_id
"""
READ_VERSIONS = text(f"""
    SELECT COALESCE(member.version, 0),
        COALESCE(program.version, 0) + tiers.version + plans.version + games.version,
        LEAST(member.stale_at, program.next_from)
    FROM (
        SELECT max(version) FILTER (WHERE effective_from <= now()) AS version,
            min(effective_from) FILTER (WHERE effective_from > now()) AS next_from
        FROM program_versions WHERE program_id = :program_id
    ) program CROSS JOIN (
        SELECT COALESCE(max(version), 0) AS version FROM tier_versions WHERE program_id = :program_id
    ) tiers CROSS JOIN (
        SELECT COALESCE(sum(version), 0) + count(archived_at) AS version FROM plans WHERE program_id = :program_id
    ) plans CROSS JOIN (
        SELECT COALESCE(sum(version), 0) + count(archived_at) AS version FROM game_definitions
        WHERE program_id = :program_id
    ) games LEFT JOIN ({_MEMBER}) member ON true
""")
READ_MEMBER_VERSION = text("""
    SELECT m.version + COALESCE((
        SELECT sum(o.version) FROM league_entries e
        JOIN league_seasons s ON s.program_id = e.program_id AND s.definition_id = e.definition_id
            AND s.period = e.period AND s.closed_at IS NULL
        JOIN league_entries c ON c.program_id = e.program_id AND c.definition_id = e.definition_id
            AND c.period = e.period AND c.league = e.league AND c.cohort = e.cohort AND c.member_id <> e.member_id
        JOIN members o ON o.program_id = c.program_id AND o.member_id = c.member_id
        WHERE e.program_id = m.program_id AND e.member_id = m.member_id
    ), 0) + COALESCE((SELECT n.news FROM challenge_news n WHERE n.program_id = m.program_id), 0) + GREATEST(
        (SELECT n.last_move_id FROM challenge_news n WHERE n.program_id = m.program_id),
        (SELECT max(w.move_id) FROM challenge_moves w WHERE w.program_id = m.program_id), 0
    ), m.member_id, ARRAY(
        SELECT p.definition_id FROM board_participants p
        WHERE p.program_id = m.program_id AND p.member_id = m.member_id ORDER BY p.definition_id
    ) AS boards, (
        SELECT f.detail ->> 'zone' FROM game_facts f
        WHERE f.program_id = m.program_id AND f.member_id = m.member_id AND f.kind = 'zone-chosen'
        ORDER BY f.occurred_at DESC LIMIT 1
    ) AS zone
    FROM customers c JOIN members m ON m.program_id = c.program_id AND m.member_id = c.member_id
    WHERE c.program_id = :program_id AND c.shop_id = :shop_id AND c.customer_id = :customer_id
""")

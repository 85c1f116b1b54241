"""Tiers in the database: facts read for many members at once, and the fold's results kept.

What is kept only says whom time changes next, and serves lists. Reads for one member work from the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.database import transaction_time
from engine.ledger import MemberKey
from engine.memberships.folding import fold as fold_memberships
from engine.memberships.store import completed_months, read_memberships
from engine.program import BEGINNING_OF_TIME, standing_zone
from engine.publishing import versions_of
from engine.rules.days import zone_of
from engine.tiers.activities import read_activities
from engine.tiers.definitions import TierProgram
from engine.tiers.facts import Override, TierFacts
from engine.tiers.folding import fold
from engine.tiers.progress import Progress, progress
from engine.tiers.standing import TierStanding
from engine.tiers.versions import tier_versions_of

# A member with all who were merged into them: the earliest joining, and what was given to any of them by hand.
_PEOPLE = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, whose AS MATERIALIZED (
        SELECT g.program_id, g.member_id AS root, m.member_id, m.joined_at FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.member_id = g.member_id
        UNION ALL
        SELECT g.program_id, g.member_id, m.member_id, m.joined_at FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    )
    SELECT w.program_id, w.root, w.joined_at, o.override_id, o.tier, o.starts_at, o.ends_at, o.reason, o.created_by,
        o.withdrawn_at, o.withdrawn_by
    FROM whose w LEFT JOIN tier_overrides o ON o.program_id = w.program_id AND o.member_id = w.member_id""",
)
_COLUMNS = {
    "program_id": "bigint", "member_id": "bigint", "version": "integer", "tier": "text", "since": "timestamptz",
    "valid_until": "timestamptz", "grace_until": "timestamptz", "spend_minor": "bigint", "points": "bigint",
    "orders": "bigint", "reviews": "bigint", "referrals": "bigint", "membership_months": "bigint",
    "overridden": "boolean", "review_at": "timestamptz",
}  # fmt: skip
_NAMES = ", ".join(_COLUMNS)
_VALUES = [name for name in _COLUMNS if name not in ("program_id", "member_id")]
_NEW = ", ".join(f"excluded.{name}" for name in _VALUES)
_STORE = BulkStatement(
    _COLUMNS,
    f""", before AS MATERIALIZED (
        SELECT g.program_id, g.member_id, t.tier, t.version FROM given g
        LEFT JOIN member_tiers t ON t.program_id = g.program_id AND t.member_id = g.member_id
    ), gone AS (
        DELETE FROM member_tiers t USING (
            SELECT m.program_id, m.member_id FROM given g
            JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
        ) merged WHERE t.program_id = merged.program_id AND t.member_id = merged.member_id
    ), written AS (
        INSERT INTO member_tiers AS t ({_NAMES}) SELECT {_NAMES} FROM given ORDER BY program_id, member_id
        ON CONFLICT (program_id, member_id) DO UPDATE SET ({", ".join(_VALUES)}) = ROW({_NEW})
        WHERE ({", ".join(f"t.{name}" for name in _VALUES)}) IS DISTINCT FROM ({_NEW})
    )
    SELECT g.program_id, g.member_id FROM given g
    JOIN before b ON b.program_id = g.program_id AND b.member_id = g.member_id
    WHERE b.tier IS DISTINCT FROM g.tier OR b.version IS DISTINCT FROM g.version""",
)
_LIVE = """WITH live AS MATERIALIZED (
        SELECT program_id, max(version) AS version FROM tier_versions WHERE effective_from <= now() GROUP BY program_id
    )"""
# Members are locked as they are found, so that several workers share them; nobody waits for another here.
_DUE = text("""
    SELECT m.program_id, m.member_id FROM (
        SELECT program_id, member_id FROM member_tiers WHERE review_at <= now() ORDER BY review_at LIMIT :pool
    ) due JOIN members m ON m.program_id = due.program_id AND m.member_id = due.member_id
    LIMIT :most FOR UPDATE OF m SKIP LOCKED
""")
# Programs in turns: the new tiers of a large one hold up no other's.
_BEHIND = text(f"""{_LIVE}
    SELECT m.program_id, m.member_id FROM (
        SELECT l.program_id, behind.member_id FROM live l CROSS JOIN LATERAL (
            SELECT t.member_id, row_number() OVER (ORDER BY t.version, t.member_id) AS turn FROM member_tiers t
            WHERE t.program_id = l.program_id AND t.version < l.version
            ORDER BY t.version, t.member_id LIMIT :pool) behind
        ORDER BY behind.turn, l.program_id LIMIT :pool
    ) due JOIN members m ON m.program_id = due.program_id AND m.member_id = due.member_id
    LIMIT :most FOR UPDATE OF m SKIP LOCKED
""")
_POOL = 4
"""How many times as many members are looked at as are taken: those that another worker has are passed over."""
_DUE_AMONG = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, live AS MATERIALIZED (
        SELECT program_id, max(version) AS version FROM tier_versions WHERE effective_from <= now() GROUP BY program_id
    )
    SELECT g.program_id, g.member_id FROM given g JOIN live l ON l.program_id = g.program_id
    LEFT JOIN member_tiers t ON t.program_id = g.program_id AND t.member_id = g.member_id
    WHERE t.version IS NULL OR t.version < l.version OR t.review_at <= now()""",
)
_ROOT = text("SELECT merged_into FROM members WHERE program_id = :program_id AND member_id = :member_id")


@dataclass(frozen=True, slots=True)
class MemberStanding:
    """A member's tier as people read it; `standing` and `progress` are None while the program has no tiers."""

    facts: TierFacts
    standing: TierStanding | None
    progress: Progress | None


async def read_facts(
    connection: AsyncConnection, members: Iterable[MemberKey], *, planned: bool = False
) -> dict[MemberKey, TierFacts]:
    """What these members' tiers follow from, in four statements; all but their months of membership.

    Those of programs without tiers (which are `planned`, or nothing is read), and of members that there are not, are
    facts of nothing.
    """
    asked = sorted(set(members))
    versions = await tier_versions_of(connection, {key.program_id for key in asked}) if asked else {}
    ranked = [key for key in asked if planned or key.program_id in versions]
    activities = await read_activities(connection, ranked)
    people = await _people(connection, ranked)
    zones = await _zones(connection, sorted({key.program_id for key in ranked}))
    found = dict.fromkeys(asked, TierFacts((), zone_of("UTC"), BEGINNING_OF_TIME))
    for key, (joined_at, overrides) in people.items():
        given = versions.get(key.program_id, ()), zones[key.program_id], joined_at
        found[key] = TierFacts(*given, tuple(activities[key]), overrides)
    return found


async def standing_of(
    connection: AsyncConnection, program_id: int, member_id: int, now: datetime | None = None
) -> MemberStanding:
    """A member's tier and what lies ahead, worked out for a moment, by default the database's now.

    Of a member who was merged into another it is that of the other.
    """
    moment = now or await transaction_time(connection)
    root = (await connection.execute(_ROOT, {"program_id": program_id, "member_id": member_id})).scalar_one_or_none()
    key = MemberKey(program_id, root or member_id)
    facts = (await read_all_facts(connection, [key], moment))[key]
    standing = fold(facts, moment)
    return MemberStanding(facts, standing, progress(facts, standing, moment) if standing is not None else None)


async def read_all_facts(
    connection: AsyncConnection, members: Iterable[MemberKey], now: datetime, planned: TierProgram | None = None
) -> dict[MemberKey, TierFacts]:
    """The same with the months of membership, as far as any version of the tiers, or a planned one, asks for them."""
    found = await read_facts(connection, members, planned=planned is not None)
    asking = [key for key, facts in found.items() if asks_for_months(facts, planned)]
    bought = await read_memberships(connection, asking) if asking else {}
    months = {key: completed_months(fold_memberships(facts, now)) for key, facts in bought.items()}
    return {key: replace(facts, months=months.get(key, ())) for key, facts in found.items()}


async def store_standings(connection: AsyncConnection, standings: Mapping[MemberKey, TierStanding]) -> set[MemberKey]:
    """Keep what was worked out for these members; returns those whose tier, or its version, is another than was kept.

    What was kept for members who were merged into them goes.
    """
    rows = await _STORE.run(connection, [_row(key, one) for key, one in sorted(standings.items(), key=_by_key)])
    return {MemberKey(*row) for row in rows}


async def due_members(connection: AsyncConnection, most: int) -> list[MemberKey]:
    """Members whose tier time has changed since it was worked out, and some whose tiers have a new version; locked.

    At most `most` of each kind. Both are found by an index, so that a review touches nobody else.
    """
    given = {"most": most, "pool": _POOL * most}
    due = {MemberKey(*row) for row in await connection.execute(_DUE, given)}
    return sorted(due | {MemberKey(*row) for row in await connection.execute(_BEHIND, given)})


async def due_among(connection: AsyncConnection, members: Iterable[MemberKey]) -> set[MemberKey]:
    """Those of these members whose tier has to be worked out before it is relied on."""
    return {MemberKey(*row) for row in await _DUE_AMONG.run(connection, sorted(set(members)))}


def asks_for_months(facts: TierFacts, planned: TierProgram | None = None) -> bool:
    """Whether any version of the tiers, or a planned one, counts months of membership: only then they are a fact."""
    definitions = [one.definition for one in facts.versions] + ([planned] if planned is not None else [])
    return any("membership_months" in one.asks_for for one in definitions)


async def _zones(connection: AsyncConnection, programs: list[int]) -> dict[int, ZoneInfo]:
    """The zone of each program's days."""
    published = await versions_of(connection, programs)
    return {program_id: standing_zone(published.get(program_id, [])) for program_id in programs}


async def _people(
    connection: AsyncConnection, members: Iterable[MemberKey]
) -> dict[MemberKey, tuple[datetime, tuple[Override, ...]]]:
    """When each member joined, and what was given to them by hand."""
    joined: dict[MemberKey, datetime] = {}
    overrides: dict[MemberKey, list[Override]] = {}
    for row in await _PEOPLE.run(connection, list(members)):
        key = MemberKey(row.program_id, row.root)
        joined[key] = min(joined.get(key, row.joined_at), row.joined_at)
        if row.override_id is not None:
            overrides.setdefault(key, []).append(Override(*row[3:11]))
    return {key: (at, tuple(overrides.get(key, ()))) for key, at in joined.items()}


def _row(key: MemberKey, one: TierStanding) -> tuple[Any, ...]:
    counts = (min(count, _LARGEST) for count in one.metrics.counts)
    return (
        *key, one.version.version, one.tier.handle, one.since, one.valid_until, one.grace_until, *counts,
        one.overridden is not None, one.review_at,
    )  # fmt: skip


_LARGEST = 2**63 - 1
"""Sums beyond what a column holds are kept as the most that it does: they serve lists only."""


def _by_key(item: tuple[MemberKey, TierStanding]) -> MemberKey:
    return item[0]

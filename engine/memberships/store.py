"""Memberships in the database: read to be worked out, kept as the fold's result, and read for people.

Reads for a single member always work from the facts; the kept rows only say whom time changes next, and serve lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.database import transaction_time
from engine.ledger import MemberKey
from engine.memberships.catalog import PlanVersion, plan_versions_of
from engine.memberships.definitions import PlanDefinition
from engine.memberships.facts import read_facts
from engine.memberships.folding import MembershipFacts, MembershipStanding, fold
from engine.program import standing_zone
from engine.publishing import versions_of


@dataclass(frozen=True, slots=True)
class Membership:
    """A membership as people read it: where it stands, and the version of the plan that it was sold by."""

    handle: str
    definition: PlanDefinition
    standing: MembershipStanding


_COLUMNS = {
    "program_id": "bigint", "member_id": "bigint", "plan_id": "bigint", "plan_version": "integer", "state": "text",
    "way": "text", "started_at": "timestamptz", "ends_at": "timestamptz", "entitled_until": "timestamptz",
    "paused_until": "timestamptz", "shop_id": "bigint", "contract_id": "bigint", "review_at": "timestamptz",
}  # fmt: skip
_VALUES = tuple(name for name in _COLUMNS if name not in ("program_id", "member_id", "plan_id"))
_CHANGED = ", ".join(f"memberships.{name}" for name in _VALUES)
_EXCLUDED = ", ".join(f"EXCLUDED.{name}" for name in _VALUES)
_STORE = BulkStatement(
    _COLUMNS,
    f"""INSERT INTO memberships ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)} FROM given
    ORDER BY program_id, member_id, plan_id
    ON CONFLICT (program_id, member_id, plan_id) DO UPDATE SET ({", ".join(_VALUES)}) = ROW({_EXCLUDED})
    WHERE ({_CHANGED}) IS DISTINCT FROM ({_EXCLUDED}) RETURNING program_id, member_id""",
)
_KEY = {"program_id": "bigint", "member_id": "bigint", "plan_ids": "json"}
_FORGET = BulkStatement(
    _KEY,
    """, gone AS MATERIALIZED (
        SELECT program_id, member_id, true AS root, plan_ids FROM given
        UNION ALL SELECT g.program_id, m.member_id, false, g.plan_ids FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id)
    DELETE FROM memberships s USING gone g WHERE s.program_id = g.program_id AND s.member_id = g.member_id
        AND NOT (g.root AND s.plan_id IN (SELECT value::bigint FROM json_array_elements_text(g.plan_ids)))
    RETURNING s.program_id, s.member_id""",
)
_DUE = text("""
    SELECT m.program_id, m.member_id FROM (
        SELECT program_id, member_id FROM memberships WHERE review_at <= now() ORDER BY review_at LIMIT :pool
    ) due JOIN members m ON m.program_id = due.program_id AND m.member_id = due.member_id
    LIMIT :most FOR UPDATE OF m SKIP LOCKED
""")


async def read_memberships(
    connection: AsyncConnection, members: Iterable[MemberKey]
) -> dict[MemberKey, MembershipFacts]:
    """What these members' memberships follow from. Programs without plans cost one query, and are left out."""
    asked = set(members)
    versions = await plan_versions_of(connection, {key.program_id for key in asked}) if asked else []
    selling = {one.program_id for one in versions}
    found = await read_facts(connection, (key for key in asked if key.program_id in selling))
    told = {key.program_id for key, facts in found.items() if facts}
    programs = await versions_of(connection, sorted(told)) if told else {}
    zones = {program_id: standing_zone(programs.get(program_id, [])) for program_id in selling}
    definitions = _definitions(versions)
    return {
        key: MembershipFacts(facts, definitions[key.program_id], zones[key.program_id]) for key, facts in found.items()
    }


def _definitions(versions: Iterable[PlanVersion]) -> dict[int, dict[tuple[int, int], PlanDefinition]]:
    found: dict[int, dict[tuple[int, int], PlanDefinition]] = {}
    for one in versions:
        found.setdefault(one.program_id, {})[one.plan_id, one.version] = one.definition
    return found


async def store_memberships(
    connection: AsyncConnection, standings: Mapping[MemberKey, tuple[MembershipStanding, ...]]
) -> set[MemberKey]:
    """Keep what was worked out for these members, and nothing else of theirs; returns those for whom it changed."""
    gone = await _FORGET.run(
        connection, [(*key, [one.plan_id for one in found]) for key, found in sorted(standings.items())]
    )
    changed = await _STORE.run(
        connection, [_row(key, one) for key, found in sorted(standings.items()) for one in found]
    )
    return {MemberKey(*row) for row in (*gone, *changed)} & set(standings)


def _row(key: MemberKey, one: MembershipStanding) -> tuple[Any, ...]:
    return (
        *key, one.plan_id, one.plan_version, one.state, one.way, one.started_at, one.ends_at, one.entitled_until,
        one.paused_until, one.shop_id, one.contract_id, one.review_at,
    )  # fmt: skip


async def follow_memberships(
    connection: AsyncConnection, members: Iterable[MemberKey], now: datetime
) -> tuple[dict[MemberKey, tuple[MembershipStanding, ...]], set[MemberKey]]:
    """Work the memberships of these locked members out and keep them: (where they stand, for whom it changed).

    Members of programs that never had a plan are left out.
    """
    found = await read_memberships(connection, members)
    standings = {key: fold(facts, now) for key, facts in found.items()}
    return standings, await store_memberships(connection, standings)


async def due_members(connection: AsyncConnection, most: int) -> list[MemberKey]:
    """Members whose memberships time has changed since they were worked out, locked; those of other workers are not."""
    rows = await connection.execute(_DUE, {"most": most, "pool": 4 * most})
    return sorted({MemberKey(*row) for row in rows})


async def memberships_of(
    connection: AsyncConnection, program_id: int, member_id: int, now: datetime | None = None
) -> list[Membership]:
    """A member's memberships, those that ended among them, worked out for a moment, by default the database's now."""
    moment = now or await transaction_time(connection)
    key = MemberKey(program_id, member_id)
    versions = {(one.plan_id, one.version): one for one in await plan_versions_of(connection, [program_id])}
    facts = (await read_memberships(connection, [key])).get(key)
    standings = fold(facts, moment) if facts is not None else ()
    sold = [(versions[one.plan_id, one.plan_version], one) for one in standings]
    return [Membership(version.handle, version.definition, one) for version, one in sold]


def completed_months(standings: Iterable[MembershipStanding]) -> tuple[datetime, ...]:
    """The moments at which a month of any membership was over, oldest first: what tiers count."""
    return tuple(sorted({at for one in standings for at in one.months}))

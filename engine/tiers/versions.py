"""The published tiers of programs. A version is inserted once and never changes; none begins before the one before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.publishing import lock_versions
from engine.tiers.definitions import TierProgram
from engine.tiers.facts import TierVersion, in_force

_READ = text("""
    SELECT program_id, version, effective_from, definition::text AS definition FROM tier_versions
    WHERE program_id = ANY(:programs) ORDER BY program_id, version
""")
_PUBLISHER = text("SELECT created_by FROM tier_versions WHERE program_id = :program_id AND version = :version")
_INSERT = text("""
    INSERT INTO tier_versions (program_id, version, effective_from, definition, created_by)
    SELECT :program_id, COALESCE(max(version), 0) + 1,
        GREATEST(max(effective_from), COALESCE(CAST(:effective_from AS timestamptz), date_trunc('second', now()))),
        CAST(:definition AS jsonb), :actor
    FROM tier_versions WHERE program_id = :program_id RETURNING version, effective_from
""")
# Members whose tier was never worked out are given the lowest one, as of no version: they are due for a review by that.
_OPEN = text("""
    WITH page AS MATERIALIZED (
        SELECT member_id, joined_at FROM members
        WHERE program_id = :program_id AND merged_into IS NULL AND closed_at IS NULL AND member_id > :after
        ORDER BY member_id LIMIT :most
    ), written AS (
        INSERT INTO member_tiers (program_id, member_id, version, tier, since)
        SELECT :program_id, p.member_id, 0, :tier, GREATEST(p.joined_at, :effective_from) FROM page p
        WHERE p.joined_at <= now() AND NOT EXISTS (
            SELECT FROM member_tiers t WHERE t.program_id = :program_id AND t.member_id = p.member_id)
        ON CONFLICT DO NOTHING
    )
    SELECT max(member_id) AS last, count(*) AS looked FROM page
""")
PAGE_MEMBERS = 50_000
"""No more members are given a row by one statement: each has to end in good time."""


@lru_cache(maxsize=1024)
def parse_tiers(definition: str) -> TierProgram:
    """A stored definition."""
    return TierProgram.model_validate_json(definition)


async def tier_versions_of(connection: AsyncConnection, programs: Iterable[int]) -> dict[int, tuple[TierVersion, ...]]:
    """Every version of the tiers of several programs, oldest first; a program without tiers is left out."""
    found: dict[int, list[TierVersion]] = {}
    for row in await connection.execute(_READ, {"programs": sorted(set(programs))}):
        one = TierVersion(row.version, row.effective_from, parse_tiers(row.definition))
        found.setdefault(row.program_id, []).append(one)
    return {program_id: tuple(versions) for program_id, versions in found.items()}


async def live_tiers(connection: AsyncConnection, program_id: int, at: datetime | None = None) -> TierVersion | None:
    """The version in force at a moment, by default the database's now; None before there are any tiers."""
    moment = at or await transaction_time(connection)
    versions = (await tier_versions_of(connection, [program_id])).get(program_id, ())
    return next((one for one in reversed(in_force(versions)) if one.effective_from <= moment), None)


async def publisher_of(connection: AsyncConnection, program_id: int, version: int) -> str:
    """Who published a version."""
    found: str = (await connection.execute(_PUBLISHER, {"program_id": program_id, "version": version})).scalar_one()
    return found


async def publish_tiers(
    connection: AsyncConnection, program_id: int, definition: TierProgram, effective_from: datetime | None, actor: str
) -> TierVersion:
    """Publish tiers as the next version, by default from now on; members are due for a review by that."""
    await lock_versions(connection, program_id)
    given = {"program_id": program_id, "effective_from": effective_from, "actor": actor}
    row = (await connection.execute(_INSERT, {**given, "definition": definition.to_json()})).one()
    opened = {"program_id": program_id, "effective_from": row.effective_from, "tier": definition.tiers[0].handle}
    after: int | None = 0
    while after is not None:
        page = (await connection.execute(_OPEN, {**opened, "after": after, "most": PAGE_MEMBERS})).one()
        after = page.last if page.looked == PAGE_MEMBERS else None
    return TierVersion(row.version, row.effective_from, definition)

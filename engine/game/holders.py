"""Who has what there is to play for: how many members for the staff's lists, and what one member takes part in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Holders:
    """How many members have a game, whichever level of it, and how many have each level; once each."""

    members: int = 0
    levels: dict[int, int] = field(default_factory=dict)


_HOLDERS = text("""
    SELECT definition_id, level, count(DISTINCT member_id) AS members FROM achievements
    WHERE program_id = :program_id AND revoked_at IS NULL AND definition_id = ANY(:definition_ids)
    GROUP BY GROUPING SETS ((definition_id), (definition_id, level))
""")
_LEVELS = text("""
    SELECT level, count(*) AS members FROM game_standings
    WHERE program_id = :program_id AND level > 0 GROUP BY level ORDER BY level DESC
""")
_PARTICIPANTS = text("""
    SELECT definition_id, count(*) AS members FROM board_participants
    WHERE program_id = :program_id AND definition_id = ANY(:definition_ids) GROUP BY definition_id
""")


async def holders_of(
    connection: AsyncConnection, program_id: int, definition_ids: Collection[int]
) -> dict[int, Holders]:
    """Who has these badges, challenges, streaks or levels now; one that nobody has is left out."""
    given = {"program_id": program_id, "definition_ids": sorted(set(definition_ids))}
    totals: dict[int, int] = {}
    levels: dict[int, dict[int, int]] = {}
    for definition_id, level, members in await connection.execute(_HOLDERS, given):
        if level is None:
            totals[definition_id] = members
        else:
            levels.setdefault(definition_id, {})[level] = members
    return {one: Holders(members, levels.get(one, {})) for one, members in totals.items()}


async def members_by_level(connection: AsyncConnection, program_id: int) -> Holders:
    """How many members are on each level of experience or a higher one, also one that takes none."""
    found: dict[int, int] = {}
    members = 0
    for row in await connection.execute(_LEVELS, {"program_id": program_id}):
        members += row.members
        found[row.level] = members
    return Holders(members, {level: _at_least(found, level) for level in range(1, max(found, default=0) + 1)})


def _at_least(members: dict[int, int], level: int) -> int:
    return members[min(one for one in members if one >= level)]


async def participants_of(
    connection: AsyncConnection, program_id: int, definition_ids: Collection[int]
) -> dict[int, int]:
    """How many take part in these boards or leagues; one without anybody is left out."""
    given = {"program_id": program_id, "definition_ids": sorted(set(definition_ids))}
    rows = await connection.execute(_PARTICIPANTS, given)
    return {row.definition_id: row.members for row in rows}


class Participation(NamedTuple):
    """By which name a member takes part in a board or league, and since when."""

    display_name: str
    joined_at: datetime


_OF_MEMBER = text("""
    SELECT definition_id, display_name, joined_at FROM board_participants
    WHERE program_id = :program_id AND member_id = :member_id
""")


async def participations_of(connection: AsyncConnection, program_id: int, member_id: int) -> dict[int, Participation]:
    """What a member takes part in, by the id of the board or league."""
    given = {"program_id": program_id, "member_id": member_id}
    rows = await connection.execute(_OF_MEMBER, given)
    return {row.definition_id: Participation(row.display_name, row.joined_at) for row in rows}

"""The part of the audit that looks at frozen seasons: what was sealed is still so, and their prizes were given."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.catalog import games_of
from engine.leaderboards.audit_prizes import audit_prizes
from engine.leaderboards.definitions import Period
from engine.leaderboards.seasons import CONTENT, result_hash

_SEASONS = text("""
    SELECT definition_id, period, segment, version, zone, starts_at, ends_at, entries, result_hash
    FROM board_seasons WHERE program_id = :program_id ORDER BY definition_id, period, segment
""")
_CONTENTS = text(f"""
    SELECT definition_id, period, segment, {CONTENT} FROM board_results WHERE program_id = :program_id
    GROUP BY definition_id, period, segment
""")


async def audit_seasons(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(closed seasons and prizes looked at, those that are not as they were sealed or are given to no place)."""
    checked = wrong = 0
    for program_id, games in (await games_of(connection, program_ids, ["leaderboard", "league"])).items():
        given = {"program_id": program_id}
        seasons = (await connection.execute(_SEASONS, given)).fetchall()
        contents = {tuple(row[:3]): row for row in await connection.execute(_CONTENTS, given)}
        wrong += sum(not _as_sealed(program_id, one, contents.get(tuple(one[:3]))) for one in seasons)
        given_ones, wrong_ones = await audit_prizes(connection, program_id, games)
        checked, wrong = checked + len(seasons) + given_ones, wrong + wrong_ones
    return checked, wrong


def _as_sealed(program_id: int, season: Any, found: Any) -> bool:
    entries, content = (found.entries, bytes(found.content)) if found is not None else (0, b"")
    period = Period(season.period, season.starts_at, season.ends_at)
    sealed = result_hash(
        program_id, season.definition_id, period, season.segment, season.version, season.zone, entries, content
    )
    return entries == season.entries and sealed == bytes(season.result_hash)

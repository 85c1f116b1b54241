"""The part of the audit that works every week of every league out again."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.catalog import games_of
from engine.leagues.entries import LeagueEntry, entries_of
from engine.leagues.replaying import misplaced
from engine.leagues.seasons import LeagueGame, seasons_of, version_of

_MERGED = text("SELECT DISTINCT into_member_id FROM member_merges WHERE program_id = :program_id")


async def audit_leagues(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(members in weeks of leagues looked at, those whose cohort, place or outcome is otherwise than it follows)."""
    checked = wrong = 0
    for program_id, games in (await games_of(connection, program_ids, ["league"])).items():
        for game in games:
            of_league, misplaced_ones = await _audit_league(connection, program_id, game)
            checked, wrong = checked + of_league, wrong + misplaced_ones
    return checked, wrong


async def _audit_league(connection: AsyncConnection, program_id: int, game: LeagueGame) -> tuple[int, int]:
    checked = wrong = 0
    merged = set((await connection.execute(_MERGED, {"program_id": program_id})).scalars())
    before: dict[int, LeagueEntry] = {}
    for season in await seasons_of(connection, program_id, game.definition_id):
        entries = await entries_of(connection, season)
        wrong += len(misplaced(season, version_of(game, season.version), entries, before, merged))
        checked += len(entries)
        before = {one.member_id: one for one in entries}
    return checked, wrong

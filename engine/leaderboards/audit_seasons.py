"""The part of the audit that looks at frozen seasons and at prizes: what was sealed is still what it was.

Every prize was given in a season or week that has one of that worth, once for a place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.catalog import games_of
from engine.game.facts import Game
from engine.leaderboards.definitions import Period, Prize
from engine.leaderboards.prizes import RULE, SOURCE, prize_for
from engine.leaderboards.seasons import CONTENT, result_hash

_SEASONS = text("""
    SELECT definition_id, period, segment, version, zone, starts_at, ends_at, entries, result_hash
    FROM board_seasons WHERE program_id = :program_id ORDER BY definition_id, period, segment
""")
_CONTENTS = text(f"""
    SELECT definition_id, period, segment, {CONTENT} FROM board_results WHERE program_id = :program_id
    GROUP BY definition_id, period, segment
""")
_WEEKS = text("SELECT definition_id, period, version FROM league_seasons WHERE program_id = :program_id")
_PRIZES = text("""
    SELECT source_id, rule, posted FROM awards WHERE program_id = :program_id AND shop_id = 0 AND source = :source
""")


async def audit_seasons(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(closed seasons and prizes looked at, those that are not as they were sealed or belong to no place)."""
    checked = wrong = 0
    for program_id, games in (await games_of(connection, program_ids, ["leaderboard", "league"])).items():
        given = {"program_id": program_id}
        seasons = (await connection.execute(_SEASONS, given)).fetchall()
        contents = {tuple(row[:3]): row for row in await connection.execute(_CONTENTS, given)}
        wrong += sum(not _as_sealed(program_id, one, contents.get(tuple(one[:3]))) for one in seasons)
        weeks = (await connection.execute(_WEEKS, given)).fetchall()
        awards = (await connection.execute(_PRIZES, {**given, "source": SOURCE})).fetchall()
        wrong += sum(award.rule != RULE or award.posted not in {0, *worth} for award, worth in
                     _with_worth(awards, games, seasons, weeks))  # fmt: skip
        checked += len(seasons) + len(awards)
    return checked, wrong


def _as_sealed(program_id: int, season: Any, found: Any) -> bool:
    entries, content = (found.entries, bytes(found.content)) if found is not None else (0, b"")
    period = Period(season.period, season.starts_at, season.ends_at)
    sealed = result_hash(
        program_id, season.definition_id, period, season.segment, season.version, season.zone, entries, content
    )
    return entries == season.entries and sealed == bytes(season.result_hash)


def _with_worth(
    awards: Iterable[Any], games: Iterable[Game[Any]], seasons: Iterable[Any], weeks: Iterable[Any]
) -> Iterable[tuple[Any, set[int]]]:
    """Each award with what it may be worth: the prize of its place, or any prize of a league's week."""
    versions = {(game.definition_id, one.version): one.definition for game in games for one in game.versions}
    boards = {f"{one.definition_id}:{one.period}": one for one in seasons if one.segment == ""}
    leagues = {f"{one.definition_id}:{one.period}": one for one in weeks}
    for award in awards:
        season, _, place = award.source_id.rpartition(":")
        worth: set[int] = set()
        if season in boards and place.isdecimal() and int(place) <= boards[season].entries:
            of_board = versions[boards[season].definition_id, boards[season].version]
            worth = _points([prize_for(of_board.prizes, int(place))])
        elif season in leagues:
            of_league = versions[leagues[season].definition_id, leagues[season].version]
            worth = _points(prize for step in of_league.leagues for prize in step.prizes)
        yield award, worth


def _points(prizes: Iterable[Prize | None]) -> set[int]:
    return {prize.points for prize in prizes if prize is not None}

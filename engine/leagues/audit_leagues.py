"""The part of the audit that works every week of every league out again.

Closed weeks follow from themselves and the one before. In a running one newcomers are compared with what was done, too;
who is marked is lag, not a breach.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.catalog import games_of
from engine.leagues.definitions import LeagueDefinition
from engine.leagues.entries import LeagueEntry, entries_of, league_after, participants_page
from engine.leagues.replaying import misplaced
from engine.leagues.scores import PAGE, week_scores
from engine.leagues.seasons import LeagueGame, LeagueSeason, seasons_of, version_of

_MERGES = text("SELECT from_member_id, into_member_id FROM member_merges WHERE program_id = :program_id")
_BEHIND = text("""
    SELECT member_id FROM board_marks WHERE program_id = :program_id
    UNION SELECT member_id FROM game_marks WHERE program_id = :program_id
    UNION SELECT m.merged_into FROM members m WHERE m.program_id = :program_id AND m.merged_into IS NOT NULL
    UNION SELECT m.member_id FROM members m WHERE m.program_id = :program_id AND m.merged_into IS NOT NULL
""")


async def audit_leagues(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(members in weeks of leagues looked at, those who are seated, placed or left out otherwise than it follows)."""
    checked = wrong = 0
    for program_id, games in (await games_of(connection, program_ids, ["league"])).items():
        given = {"program_id": program_id}
        merges = [(row.from_member_id, row.into_member_id) for row in await connection.execute(_MERGES, given)]
        behind = set((await connection.execute(_BEHIND, given)).scalars())
        for game in games:
            of_league, misplaced_ones = await _audit_league(connection, program_id, game, merges, behind)
            checked, wrong = checked + of_league, wrong + misplaced_ones
    return checked, wrong


async def _audit_league(
    connection: AsyncConnection, program_id: int, game: LeagueGame, merges: Sequence[tuple[int, int]],
    behind: Collection[int],
) -> tuple[int, int]:  # fmt: skip
    checked = wrong = 0
    before: dict[int, LeagueEntry] = {}
    reached: dict[int, int] = {}
    for season in await seasons_of(connection, program_id, game.definition_id):
        definition = version_of(game, season.version)
        entries = await entries_of(connection, season)
        found = misplaced(season, definition, entries, before, _leagues(reached, merges))
        if season.closed_at is None:
            found |= await _seated_by_nothing(connection, season, definition, entries, behind)
        checked, wrong = checked + len(entries), wrong + len(found)
        before = {one.member_id: one for one in entries}
        reached |= {one.member_id: league_after(one.league, one.outcome) for one in entries}
    return checked, wrong


def _leagues(reached: Mapping[int, int], merges: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
    """In which leagues members may go on: their own, or that of somebody who was ever merged into them."""
    leagues = {member_id: {league} for member_id, league in reached.items()}
    for _ in range(len(merges)):  # those who were merged on and on come along
        grown = {giver: leagues[giver] for giver, receiver in merges
                 if giver in leagues and not leagues[giver] <= leagues.get(receiver, set())}  # fmt: skip
        if not grown:
            break
        for giver, receiver in merges:
            leagues.setdefault(receiver, {0}).update(grown.get(giver, ()))
    return leagues


async def _seated_by_nothing(
    connection: AsyncConnection, season: LeagueSeason, definition: LeagueDefinition, entries: Sequence[LeagueEntry],
    behind: Collection[int],
) -> set[int]:  # fmt: skip
    """Newcomers of a running week who came at another moment or never, and who came and have no seat."""
    seated = {one.member_id: one for one in entries}
    newcomers = {one.member_id: one.entered_at for one in entries if one.basis == 0 and one.member_id not in behind}
    wrong: set[int] = set()
    bounds = season.starts_at, season.ends_at, season.days
    members = sorted(newcomers)
    for first in range(0, len(members), PAGE):
        page = members[first : first + PAGE]
        scores = await week_scores(connection, season.program_id, definition, page, *bounds)
        wrong |= {one for one in page if scores[one].first_at != newcomers[one]}
    after = 0
    while names := await participants_page(connection, season.program_id, season.definition_id, after, PAGE):
        asked = [one for one in names if one not in seated and one not in behind]
        scores = await week_scores(connection, season.program_id, definition, asked, *bounds)
        wrong |= {one for one, score in scores.items() if score.first_at is not None}
        after = max(names)
    return wrong

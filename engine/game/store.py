"""The game's facts read for many members at once, and the fold's results kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.challenges.community import Contribution, store_contributions
from engine.game.catalog import games_of
from engine.game.definitions import PERSONAL
from engine.game.facts import CommunityPeriod, Game, GameFact, GameFacts
from engine.game.folding import GameStanding
from engine.ledger import MemberKey
from engine.program import BEGINNING_OF_TIME, standing_zone
from engine.publishing import versions_of
from engine.rules.days import zone_of
from engine.tiers.activities import read_activities
from engine.tiers.facts import TierFacts
from engine.tiers.folding import fold as fold_tiers
from engine.tiers.standing import TierStanding
from engine.tiers.store import read_all_facts

# A member with all who were merged into them.
_WHOSE = """, whose AS MATERIALIZED (
        SELECT g.program_id, g.member_id AS root, m.member_id, m.joined_at FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.member_id = g.member_id
        UNION ALL
        SELECT g.program_id, g.member_id, m.member_id, m.joined_at FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    )"""
_MEMBER = {"program_id": "bigint", "member_id": "bigint"}
_PEOPLE = BulkStatement(_MEMBER, f"{_WHOSE} SELECT program_id, root, min(joined_at) FROM whose GROUP BY 1, 2")
_FACTS = BulkStatement(
    _MEMBER,
    f"""{_WHOSE} SELECT w.program_id, w.root, f.kind, f.definition_id, f.source_id, f.occurred_at, f.detail
    FROM whose w JOIN game_facts f ON f.program_id = w.program_id AND f.member_id = w.member_id""",
)
_COMMUNITIES = text("""
    SELECT program_id, definition_id, period, version, total, reached_at FROM challenge_periods
    WHERE program_id = ANY(:programs)
""")
_STORE = BulkStatement(
    {**_MEMBER, "experience": "bigint", "level": "integer", "review_at": "timestamptz"},
    """INSERT INTO game_standings AS s (program_id, member_id, experience, level, review_at)
    SELECT program_id, member_id, experience, level, review_at FROM given ORDER BY program_id, member_id
    ON CONFLICT (program_id, member_id) DO UPDATE SET experience = excluded.experience, level = excluded.level,
        review_at = excluded.review_at
    WHERE (s.experience, s.level, s.review_at) IS DISTINCT FROM (excluded.experience, excluded.level,
        excluded.review_at)""",
)


_MERGED = BulkStatement(
    _MEMBER,
    """SELECT m.program_id, m.member_id FROM given g
    JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id""",
)


async def read_game_facts(
    connection: AsyncConnection, members: Iterable[MemberKey], now: datetime,
    games: Mapping[int, Sequence[Game[Any]]] | None = None,
) -> dict[MemberKey, GameFacts]:  # fmt: skip
    """What these members' game follows from; nothing is read for programs without one.

    `games` are looked at in place of those that are published, for a preview.
    """
    asked = sorted(set(members))
    programs = sorted({key.program_id for key in asked})
    published = games if games is not None else await games_of(connection, programs, PERSONAL) if asked else {}
    playing = [key for key in asked if published.get(key.program_id)]
    found = dict.fromkeys(asked, GameFacts((), zone_of("UTC"), BEGINNING_OF_TIME))
    if not playing:
        return found
    activities = await read_activities(connection, playing)
    joined = {MemberKey(*row[:2]): row[2] for row in await _PEOPLE.run(connection, playing)}
    told = await _told(connection, playing)
    communities = await _communities(connection, programs, published)
    zones = await _zones(connection, programs)
    tiers = await _tiers(connection, playing, published, now)
    for key in playing:
        program_id = key.program_id
        found[key] = GameFacts(
            tuple(published[program_id]), zones[program_id], joined.get(key, now), tuple(activities[key]),
            tuple(told.get(key, ())), communities.get(program_id, ()), tiers.get(key, ()),
        )  # fmt: skip
    return found


async def store_game(
    connection: AsyncConnection, facts: Mapping[MemberKey, GameFacts], standings: Mapping[MemberKey, GameStanding]
) -> None:
    """Keep what was worked out for these locked members, beside what they reached."""
    playing = {key: one for key, one in standings.items() if facts[key].games}
    rows = [(*key, one.level.experience, one.level.level, one.review_at) for key, one in playing.items()]
    await _STORE.run(connection, rows)
    together: dict[MemberKey, Sequence[Contribution]] = {
        key: one.contributions for key, one in playing.items() if any(_together(game) for game in facts[key].games)
    }
    # Here and not where they are merged: the sums that all share are locked after members, whoever does it.
    merged = {MemberKey(*row): () for row in await _MERGED.run(connection, sorted(together))}
    await store_contributions(connection, {**together, **merged})


async def _told(connection: AsyncConnection, members: Sequence[MemberKey]) -> dict[MemberKey, list[GameFact]]:
    found: dict[MemberKey, list[GameFact]] = {}
    for program_id, root, *fact in await _FACTS.run(connection, members):
        found.setdefault(MemberKey(program_id, root), []).append(GameFact(*fact))
    return found


async def _communities(
    connection: AsyncConnection, programs: Sequence[int], games: Mapping[int, Sequence[Game[Any]]]
) -> dict[int, tuple[CommunityPeriod, ...]]:
    """The settled periods of programs in which anything is played together."""
    asking = [one for one in programs if any(_together(game) for game in games.get(one, ()))]
    if not asking:
        return {}
    found: dict[int, list[CommunityPeriod]] = {}
    for program_id, *period in await connection.execute(_COMMUNITIES, {"programs": asking}):
        found.setdefault(program_id, []).append(CommunityPeriod(*period))
    return {program_id: tuple(periods) for program_id, periods in found.items()}


def _together(game: Game[Any]) -> bool:
    return game.kind == "challenge" and any(one.definition.scope == "community" for one in game.versions)


async def _zones(connection: AsyncConnection, programs: list[int]) -> dict[int, ZoneInfo]:
    published = await versions_of(connection, programs)
    return {program_id: standing_zone(published.get(program_id, [])) for program_id in programs}


async def _tiers(
    connection: AsyncConnection, members: Sequence[MemberKey], games: Mapping[int, Sequence[Game[Any]]], now: datetime
) -> dict[MemberKey, tuple[tuple[datetime, str], ...]]:
    """When members came to which tier, where any streak asks for it."""
    asking = [key for key in members if any(_asks_for_tiers(game) for game in games[key.program_id])]
    if not asking:
        return {}
    facts = await read_all_facts(connection, asking, now)
    folded = {key: fold_tiers(facts[key], now) for key in asking}
    return {key: _steps(facts[key], standing) for key, standing in folded.items() if standing is not None}


def _steps(facts: TierFacts, standing: TierStanding) -> tuple[tuple[datetime, str], ...]:
    """The moments at which a member came to a tier, the first one with their first day."""
    first = standing.changes[0].came_from if standing.changes else standing.tier.handle
    begins_at = facts.begins_at or standing.since
    return ((begins_at, first), *((change.at, change.to) for change in standing.changes))


def _asks_for_tiers(game: Game[Any]) -> bool:
    return game.kind == "streak" and any(one.definition.freezes_by_tier for one in game.versions)

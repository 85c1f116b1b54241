"""The part of the audit that looks at prizes: each that was to be given was, in time, and no other.

Of each place that was looked at it is known which award its prize is, or that its member had no right to one any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.facts import Game
from engine.leaderboards.definitions import EVERYBODY, Prize
from engine.leaderboards.prizes import RULE, SOURCE, prize_for
from engine.leaderboards.seasons import prizes_due_at
from engine.leagues.closing import prizes_due_at as league_prizes_due_at

_SEASONS = text("""
    SELECT definition_id, period, version, ends_at, entries, prizes_due_at, prizes_through, prizes_given_at
    FROM board_seasons WHERE program_id = :program_id AND segment = ''
""")
_PLACES = text("""
    SELECT definition_id, period, place, 0 AS league, place AS reached, prize_award
    FROM board_results WHERE program_id = :program_id AND segment = '' AND place <= :places
""")
_WEEKS = text("""
    SELECT definition_id, period, version, ends_at, closed_at, prizes_due_at, prizes_through, prizes_given_at
    FROM league_seasons WHERE program_id = :program_id
""")
_ENTRIES = text("""
    SELECT definition_id, period, rank AS place, league, member_id AS reached, prize_award
    FROM league_entries WHERE program_id = :program_id AND rank <= :places
""")
_AWARDS = text("""
    SELECT source_id, rule, posted FROM awards WHERE program_id = :program_id AND shop_id = 0 AND source = :source
""")


class _Closed(NamedTuple):
    """A closed season or week: when its prizes should be due, and what each place has of each league."""

    row: Any
    due_at: datetime | None
    prizes: Sequence[Sequence[Prize]]

    @property
    def names(self) -> str:
        """What the names of its awards begin with."""
        return f"{self.row.definition_id}:{self.row.period}"

    def prize(self, one: Any) -> Prize | None:
        """The prize of a place."""
        return prize_for(self.prizes[min(one.league, len(self.prizes) - 1)], one.place)

    def is_looked_at(self, one: Any) -> bool:
        """Whether a place was, or should have been."""
        return self.row.prizes_given_at is not None or one.reached <= self.row.prizes_through

    def is_timely(self) -> bool:
        """Whether its prizes are due when they should be, and none was given before."""
        due_at, given_at = self.row.prizes_due_at, self.row.prizes_given_at
        begun = given_at is not None or self.row.prizes_through > 0
        return bool(due_at == self.due_at and (not begun or due_at) and (given_at is None or given_at >= due_at))


async def audit_prizes(connection: AsyncConnection, program_id: int, games: Iterable[Game[Any]]) -> tuple[int, int]:
    """(prizes that were given, what is wrong about them or about those that were not)."""
    versions = {(game.definition_id, one.version): one.definition for game in games for one in game.versions}
    awards = (await connection.execute(_AWARDS, {"program_id": program_id, "source": SOURCE})).fetchall()
    worth: dict[str, set[int]] = {}
    wrong = 0
    for closed, places in [
        (await _boards(connection, program_id, versions), _PLACES),
        (await _leagues(connection, program_id, versions), _ENTRIES),
    ]:
        most = max((prize.last for one in closed.values() for of in one.prizes for prize in of), default=0)
        wrong += sum(not one.is_timely() for one in closed.values())
        for row in await connection.execute(places, {"program_id": program_id, "places": most}):
            one = closed.get(f"{row.definition_id}:{row.period}")
            prize = one.prize(row) if one is not None else None
            if one is not None and prize is not None and one.is_looked_at(row):
                wrong += row.prize_award is None
                worth.setdefault(row.prize_award or "", set()).add(prize.points)
    worth.pop("", None)
    wrong += len(worth.keys() - {award.source_id for award in awards})
    wrong += sum(
        award.rule != RULE or award.source_id not in worth or award.posted not in {0, *worth[award.source_id]}
        for award in awards
    )
    return len(awards), wrong


async def _boards(
    connection: AsyncConnection, program_id: int, versions: Mapping[tuple[int, int], Any]
) -> dict[str, _Closed]:
    found = {}
    for row in await connection.execute(_SEASONS, {"program_id": program_id}):
        definition = versions[row.definition_id, row.version]
        due_at = prizes_due_at(definition, EVERYBODY, row.ends_at, row.entries)
        one = _Closed(row, due_at, [definition.prizes])
        found[one.names] = one
    return found


async def _leagues(
    connection: AsyncConnection, program_id: int, versions: Mapping[tuple[int, int], Any]
) -> dict[str, _Closed]:
    found = {}
    for row in await connection.execute(_WEEKS, {"program_id": program_id}):
        definition = versions[row.definition_id, row.version]
        due_at = league_prizes_due_at(definition, row.ends_at) if row.closed_at is not None else None
        one = _Closed(row, due_at, [step.prizes for step in definition.leagues])
        found[one.names] = one
    return found

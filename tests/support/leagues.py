"""A league of one program whose weeks are formed and closed at any moment, for tests on a real database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from engine.database import tenant_transaction
from engine.game.catalog import create_game
from engine.leaderboards.zones import Zones
from engine.leagues.closing import close_due_week
from engine.leagues.definitions import LeagueDefinition, LeagueStep
from engine.leagues.entries import LeagueEntry, entries_of
from engine.leagues.following import follow_leagues
from engine.leagues.forming import form_next
from engine.leagues.seasons import LeagueGame, LeagueSeason, newest_season
from tests.support.boards import NEW_YORK, OPENED, BoardWorld
from tests.support.tiers import local

MONDAY = local("2026-03-02 00:00")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STEPS = (
    LeagueStep(title="Seed", promote=1),
    LeagueStep(title="Sprout", promote=1, demote=1),
    LeagueStep(title="Crown", demote=1),
)


def league(**more: Any) -> LeagueDefinition:
    """Three leagues with cohorts of two or three, in which one rises and one falls."""
    given = {"leagues": STEPS, "cohort_minimum": 2, "cohort_maximum": 3, **more}
    return LeagueDefinition.model_validate({"title": "Weekly", **given})


class LeagueWorld(BoardWorld):
    """One program with one league."""

    game: LeagueGame

    async def found(self, definition: LeagueDefinition) -> None:
        """Make the league, in force since the beginning of 2026."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            made: dict[str, Any] = {"actor": "tests", "effective_from": OPENED}
            self.game = await create_game(connection, self.program_id, "league", "weekly", definition, **made)

    async def enter(self, members: Iterable[int], at: datetime = MONDAY) -> None:
        """Let members take part from a moment on."""
        await self.run(
            "INSERT INTO board_participants (program_id, definition_id, member_id, display_name, joined_at) "
            "SELECT :program_id, :game, id, 'Member ' || id, :at FROM unnest(CAST(:members AS bigint[])) AS given(id)",
            game=self.game.definition_id, members=list(members), at=at,
        )  # fmt: skip

    async def ask(self, function: Callable[..., Awaitable[Any]], *given: Any, **more: Any) -> Any:
        """What a function of the engine answers, in a transaction of its own."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await function(connection, self.program_id, *given, **more)

    async def form(self, now: datetime) -> bool:
        """Form the next week at a moment."""
        formed: bool = await self.ask(form_next, self.game, Zones.always(NEW_YORK), now)
        return formed

    async def close(self, now: datetime) -> bool:
        """Close the week whose time has come at a moment."""
        closed: bool = await self.ask(close_due_week, self.game, now)
        return closed

    async def follow(self, *members: int) -> int:
        """Let newcomers among these members be seated."""
        seated: int = await self.ask(follow_leagues, [self.game], members)
        return seated

    async def season(self) -> LeagueSeason:
        """The week that was formed last."""
        found: LeagueSeason | None = await self.ask(newest_season, self.game.definition_id)
        assert found is not None
        return found

    async def entries(self) -> list[LeagueEntry]:
        """Everybody in the week that was formed last."""
        season = await self.season()
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await entries_of(connection, season)

    async def seats(self) -> dict[int, tuple[int, int]]:
        """League and cohort of everybody in the week that was formed last."""
        return {one.member_id: (one.league, one.cohort) for one in await self.entries()}

    async def outcomes(self) -> dict[int, tuple[int | None, str | None]]:
        """Rank and outcome of everybody in the week that was formed last."""
        return {one.member_id: (one.rank, one.outcome) for one in await self.entries()}

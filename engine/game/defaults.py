"""What a program has to play for when it starts; a merchant changes or archives each. None of it gives points."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.defaults import starter_badges
from engine.challenges.defaults import starter_challenges
from engine.game.catalog import create_game, games_of
from engine.game.definitions import PERSONAL
from engine.game.facts import GameKind
from engine.leaderboards.defaults import starter_boards
from engine.leagues.defaults import starter_league
from engine.levels.defaults import STARTER_HANDLE, starter_levels
from engine.program import BEGINNING_OF_TIME
from engine.rules.bounds import Frozen
from engine.streaks.defaults import starter_streak

Starter = tuple[GameKind, str, Frozen]


def starter_game(*, test_orders: bool = False) -> Iterable[Starter]:
    """Kind, handle and definition of each, in the order in which they are shown."""
    yield from (("badge", *one) for one in starter_badges(test_orders=test_orders))
    yield from (("challenge", *one) for one in starter_challenges(test_orders=test_orders))
    yield ("streak", *starter_streak(test_orders=test_orders))
    yield ("levels", STARTER_HANDLE, starter_levels(test_orders=test_orders))
    yield from (("leaderboard", *one) for one in starter_boards(test_orders=test_orders))
    yield ("league", *starter_league())


async def seed_first_game(
    connection: AsyncConnection, program_id: int, *, actor: str, test_orders: bool = False,
    without: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Give a program that never had a game the default one; `without` names what is left out.

    What members play by themselves counts all that ever was. Boards and leagues begin with the running period: nobody
    took part in those before, so there is nothing in them to be closed.
    """
    if await games_of(connection, [program_id]):
        return
    for kind, handle, definition in starter_game(test_orders=test_orders):
        if handle not in without:
            since = BEGINNING_OF_TIME if kind in PERSONAL else None
            await create_game(connection, program_id, kind, handle, definition, actor=actor, effective_from=since)

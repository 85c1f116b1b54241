"""A member's game, read once for all fields of an answer that ask about it, and not at all where none does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.challenges.community import totals
from engine.game.facts import Game
from engine.game.reading import MemberGame, game_of_member
from laurel_graphql.context import RequestContext
from laurel_graphql.types.game_desk import GameDesk, game_desk


@dataclass(frozen=True, slots=True)
class GameRead:
    """A member's game with what it is told with; `totals` are what everybody gave to the community's challenges."""

    game: MemberGame
    desk: GameDesk
    totals: Mapping[tuple[int, str], int]

    def definition(self, definition_id: int, version: int) -> Any:
        """What a version of a game says; of one that is not known any more, the newest."""
        game = self.games[definition_id]
        return next((one for one in game.versions if one.version == version), game.newest).definition

    @property
    def games(self) -> dict[int, Game[Any]]:
        """The program's games by their ids."""
        return {game.definition_id: game for game in self.game.facts.games}


class GameReader:
    """The game of one member, as it is when the first field asks."""

    def __init__(self, member_id: int) -> None:
        self._member_id = member_id
        self._read: GameRead | None = None
        self._one_at_a_time = asyncio.Lock()

    async def read(self, context: RequestContext) -> GameRead:
        """All of it."""
        async with self._one_at_a_time:
            if self._read is None:
                async with context.reading() as connection:
                    game = await game_of_member(connection, context.program_id, self._member_id)
                    desk = await game_desk(connection, context)
                    together = [one.definition_id for one in game.standing.challenges if one.contribution is not None]
                    given = await totals(connection, context.program_id, together) if together else {}
                self._read = GameRead(game, desk, given)
        return self._read

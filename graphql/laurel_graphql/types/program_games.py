"""What a program gives to play for, as anybody may know it: badges and challenges that are not hidden."""

from __future__ import annotations

from typing import Any

import strawberry

from engine.game.catalog import games_of
from engine.game.facts import Game, GameKind
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.types.badges import Badge, badge_of
from laurel_graphql.types.challenges import Challenge, challenge_of
from laurel_graphql.types.game_desk import GameDesk, game_desk


@strawberry.type
class GameOfProgram:
    """Fields of `Program`."""

    @computed("The badges that can be earned, in the merchant's order; hidden ones are left out.")
    async def badges(self, info: StorefrontInfo) -> list[Badge]:
        """Those that are live."""
        games, desk = await _shown(info.context, "badge")
        return [badge_of(game, game.newest.definition, desk) for game in games]

    @computed("The challenges that can be played, in the merchant's order; hidden ones are left out.")
    async def challenges(self, info: StorefrontInfo) -> list[Challenge]:
        """Those that are live."""
        games, desk = await _shown(info.context, "challenge")
        return [challenge_of(game.definition_id, game.handle, game.newest.definition, desk) for game in games]


async def _shown(context: StorefrontContext, kind: GameKind) -> tuple[list[Game[Any]], GameDesk]:
    async with context.reading() as connection:
        found = await games_of(connection, [context.program_id], [kind], archived=False)
        desk = await game_desk(connection, context)
    games = found.get(context.program_id, ())
    return [one for one in games if one.newest.effective_from <= desk.now and not one.newest.definition.hidden], desk

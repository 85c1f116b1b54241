"""Leaderboards and leagues of the storefront."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from engine.database import Connection, transaction_time
from engine.game.catalog import games_of
from engine.game.facts import Game
from engine.game.holders import participations_of
from engine.leaderboards.appeals import Quarantine, quarantines_of_member
from engine.members import member_of_customer
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.types.board_reader import BoardReader, shown_period
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.leaderboards import BoardDesk, Leaderboard, leaderboard_of

Handle = Annotated[str, strawberry.argument(description="Its handle.")]


@strawberry.type
class BoardQueries:
    @computed("The leaderboards, in the merchant's order, each in the period that runs.")
    async def leaderboards(self, info: StorefrontInfo) -> list[Leaderboard]:
        """Also for those who are not logged in."""
        return await leaderboards_read(info.context)

    @computed("One leaderboard, null for an unknown handle, period or segment.")
    async def leaderboard(
        self,
        info: StorefrontInfo,
        handle: Handle,
        period: Annotated[
            str | None, strawberry.argument(description="The key of a period; by default the one that runs.")
        ] = None,
        segment: Annotated[
            str | None, strawberry.argument(description="The key of a segment; by default everybody.")
        ] = None,
    ) -> Leaderboard | None:
        """Also for those who are not logged in."""
        found = await leaderboards_read(info.context, handle, period, segment or "")
        return found[0] if found else None


async def leaderboards_read(
    context: StorefrontContext, handle: str | None = None, period: str | None = None, segment: str = ""
) -> list[Leaderboard]:
    """The live boards, or the one of a handle, as the shopper sees them."""
    async with context.reading() as connection:
        found = await games_of(connection, [context.program_id], ["leaderboard"], archived=False)
        games = [game for game in found.get(context.program_id, ()) if handle is None or game.handle == handle]
        return await _told(connection, context, games, period, segment) if games else []


async def _told(
    connection: Connection, context: StorefrontContext, games: Sequence[Game[Any]], period: str | None, segment: str
) -> list[Leaderboard]:
    desk, now = await game_desk(connection, context), await transaction_time(connection)
    member_id = None
    if context.customer_id is not None:
        who = await member_of_customer(connection, context.program_id, context.shop_id, context.customer_id)
        member_id = who.member_id
    own = {} if member_id is None else await participations_of(connection, context.program_id, member_id)
    held = {} if member_id is None else await open_quarantines(connection, context.program_id, member_id)
    boards = [(game, shown_period(game, period, segment, now, desk.words.zone)) for game in games]
    return [
        leaderboard_of(
            board,
            BoardDesk(
                desk,
                BoardReader(game, period, segment, member_id),
                own.get(game.definition_id),
                held.get(game.definition_id),
            ),
        )
        for game, board in boards
        if board is not None
    ]


async def open_quarantines(connection: Connection, program_id: int, member_id: int) -> dict[int, Quarantine]:
    """The entries of a member that nobody else sees now, by board or league."""
    found = await quarantines_of_member(connection, program_id, member_id)
    return {one.definition_id: one for one in reversed(found) if one.open}

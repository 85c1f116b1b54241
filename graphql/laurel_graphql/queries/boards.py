"""Leaderboards and leagues of the storefront."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import strawberry

from engine.database import Connection
from engine.game.catalog import games_of
from engine.game.facts import Game, GameKind
from engine.game.holders import Participation, participations_of
from engine.leaderboards.appeals import Quarantine, quarantines_of_member
from engine.members import member_of_customer
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.texts import language_of
from laurel_graphql.types.board_reader import BoardReader, shown_period
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.leaderboards import BoardDesk, Leaderboard, leaderboard_of
from laurel_graphql.types.leagues import League, LeagueDesk, league_of

_KEPT = "shopper"
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

    @computed("The leagues, in the merchant's order.")
    async def leagues(self, info: StorefrontInfo) -> list[League]:
        """Also for those who are not logged in."""
        return await leagues_read(info.context)

    @computed("One league, null for an unknown handle.")
    async def league(self, info: StorefrontInfo, handle: Handle) -> League | None:
        """Also for those who are not logged in."""
        return next(iter(await leagues_read(info.context, handle)), None)


@dataclass(frozen=True, slots=True)
class _Shopper:
    """What the shopper has to do with boards and leagues, by their ids."""

    member_id: int | None
    participations: Mapping[int, Participation] = field(default_factory=dict)
    quarantines: Mapping[int, Quarantine] = field(default_factory=dict)


async def leaderboards_read(
    context: StorefrontContext, handle: str | None = None, period: str | None = None, segment: str = ""
) -> list[Leaderboard]:
    """The live boards, or the one of a handle, as the shopper sees them."""
    async with context.reading() as connection:
        games = await _live(connection, context, "leaderboard", handle)
        if not games:
            return []
        shopper = await _shopper(connection, context)
        desk = await game_desk(connection, context)
    boards = [(game, shown_period(game, period, segment, desk.now, desk.zones)) for game in games]
    return [
        leaderboard_of(
            board,
            BoardDesk(
                desk,
                BoardReader(game, period, segment, shopper.member_id, desk),
                shopper.participations.get(game.definition_id),
                shopper.quarantines.get(game.definition_id),
            ),
        )
        for game, board in boards
        if board is not None
    ]


async def leagues_read(context: StorefrontContext, handle: str | None = None) -> list[League]:
    """The live leagues, or the one of a handle, as the shopper sees them."""
    async with context.reading() as connection:
        games = await _live(connection, context, "league", handle)
        shopper = await _shopper(connection, context) if games else _Shopper(None)
    return [
        league_of(
            game,
            LeagueDesk(
                language_of(context.locale),
                shopper.member_id,
                shopper.participations.get(game.definition_id),
                shopper.quarantines.get(game.definition_id),
            ),
        )
        for game in games
    ]


async def _live(
    connection: Connection, context: StorefrontContext, kind: GameKind, handle: str | None
) -> list[Game[Any]]:
    found = await games_of(connection, [context.program_id], [kind], archived=False)
    return [game for game in found.get(context.program_id, ()) if handle is None or game.handle == handle]


async def _shopper(connection: Connection, context: StorefrontContext) -> _Shopper:
    if context.customer_id is None:
        return _Shopper(None)
    known: _Shopper | None = context.kept.get(_KEPT)
    if known is not None:
        return known
    member = await member_of_customer(connection, context.program_id, context.shop_id, context.customer_id)
    own = await participations_of(connection, context.program_id, member.member_id)
    found = await quarantines_of_member(connection, context.program_id, member.member_id)
    held = {one.definition_id: one for one in reversed(found) if one.open}
    shopper = _Shopper(member.member_id, own, held)
    context.kept[_KEPT] = shopper
    return shopper

"""What there is to play for: badges, challenges, streaks, levels, leaderboards, leagues, and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from engine.badges.artwork import BUILTIN_ARTWORKS
from engine.badges.artwork_store import artworks_of
from engine.game.catalog import game_of, games_of
from engine.game.facts import Game, GameKind
from engine.game.previewing import preview_of as preview_by_id
from engine.leaderboards.appeals import quarantines_in
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gaming import GID_KINDS
from laurel_graphql.gids import number_of
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.queries.members import Id
from laurel_graphql.types.badge_previews import BadgePreview, preview_of
from laurel_graphql.types.badge_records import Artwork, BadgeDefinition, artwork_of, badge_definition_of
from laurel_graphql.types.board_games import board_games
from laurel_graphql.types.challenge_records import ChallengeDefinition, challenge_definition_of
from laurel_graphql.types.game_desk import game_desk
from laurel_graphql.types.game_records import StaffDesk, page_of, staff_desk
from laurel_graphql.types.leaderboard_records import (
    LeaderboardDefinition,
    LeagueDefinition,
    leaderboard_definition_of,
    league_definition_of,
)
from laurel_graphql.types.level_records import LevelsDefinition, levels_definition_of
from laurel_graphql.types.quarantine_records import QuarantineRecordConnection
from laurel_graphql.types.quarantine_records import connection_of as quarantines_page
from laurel_graphql.types.streak_records import StreakDefinition, streak_definition_of
from laurel_graphql.types.tier_records import words_of

Archived = Annotated[
    bool, strawberry.argument(description="Whether archived ones are wanted, too; they come after the live ones.")
]
AfterId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The global id after which the page starts; without it, the first page."),
]


@strawberry.type
class GameQueries:
    @computed("The badges, in the list's order; at most 100 are live at a time.")
    async def badges(
        self, info: MerchantInfo, first: First = 100, after: AfterId = None, archived: Archived = False
    ) -> list[BadgeDefinition]:
        """Everything that they say."""
        games, staff = await _page(info.context, "badge", first, after, archived)
        return [badge_definition_of(game, staff) for game in games]

    @computed("One badge, null when the program has none of that id.")
    async def badge(self, info: MerchantInfo, id: Id) -> BadgeDefinition | None:  # noqa: A002
        """Archived or not."""
        found = await _one(info.context, "badge", id)
        return found and badge_definition_of(*found)

    @computed("The challenges, in the list's order; at most 100 are live at a time.")
    async def challenges(
        self, info: MerchantInfo, first: First = 100, after: AfterId = None, archived: Archived = False
    ) -> list[ChallengeDefinition]:
        """Everything that they say."""
        games, staff = await _page(info.context, "challenge", first, after, archived)
        return [challenge_definition_of(game, staff) for game in games]

    @computed("One challenge, null when the program has none of that id.")
    async def challenge(self, info: MerchantInfo, id: Id) -> ChallengeDefinition | None:  # noqa: A002
        """Archived or not."""
        found = await _one(info.context, "challenge", id)
        return found and challenge_definition_of(*found)

    @computed("The streaks, in the list's order; at most 100 are live at a time.")
    async def streaks(
        self, info: MerchantInfo, first: First = 100, after: AfterId = None, archived: Archived = False
    ) -> list[StreakDefinition]:
        """Everything that they say."""
        games, staff = await _page(info.context, "streak", first, after, archived)
        return [streak_definition_of(game, staff) for game in games]

    @computed("One streak, null when the program has none of that id.")
    async def streak(self, info: MerchantInfo, id: Id) -> StreakDefinition | None:  # noqa: A002
        """Archived or not."""
        found = await _one(info.context, "streak", id)
        return found and streak_definition_of(*found)

    @computed("The levels of experience, null when the program has none.")
    async def levels(self, info: MerchantInfo) -> LevelsDefinition | None:
        """Those that are live."""
        games, staff = await _page(info.context, "levels", 1, None, False)
        return levels_definition_of(games[0], staff) if games else None

    @computed("The leaderboards, in the list's order; at most 100 are live at a time.")
    async def leaderboards(
        self, info: MerchantInfo, first: First = 100, after: AfterId = None, archived: Archived = False
    ) -> list[LeaderboardDefinition]:
        """Everything that they say."""
        games, staff = await _page(info.context, "leaderboard", first, after, archived)
        return [leaderboard_definition_of(game, staff) for game in games]

    @computed("One leaderboard, null when the program has none of that id.")
    async def leaderboard(self, info: MerchantInfo, id: Id) -> LeaderboardDefinition | None:  # noqa: A002
        """Archived or not."""
        found = await _one(info.context, "leaderboard", id)
        return found and leaderboard_definition_of(*found)

    @computed("The leagues, in the list's order; at most 5 are live at a time.")
    async def leagues(
        self, info: MerchantInfo, first: First = 100, after: AfterId = None, archived: Archived = False
    ) -> list[LeagueDefinition]:
        """Everything that they say."""
        games, staff = await _page(info.context, "league", first, after, archived)
        return [league_definition_of(game, staff) for game in games]

    @computed("One league, null when the program has none of that id.")
    async def league(self, info: MerchantInfo, id: Id) -> LeagueDefinition | None:  # noqa: A002
        """Archived or not."""
        found = await _one(info.context, "league", id)
        return found and league_definition_of(*found)

    @computed("The pictures that badges, challenges and streaks can have, the merchant's own first.")
    async def artworks(self, info: MerchantInfo) -> list[Artwork]:
        """Those that came with Laurel, too."""
        context = info.context
        async with context.reading() as connection:
            desk = await game_desk(connection, context)
            own = await artworks_of(connection, context.program_id)
        brought = [artwork_of(one.reference, desk, one.name) for one in own]
        return brought + [artwork_of(f"builtin:{name}", desk) for name in BUILTIN_ARTWORKS]

    @computed("A badge that is thought about, null when there is none of that id (any more).")
    async def badge_preview(self, info: MerchantInfo, id: Id) -> BadgePreview | None:  # noqa: A002
        """How far it is counted."""
        context, number = info.context, number_of(id, "BadgePreview")
        async with context.reading() as connection:
            found = await preview_by_id(connection, context.program_id, number)
        return None if found is None or found.kind != "badge" else preview_of(found)

    @computed("Entries of boards and leagues that look like cheating, newest first.")
    async def quarantines(
        self,
        info: MerchantInfo,
        open: Annotated[  # noqa: A002
            bool, strawberry.argument(description="Whether only those are wanted that nobody has decided about.")
        ] = True,
        first: First = 20,
        after: After = None,
    ) -> QuarantineRecordConnection:
        """One page of them."""
        context, before = info.context, number_after(after, "Quarantine")
        async with context.reading() as connection:
            found = await quarantines_in(connection, context.program_id, undecided=open, most=first + 1, before=before)
            games = await board_games(connection, context.program_id)
            words = await words_of(connection, context)
        return quarantines_page(found, games, words, first, after)


async def _page(
    context: MerchantContext, kind: GameKind, first: int, after: str | None, archived: bool
) -> tuple[Sequence[Game[Any]], StaffDesk]:
    start = None if after is None else number_of(after, GID_KINDS[kind])
    async with context.reading() as connection:
        found = await games_of(connection, [context.program_id], [kind], archived=archived)
    games = page_of(found.get(context.program_id, ()), first, start)
    return games, await staff_desk(context, games)


async def _one(context: MerchantContext, kind: GameKind, gid: str) -> tuple[Game[Any], StaffDesk] | None:
    number = number_of(gid, GID_KINDS[kind])
    async with context.reading() as connection:
        game = await game_of(connection, context.program_id, number)
    return None if game is None or game.kind != kind else (game, await staff_desk(context, [game]))

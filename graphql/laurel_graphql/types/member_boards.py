"""What a member has to do with boards: results, entries in quarantine, friends, and how they are verified."""

from __future__ import annotations

import strawberry

from engine.game.facts import Game
from engine.leaderboards.appeals import quarantines_of_member
from engine.leaderboards.definitions import LeaderboardDefinition, Period
from engine.leaderboards.friends import friend_code_of, friends_of
from engine.leaderboards.results import MemberResult, results_of_member
from laurel_graphql.board_sentences import score_text
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.pages import First
from laurel_graphql.scalars import Points
from laurel_graphql.texts import language_of
from laurel_graphql.types.board_games import board_games
from laurel_graphql.types.friends import Friend, friend_of
from laurel_graphql.types.game_desk import GameDesk, game_desk
from laurel_graphql.types.game_reader import GameReader
from laurel_graphql.types.leaderboard_parts import LeaderboardPeriod, period_of
from laurel_graphql.types.quarantines import Quarantine, quarantine_of


@strawberry.type(description="A member's place in a closed period of a board.")
class BoardResult:
    handle: str = strawberry.field(description="The board's handle.")
    title: str = strawberry.field(description="The board's title, as the merchant wrote it.")
    period: LeaderboardPeriod = strawberry.field(description="The period.")
    rank: int = strawberry.field(description="The rank.")
    score: Points = strawberry.field(description="The score; spend in the smallest unit of its currency.")
    score_text: str = strawberry.field(description="The same in the caller's language.")
    entries: int = strawberry.field(description="How many entries there were.")
    adjusted_score: Points | None = strawberry.field(
        description="What a refund left of the score after the close, null for all. The place stays."
    )
    adjusted_score_text: str | None = strawberry.field(description="The same in the caller's language.")
    prize_points: Points = strawberry.field(description="Points that were given for it, 0 for none (yet).")


@strawberry.type
class BoardsOfMember:
    """Fields of the storefront's `Member`."""

    number: strawberry.Private[int]
    game: strawberry.Private[GameReader]

    @computed("The code that they hand to their friends.")
    async def friend_code(self, info: StorefrontInfo) -> str:
        """It names them to nobody but this program."""
        async with info.context.reading() as connection:
            return await friend_code_of(connection, info.context.program_id, self.number)

    @computed("Their friends, the oldest friendship first.")
    async def friends(self, info: StorefrontInfo, first: First = 100) -> list[Friend]:
        """Those whom they want to be compared with."""
        async with info.context.reading() as connection:
            found = await friends_of(connection, info.context.program_id, self.number)
        return [friend_of(one) for one in found[:first]]

    @computed("Their places in closed periods of boards, the newest first.")
    async def board_results(self, info: StorefrontInfo, first: First = 20) -> list[BoardResult]:
        """Among everybody, with what was given for them."""
        context = info.context
        async with context.reading() as connection:
            found = await results_of_member(connection, context.program_id, self.number, most=first)
            desk = await game_desk(connection, context)
            games = await board_games(connection, context.program_id)
        return [_result(one, games[one.result.definition_id], desk) for one in found]

    @computed("Their entries that nobody else sees, or saw, the newest first.")
    async def quarantines(self, info: StorefrontInfo) -> list[Quarantine]:
        """At most 50."""
        context = info.context
        async with context.reading() as connection:
            found = await quarantines_of_member(connection, context.program_id, self.number)
            games = await board_games(connection, context.program_id)
        return [quarantine_of(one, games, language_of(context.locale)) for one in found]

    @computed("The zone of the days of their streaks, null where the program has no streaks.")
    async def time_zone(self, info: StorefrontInfo) -> str | None:
        """The program's, or the one that they chose."""
        read = await self.game.read(info.context)
        return next((one.zone for one in read.game.standing.streaks), None)

    @computed("Who they are in their badges' credentials: shown to somebody, it proves that a badge is theirs.")
    async def credential_identity(self, info: StorefrontInfo) -> str:
        """Credentials hold its salted hash. It tells nothing of the member."""
        async with info.context.reading() as connection:
            desk = await game_desk(connection, info.context)
        return desk.addresses.identity(self.number)


def _result(one: MemberResult, game: Game[LeaderboardDefinition], desk: GameDesk) -> BoardResult:
    result, definition = one.result, game.newest.definition
    period, adjusted = Period(result.period, one.starts_at, one.ends_at), result.adjusted_score
    return BoardResult(
        handle=game.handle,
        title=definition.title,
        period=period_of(period, desk.words, current=False, closed=True),
        rank=result.rank,
        score=Points(result.score),
        score_text=score_text(definition, result.score, desk.language),
        entries=one.entries,
        adjusted_score=None if adjusted is None else Points(adjusted),
        adjusted_score_text=None if adjusted is None else score_text(definition, adjusted, desk.language),
        prize_points=Points(result.prize_points),
    )

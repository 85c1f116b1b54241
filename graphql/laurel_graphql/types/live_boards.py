"""What the staff see on a board: who leads it now, and how its seasons ended."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.leaderboards.definitions import EVERYBODY, LeaderboardDefinition, Period
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.reading import BoardView, read_board
from engine.leaderboards.results import ClosedSeason, Result, results_of, seasons_of
from laurel_graphql.board_sentences import score_text
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import AfterPlace, First
from laurel_graphql.scalars import Points
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.leaderboard_parts import LeaderboardPeriod, LeaderboardSegment, period_of, segment_of
from laurel_graphql.types.leaderboard_values import LeaderboardStatus


@strawberry.type(description="A place of a board.")
class LiveBoardRow:
    rank: int = strawberry.field(description="The rank.")
    score: Points = strawberry.field(description="The score; spend in the smallest unit of its currency.")
    score_text: str = strawberry.field(description="The same in the caller's language.")
    handle: str = strawberry.field(description="The name that the member chose.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")


@strawberry.type(description="A segment of a period of a board, as it is now.")
class LiveBoard:
    status: LeaderboardStatus = strawberry.field(description="Whether its ranks can be read now.")
    as_of: datetime = strawberry.field(description="As of when they are.")
    total: int | None = strawberry.field(description="How many entries it has, null while it is updating.")
    period: LeaderboardPeriod = strawberry.field(description="The period.")
    rows: list[LiveBoardRow] = strawberry.field(description="The places of the page; empty while it is updating.")


@strawberry.type(description="A place of a closed season.")
class SeasonResultRow:
    place: int = strawberry.field(description="The place, which no two have.")
    rank: int = strawberry.field(description="The rank, by the board's way of ranking equal scores.")
    score: Points = strawberry.field(description="The score; spend in the smallest unit of its currency.")
    score_text: str = strawberry.field(description="The same in the caller's language.")
    handle: str = strawberry.field(description="The name that the member chose; empty for one who was erased.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    adjusted_score: Points | None = strawberry.field(
        description="What a refund left of the score after the close, null for all. The place stays."
    )
    adjusted_score_text: str | None = strawberry.field(description="The same in the caller's language.")
    prize_points: Points = strawberry.field(description="Points that were given for it, 0 for none (yet).")


@strawberry.type(description="A segment of a period that was frozen.")
class LeaderboardSeason:
    program_id: strawberry.Private[int]
    facts: strawberry.Private[ClosedSeason]
    definition: strawberry.Private[LeaderboardDefinition]
    language: strawberry.Private[str]
    period: LeaderboardPeriod = strawberry.field(description="The period.")
    segment: LeaderboardSegment = strawberry.field(description="Who was ranked.")
    closed_at: datetime = strawberry.field(description="When it was frozen.")
    entries: int = strawberry.field(description="How many entries there were.")
    result_hash: str = strawberry.field(description="What the result is known by, in hexadecimal digits.")
    prizes_due_at: datetime | None = strawberry.field(description="When prizes are due, null for none.")
    prizes_given_at: datetime | None = strawberry.field(description="When all of them were given.")
    prizes_through: int = strawberry.field(description="The last place that was looked at for a prize.")

    @computed("Its places.")
    async def results(self, info: MerchantInfo, first: First = 20, after: AfterPlace = 0) -> list[SeasonResultRow]:
        """As they were frozen."""
        one = self.facts
        async with info.context.reading() as connection:
            found = await results_of(
                connection, self.program_id, one.definition_id, one.period, one.segment, most=first,
                after=max(0, after),
            )  # fmt: skip
        return [_row(result, self.definition, self.language) for result in found]


async def live_board(
    context: MerchantContext, game: BoardGame, desk: GameDesk, period: str | None, segment: str | None, first: int,
    after: int,
) -> LiveBoard | None:  # fmt: skip
    """A board as it is now, `first` places after one; None for a period or segment that there is not."""
    async with context.reading() as connection:
        view = await read_board(
            context.redis, connection, context.program_id, game, period=period, segment=segment or EVERYBODY, top=first,
            first=max(0, after), now=desk.now, zones=desk.zones,
        )  # fmt: skip
    return None if view is None else _live(view, desk)


async def board_seasons(
    context: MerchantContext, game: BoardGame, desk: GameDesk, first: int, segment: str | None
) -> list[LeaderboardSeason]:
    """A board's closed seasons, newest first. Raises RequestError for a segment that it never had."""
    key = segment or EVERYBODY
    if not any(key in version.definition.segment_keys for version in game.versions):
        raise RequestError(ErrorCode.BAD_USER_INPUT, "The board has no such segment.")
    async with context.reading() as connection:
        found = await seasons_of(connection, context.program_id, game.definition_id, most=first, segment=key)
    return [_season(context.program_id, game, one, desk) for one in found]


def _live(view: BoardView, desk: GameDesk) -> LiveBoard:
    now = desk.now
    definition, period = view.board.version.definition, view.board.period
    running = (period.starts_at is None or period.starts_at <= now) and (period.ends_at is None or now < period.ends_at)
    return LiveBoard(
        status=LeaderboardStatus[view.status],
        as_of=view.as_of,
        total=view.total,
        period=period_of(period, desk.words, current=running, closed=view.closed_at is not None),
        rows=[
            LiveBoardRow(
                rank=row.rank,
                score=Points(row.score),
                score_text=score_text(definition, row.score, desk.language),
                handle=row.display_name,
                member_id=strawberry.ID(gid("Member", row.member_id)),
            )
            for row in view.top
        ],
    )


def _season(program_id: int, game: BoardGame, one: ClosedSeason, desk: GameDesk) -> LeaderboardSeason:
    version = next((version for version in game.versions if version.version == one.version), game.newest)
    definition = version.definition
    return LeaderboardSeason(
        program_id=program_id,
        facts=one,
        definition=definition,
        language=desk.language,
        period=period_of(Period(one.period, one.starts_at, one.ends_at), desk.words, current=False, closed=True),
        segment=segment_of(definition.segment(one.segment), desk.language),
        closed_at=one.closed_at,
        entries=one.entries,
        result_hash=one.result_hash.hex(),
        prizes_due_at=one.prizes_due_at,
        prizes_given_at=one.prizes_given_at,
        prizes_through=one.prizes_through,
    )


def _row(result: Result, definition: LeaderboardDefinition, language: str) -> SeasonResultRow:
    adjusted = result.adjusted_score
    return SeasonResultRow(
        place=result.place,
        rank=result.rank,
        score=Points(result.score),
        score_text=score_text(definition, result.score, language),
        handle=result.display_name,
        member_id=strawberry.ID(gid("Member", result.member_id)),
        adjusted_score=None if adjusted is None else Points(adjusted),
        adjusted_score_text=None if adjusted is None else score_text(definition, adjusted, language),
        prize_points=Points(result.prize_points),
    )

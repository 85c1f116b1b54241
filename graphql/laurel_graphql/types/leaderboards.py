"""Leaderboards as shoppers see them: public rules, ranks by chosen names, and where they stand themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import strawberry

from engine.game.holders import Participation
from engine.leaderboards.appeals import Quarantine as QuarantineFacts
from engine.leaderboards.definitions import LeaderboardDefinition, Period
from engine.leaderboards.periods import BoardGame, BoardPeriod
from engine.leaderboards.reading import BoardRow, periods_of
from engine.leaderboards.scores import held_score
from laurel_graphql.board_sentences import score_text
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import AfterPlace, First
from laurel_graphql.scalars import Points
from laurel_graphql.types.board_reader import BoardReader, Wish
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.leaderboard_parts import (
    LeaderboardPeriod,
    LeaderboardPrize,
    LeaderboardSegment,
    board_rules,
    period_of,
    prizes_of,
    segment_of,
)
from laurel_graphql.types.leaderboard_values import LeaderboardRanking, LeaderboardStatus
from laurel_graphql.types.quarantines import Quarantine, quarantine_of

Span = Annotated[
    int,
    strawberry.argument(description="How many entries on both sides of the member, from 1 to 49. More is an error."),
]


@dataclass(frozen=True, slots=True)
class BoardDesk:
    """What a board is told with, and what the member who asks has to do with it."""

    desk: GameDesk
    reader: BoardReader
    participation: Participation | None
    quarantine: QuarantineFacts | None


@strawberry.type(description="A place of a board.")
class LeaderboardRow:
    reader: strawberry.Private[BoardReader]
    number: strawberry.Private[int]
    rank: int = strawberry.field(description="The rank, by the board's way of ranking equal scores.")
    score: Points = strawberry.field(description="The score; spend in the smallest unit of its currency.")
    score_text: str = strawberry.field(description="The same in the caller's language, such as `$120.00`.")
    handle: str = strawberry.field(description="The name that the member chose. Nothing else of them is shown.")
    is_me: bool = strawberry.field(description="Whether it is the member who asks.")

    @computed("Whether it is a friend of the member who asks.")
    async def is_friend(self, info: StorefrontInfo) -> bool:
        """Friends are read once for all rows."""
        return self.number in await self.reader.friend_ids(info.context)


@strawberry.type(description="Where a member stands on a board.")
class LeaderboardStanding:
    rank: int | None = strawberry.field(description="The rank, null in quarantine.")
    score: Points = strawberry.field(description="The score; spend in the smallest unit of its currency.")
    score_text: str = strawberry.field(description="The same in the caller's language, such as `$120.00`.")
    percentile: int | None = strawberry.field(
        description="How many of a hundred entries they are ahead of, null in quarantine."
    )


@strawberry.type(description="A leaderboard: one segment of one of its periods.")
class Leaderboard:
    game: strawberry.Private[BoardGame]
    board: strawberry.Private[BoardPeriod]
    told: strawberry.Private[BoardDesk]
    id: strawberry.ID = strawberry.field(description="The board's global id.")
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    ranking: LeaderboardRanking = strawberry.field(description="How equal scores are ranked.")
    rules: list[str] = strawberry.field(description="How it works, in sentences.")
    segment: LeaderboardSegment = strawberry.field(description="Who is ranked here.")
    segments: list[LeaderboardSegment] = strawberry.field(description="Who can be asked for, everybody first.")
    prizes: list[LeaderboardPrize] = strawberry.field(description="What the places of a period get.")
    joined: bool = strawberry.field(description="Whether the member who asks takes part.")
    display_name: str | None = strawberry.field(description="By which name, null where they do not.")
    quarantine: Quarantine | None = strawberry.field(description="Their entry's quarantine, null for none.")

    @computed("Whether its ranks can be read now.")
    async def status(self, info: StorefrontInfo) -> LeaderboardStatus:
        """While they are worked out anew, none are shown rather than wrong ones."""
        view = await self.told.reader.view(info.context, Wish())
        return LeaderboardStatus[view.status]

    @computed("As of when its ranks are; of a closed period, when it was closed.")
    async def as_of(self, info: StorefrontInfo) -> datetime:
        """The moment up to which the ledger is in it."""
        return (await self.told.reader.view(info.context, Wish())).as_of

    @computed("How many entries it has, null while it is updating.")
    async def total(self, info: StorefrontInfo) -> int | None:
        """Those who take part and have a score."""
        return (await self.told.reader.view(info.context, Wish())).total

    @computed("The period.")
    async def period(self, info: StorefrontInfo) -> LeaderboardPeriod:
        """The one that is shown."""
        view = await self.told.reader.view(info.context, Wish())
        return _period(view.board.period, view.closed_at, self.told.desk)

    @computed("The periods that can be asked for, newest first.")
    async def periods(self, info: StorefrontInfo, first: First = 10) -> list[LeaderboardPeriod]:
        """The running one, those that are being settled, closed ones."""
        context, desk = info.context, self.told.desk
        async with context.reading() as connection:
            found = await periods_of(connection, context.program_id, self.game, desk.now, first, desk.zones)
        return [_period(Period(one.key, one.starts_at, one.ends_at), one.closed_at, desk) for one in found]

    @computed("Its first places, or those after one; empty while it is updating and beyond its end.")
    async def top(self, info: StorefrontInfo, first: First = 10, after: AfterPlace = 0) -> list[LeaderboardRow]:
        """All that is asked about one board is read in one round trip, but for pages that begin elsewhere."""
        view = await self.told.reader.view(info.context, Wish(top=first, after=max(0, after)))
        return self._rows(view.top[:first])

    @computed("The places round the member who asks; moved at both ends, so that the page keeps its size.")
    async def around(self, info: StorefrontInfo, span: Span = 5) -> list[LeaderboardRow]:
        """Empty while it is updating, and for who is not on it."""
        if self.told.reader.member_id is None:
            return []
        return self._rows((await self.told.reader.view(info.context, Wish(span=span))).around)

    @computed("The member who asks and their friends, those who are on it.")
    async def friends(self, info: StorefrontInfo) -> list[LeaderboardRow]:
        """By rank."""
        if self.told.reader.member_id is None:
            return []
        return self._rows((await self.told.reader.view(info.context, Wish(friends=True))).friends)

    @computed("Where the member who asks stands, null when they are not on it.")
    async def me(self, info: StorefrontInfo) -> LeaderboardStanding | None:
        """In quarantine they see their score, without a rank."""
        view = await self.told.reader.view(info.context, Wish())
        if view.me is not None:
            return self._standing(view.me.rank, view.me.score, view.me.percentile)
        member_id, context = self.told.reader.member_id, info.context
        if member_id is None or self.told.quarantine is None or view.closed_at is not None:
            return None
        async with context.reading() as connection:
            score = await held_score(connection, context.program_id, view.board, member_id)
        return None if score is None else self._standing(None, score, None)

    def _standing(self, rank: int | None, score: int, percentile: int | None) -> LeaderboardStanding:
        return LeaderboardStanding(
            rank=rank, score=Points(score), score_text=self._score_text(score), percentile=percentile
        )

    def _rows(self, rows: Iterable[BoardRow]) -> list[LeaderboardRow]:
        reader = self.told.reader
        return [
            LeaderboardRow(
                reader=reader,
                number=row.member_id,
                rank=row.rank,
                score=Points(row.score),
                score_text=self._score_text(row.score),
                handle=row.display_name,
                is_me=row.member_id == reader.member_id,
            )
            for row in rows
        ]

    def _score_text(self, score: int) -> str:
        return score_text(self.board.version.definition, score, self.told.desk.language)


def leaderboard_of(board: BoardPeriod, told: BoardDesk) -> Leaderboard:
    """A board as the period says that is shown."""
    definition: LeaderboardDefinition = board.version.definition
    language, quarantine = told.desk.language, told.quarantine
    games = {board.game.definition_id: board.game}
    return Leaderboard(
        game=board.game,
        board=board,
        told=told,
        id=strawberry.ID(gid("Leaderboard", board.game.definition_id)),
        handle=board.game.handle,
        title=definition.title,
        description=definition.description,
        ranking=LeaderboardRanking[definition.ranking.upper()],
        rules=list(board_rules(definition, language)),
        segment=segment_of(definition.segment(told.reader.segment), language),
        segments=_segments(definition, language),
        prizes=prizes_of(definition.prizes, language),
        joined=told.participation is not None,
        display_name=None if told.participation is None else told.participation.display_name,
        quarantine=None if quarantine is None else quarantine_of(quarantine, games, language),
    )


def _segments(definition: LeaderboardDefinition, language: str) -> list[LeaderboardSegment]:
    every: Sequence[LeaderboardSegment] = [segment_of(segment, language) for segment in definition.segments]
    return [segment_of(None, language), *every]


def _period(period: Period, closed_at: datetime | None, desk: GameDesk) -> LeaderboardPeriod:
    now = desk.now
    running = (period.starts_at is None or period.starts_at <= now) and (period.ends_at is None or now < period.ends_at)
    return period_of(period, desk.words, current=running, closed=closed_at is not None)

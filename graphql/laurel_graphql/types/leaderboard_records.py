"""Leaderboards and leagues as the staff see them: what they say, who takes part, what they look like, their seasons."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from engine.game.facts import Game
from engine.leaderboards.definitions import ChallengeScore, Counted
from engine.leaderboards.definitions import LeaderboardDefinition as LeaderboardFacts
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.suspicion import QuarantineRules as QuarantineFacts
from engine.leagues.definitions import LeagueDefinition as LeagueFacts
from engine.leagues.reading import league_seasons_of
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.inputs.leaderboards import LeaderboardOperator, SegmentKind
from laurel_graphql.pages import AfterPlace, First
from laurel_graphql.scalars import Points
from laurel_graphql.types.game_records import GameRecord, StaffDesk, record_fields
from laurel_graphql.types.game_values import GameCounter, counter_of
from laurel_graphql.types.leaderboard_parts import LeaderboardPrize, board_rules, league_rules, prizes_of
from laurel_graphql.types.leaderboard_values import LeaderboardPeriodKind, LeaderboardRanking
from laurel_graphql.types.league_seasons import LeagueSeason, season_of
from laurel_graphql.types.live_boards import LeaderboardSeason, LiveBoard, board_seasons, live_board

PeriodKey = Annotated[str | None, strawberry.argument(description="The key of a period; by default the one that runs.")]
SegmentKey = Annotated[str | None, strawberry.argument(description="The key of a segment; by default everybody.")]


@strawberry.enum(description="What scores on a board.")
class LeaderboardScoreKind(Enum):
    COUNTED = strawberry.enum_value("COUNTED", description="What a counter counts.")
    CHALLENGES = strawberry.enum_value("CHALLENGES", description="The score of challenges that were finished.")


@strawberry.type(description="A time of its own with a name.")
class PlannedSeason:
    handle: str = strawberry.field(description="Its handle.")
    starts_at: datetime = strawberry.field(description="The first moment.")
    ends_at: datetime = strawberry.field(description="The first moment after it.")


@strawberry.type(description="Members who are ranked among themselves.")
class LeaderboardDefinitionSegment:
    kind: SegmentKind = strawberry.field(description="By what.")
    value: str = strawberry.field(description="The tier's handle or the tag.")
    key: str = strawberry.field(description="What it is asked for by.")


@strawberry.type(description="From when on an entry looks like cheating. What is null is not looked at.")
class QuarantineRules:
    orders_per_hour: int | None = strawberry.field(description="More orders than these within any 60 minutes.")
    events_per_hour: int | None = strawberry.field(description="More other events than these within any 60 minutes.")
    returns_percent: int | None = strawberry.field(description="At least so much of what was bought is sent back.")
    minimum_orders: int = strawberry.field(description="Returns are looked at from so many orders on.")
    look_back_days: int = strawberry.field(description="How long ago is looked at.")
    test_orders: bool = strawberry.field(description="Whether test orders are looked at.")


@strawberry.type
class BoardRecord(GameRecord):
    """A board or a league, which members choose to take part in."""

    @computed("How many members take part.")
    async def participants(self, info: MerchantInfo) -> int:
        """Counted for all of a list at once."""
        return await self.staff.counts.participants(info.context, self.number)


@strawberry.type(description="A leaderboard with everything that its newest version says.")
class LeaderboardDefinition(BoardRecord):
    facts: strawberry.Private[BoardGame]
    title: str = strawberry.field(description="Its title.")
    description: str = strawberry.field(description="What it is; empty for nothing.")
    score_kind: LeaderboardScoreKind = strawberry.field(description="What scores.")
    counter: GameCounter | None = strawberry.field(description="What is counted, null for challenges.")
    challenges: list[str] = strawberry.field(description="Handles of the challenges that score; empty for all.")
    operator: LeaderboardOperator = strawberry.field(description="What of several things counts.")
    period_kind: LeaderboardPeriodKind = strawberry.field(description="How long it counts.")
    planned_seasons: list[PlannedSeason] = strawberry.field(description="The times of a board by CUSTOM seasons.")
    ranking: LeaderboardRanking = strawberry.field(description="How equal scores are ranked.")
    segments: list[LeaderboardDefinitionSegment] = strawberry.field(description="Who is ranked among themselves.")
    daily_cap: Points | None = strawberry.field(
        description="No more of a day than this counts, spend in the smallest unit; null for all."
    )
    settle_hours: int = strawberry.field(description="How long after its end a period takes what was before.")
    prize_hold_days: int = strawberry.field(description="How long after that prizes are given.")
    prizes: list[LeaderboardPrize] = strawberry.field(description="Points for places.")
    quarantine: QuarantineRules | None = strawberry.field(description="What looks like cheating.")

    @computed("Who leads it now, null for an unknown period or segment.")
    async def live(
        self,
        info: MerchantInfo,
        period: PeriodKey = None,
        segment: SegmentKey = None,
        first: First = 20,
        after: AfterPlace = 0,
    ) -> LiveBoard | None:
        """By default everybody, in the period that runs."""
        return await live_board(info.context, self.facts, self.staff.desk, period, segment, first, after)

    @computed("Its closed seasons in which anybody was ranked, newest first.")
    async def seasons(
        self, info: MerchantInfo, first: First = 20, segment: SegmentKey = None
    ) -> list[LeaderboardSeason]:
        """By default everybody's."""
        return await board_seasons(info.context, self.facts, self.staff.desk, first, segment)


@strawberry.type(description="One league.")
class LeagueDefinitionStep:
    position: int = strawberry.field(description="How high it stands, 0 is the lowest.")
    title: str = strawberry.field(description="Its title.")
    promote: int = strawberry.field(description="How many of a cohort rise.")
    demote: int = strawberry.field(description="How many of a cohort fall.")
    prizes: list[LeaderboardPrize] = strawberry.field(description="Points for places in each cohort.")


@strawberry.type(description="Leagues with everything that their newest version says.")
class LeagueDefinition(BoardRecord):
    title: str = strawberry.field(description="Their title.")
    description: str = strawberry.field(description="What they are; empty for nothing.")
    leagues: list[LeagueDefinitionStep] = strawberry.field(description="The leagues, lowest first.")
    counter: GameCounter = strawberry.field(description="What is counted.")
    cohort_minimum: int = strawberry.field(description="Members of the smallest cohort.")
    cohort_maximum: int = strawberry.field(description="Members of the largest cohort.")
    daily_cap: Points | None = strawberry.field(
        description="No more of a day than this counts, spend in the smallest unit; null for all."
    )
    settle_hours: int = strawberry.field(description="How long after its end a week takes what was before.")
    prize_hold_days: int = strawberry.field(description="How long after that prizes are given.")
    quarantine: QuarantineRules | None = strawberry.field(description="What looks like cheating.")

    @computed("Its weeks, newest first.")
    async def seasons(self, info: MerchantInfo, first: First = 10) -> list[LeagueSeason]:
        """Who played them, and what came of it."""
        async with info.context.reading() as connection:
            found = await league_seasons_of(connection, info.context.program_id, self.number, most=first)
        return [season_of(one) for one in found]


def leaderboard_definition_of(game: Game[Any], staff: StaffDesk) -> LeaderboardDefinition:
    """The board of an engine's record."""
    definition: LeaderboardFacts = game.newest.definition
    score, language = definition.score, staff.language
    return LeaderboardDefinition(
        **record_fields(game, staff, board_rules(definition, language)),
        facts=game,
        title=definition.title,
        description=definition.description,
        score_kind=LeaderboardScoreKind.COUNTED if isinstance(score, Counted) else LeaderboardScoreKind.CHALLENGES,
        counter=counter_of(score.counter, language) if isinstance(score, Counted) else None,
        challenges=list(score.handles) if isinstance(score, ChallengeScore) else [],
        operator=LeaderboardOperator[definition.operator.upper()],
        period_kind=LeaderboardPeriodKind[definition.period.upper()],
        planned_seasons=[
            PlannedSeason(handle=one.handle, starts_at=one.starts_at, ends_at=one.ends_at) for one in definition.seasons
        ],
        ranking=LeaderboardRanking[definition.ranking.upper()],
        segments=[
            LeaderboardDefinitionSegment(kind=SegmentKind[one.kind.upper()], value=one.value, key=one.key)
            for one in definition.segments
        ],
        daily_cap=None if definition.daily_cap is None else Points(definition.daily_cap),
        settle_hours=definition.settle_hours,
        prize_hold_days=definition.prize_hold_days,
        prizes=prizes_of(definition.prizes, language),
        quarantine=_quarantine(definition.quarantine),
    )


def league_definition_of(game: Game[Any], staff: StaffDesk) -> LeagueDefinition:
    """The leagues of an engine's record."""
    definition: LeagueFacts = game.newest.definition
    return LeagueDefinition(
        **record_fields(game, staff, league_rules(definition, staff.language)),
        title=definition.title,
        description=definition.description,
        leagues=[
            LeagueDefinitionStep(
                position=position,
                title=step.title,
                promote=step.promote,
                demote=step.demote,
                prizes=prizes_of(step.prizes, staff.language),
            )
            for position, step in enumerate(definition.leagues)
        ],
        counter=counter_of(definition.counter, staff.language),
        cohort_minimum=definition.cohort_minimum,
        cohort_maximum=definition.cohort_maximum,
        daily_cap=None if definition.daily_cap is None else Points(definition.daily_cap),
        settle_hours=definition.settle_hours,
        prize_hold_days=definition.prize_hold_days,
        quarantine=_quarantine(definition.quarantine),
    )


def _quarantine(rules: QuarantineFacts | None) -> QuarantineRules | None:
    if rules is None:
        return None
    return QuarantineRules(
        orders_per_hour=rules.orders_per_hour,
        events_per_hour=rules.events_per_hour,
        returns_percent=rules.returns_percent,
        minimum_orders=rules.minimum_orders,
        look_back_days=rules.look_back_days,
        test_orders=rules.test_orders,
    )

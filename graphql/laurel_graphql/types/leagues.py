"""Leagues as shoppers see them: this week's cohort by chosen names, who rises and falls, and the weeks before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

import strawberry

from engine.game.counters import Counter
from engine.game.facts import Game
from engine.game.holders import Participation
from engine.leaderboards.appeals import Quarantine as QuarantineFacts
from engine.leagues.definitions import LeagueDefinition
from engine.leagues.definitions import LeagueStep as StepFacts
from engine.leagues.reading import CohortRow, LeagueWeek, league_of_member, league_results_of_member
from engine.leagues.reading import LeagueResult as ResultFacts
from engine.leagues.reading import LeagueStanding as StandingFacts
from laurel_graphql.board_sentences import counter_score_text
from laurel_graphql.context import RequestContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import First
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.leaderboard_parts import LeaderboardPrize, league_rules, prizes_of
from laurel_graphql.types.quarantines import Quarantine, quarantine_of


@strawberry.enum(description="What a place of a cohort leads to, as it is now.")
class LeagueZone(Enum):
    PROMOTION = strawberry.enum_value("PROMOTION", description="It rises.")
    STAY = strawberry.enum_value("STAY", description="It stays.")
    DEMOTION = strawberry.enum_value("DEMOTION", description="It falls.")


@strawberry.enum(description="What a closed week ended in.")
class LeagueOutcome(Enum):
    PROMOTED = strawberry.enum_value("PROMOTED", description="They rose.")
    STAYED = strawberry.enum_value("STAYED", description="They stayed.")
    DEMOTED = strawberry.enum_value("DEMOTED", description="They fell.")
    UNRANKED = strawberry.enum_value("UNRANKED", description="They scored nothing, or were in quarantine.")
    WITHDRAWN = strawberry.enum_value("WITHDRAWN", description="They left before its end.")


@strawberry.type(description="One league.")
class LeagueStep:
    position: int = strawberry.field(description="How high it stands, 0 is the lowest.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    promote: int = strawberry.field(description="How many of a full cohort rise.")
    demote: int = strawberry.field(description="How many of a full cohort fall.")
    prizes: list[LeaderboardPrize] = strawberry.field(description="What the places of each cohort get.")


@strawberry.type(description="A place in a cohort.")
class LeagueRow:
    rank: int = strawberry.field(description="The rank.")
    score: Points = strawberry.field(description="The score; spend in the smallest unit of its currency.")
    score_text: str = strawberry.field(description="The same in the caller's language.")
    handle: str = strawberry.field(description="The name that the member chose. Nothing else of them is shown.")
    is_me: bool = strawberry.field(description="Whether it is the member who asks.")
    zone: LeagueZone = strawberry.field(description="What the place leads to, as it is now.")


@strawberry.type(description="Where a member stands in their cohort.")
class LeagueStanding:
    step: LeagueStep = strawberry.field(description="The league that they play in.")
    rank: int | None = strawberry.field(description="The rank, null with no score yet and in quarantine.")
    score: Points = strawberry.field(description="The score; spend in the smallest unit of its currency.")
    score_text: str = strawberry.field(description="The same in the caller's language.")
    size: int = strawberry.field(description="How many are in the cohort, those without a score, too.")
    promotion_rank: int | None = strawberry.field(description="The last rank that rises, null where nobody does.")
    demotion_rank: int | None = strawberry.field(description="The first rank that falls, null where nobody does.")
    zone: LeagueZone = strawberry.field(description="What their place leads to, as it is now.")
    rows: list[LeagueRow] = strawberry.field(description="Everybody of the cohort who has a score, by rank.")
    message: str = strawberry.field(description="The same as a sentence.")


@strawberry.type(description="What a closed week ended in for a member.")
class LeagueResult:
    starts_at: datetime = strawberry.field(description="The week's first moment.")
    ends_at: datetime = strawberry.field(description="The first moment after it.")
    step: LeagueStep = strawberry.field(description="The league that they played in.")
    rank: int | None = strawberry.field(description="The rank, null where they were not ranked.")
    score: Points = strawberry.field(description="The score; spend in the smallest unit of its currency.")
    score_text: str = strawberry.field(description="The same in the caller's language.")
    outcome: LeagueOutcome = strawberry.field(description="What it ended in.")
    prize_points: Points = strawberry.field(description="Points that were given for it, 0 for none (yet).")


@dataclass(slots=True)
class LeagueDesk:
    """What a league is told with, and what the member who asks has to do with it. Its week is read when it is asked."""

    language: str
    member_id: int | None
    participation: Participation | None
    quarantine: QuarantineFacts | None
    _week: LeagueWeek | None = None
    _read: bool = False
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def week(self, context: RequestContext, game: Game[LeagueDefinition]) -> LeagueWeek | None:
        """The week that was formed last, with the member's place in it; None before the first one."""
        async with self._one_at_a_time:
            if not self._read:
                async with context.reading() as connection:
                    member_id = self.member_id or 0
                    self._week = await league_of_member(connection, context.program_id, game, member_id)
                self._read = True
        return self._week


@strawberry.type(description="Leagues, played each week in cohorts of members alike.")
class League:
    facts: strawberry.Private[Game[LeagueDefinition]]
    told: strawberry.Private[LeagueDesk]
    id: strawberry.ID = strawberry.field(description="The league's global id.")
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    steps: list[LeagueStep] = strawberry.field(description="The leagues, lowest first.")
    rules: list[str] = strawberry.field(description="How it works, in sentences.")
    joined: bool = strawberry.field(description="Whether the member who asks takes part.")
    display_name: str | None = strawberry.field(description="By which name, null where they do not.")
    quarantine: Quarantine | None = strawberry.field(description="Their entry's quarantine, null for none.")

    @computed("The first moment of the week that was formed last, null before the first one.")
    async def starts_at(self, info: StorefrontInfo) -> datetime | None:
        """A Monday of the program's zone."""
        week = await self.told.week(info.context, self.facts)
        return None if week is None else week.starts_at

    @computed("The first moment after that week, null before the first one.")
    async def ends_at(self, info: StorefrontInfo) -> datetime | None:
        """What happened before it still counts until the week is settled."""
        week = await self.told.week(info.context, self.facts)
        return None if week is None else week.ends_at

    @computed("Where the member who asks stands in that week, null when they are in no cohort of it.")
    async def me(self, info: StorefrontInfo) -> LeagueStanding | None:
        """Worked out now, with everybody of their cohort."""
        week = await self.told.week(info.context, self.facts)
        standing = None if week is None else week.standing
        return None if standing is None else _standing(standing, self.facts.newest.definition, self.told)

    @computed("The closed weeks of the member who asks, the newest first.")
    async def history(self, info: StorefrontInfo, first: First = 10) -> list[LeagueResult]:
        """What each ended in."""
        context, member_id = info.context, self.told.member_id
        if member_id is None:
            return []
        async with context.reading() as connection:
            found = await league_results_of_member(connection, context.program_id, self.facts, member_id, most=first)
        counter, language = self.facts.newest.definition.counter, self.told.language
        return [_result(one, counter, language) for one in found]


def league_of(game: Game[LeagueDefinition], told: LeagueDesk) -> League:
    """The league of an engine's record, for the member who asks."""
    definition, language, quarantine = game.newest.definition, told.language, told.quarantine
    return League(
        facts=game,
        told=told,
        id=strawberry.ID(gid("League", game.definition_id)),
        handle=game.handle,
        title=definition.title,
        description=definition.description,
        steps=[_step(position, step, language) for position, step in enumerate(definition.leagues)],
        rules=list(league_rules(definition, language)),
        joined=told.participation is not None,
        display_name=None if told.participation is None else told.participation.display_name,
        quarantine=None if quarantine is None else quarantine_of(quarantine, {game.definition_id: game}, language),
    )


def _step(position: int, step: StepFacts, language: str) -> LeagueStep:
    return LeagueStep(
        position=position,
        title=step.title,
        promote=step.promote,
        demote=step.demote,
        prizes=prizes_of(step.prizes, language),
    )


def _standing(standing: StandingFacts, definition: LeagueDefinition, told: LeagueDesk) -> LeagueStanding:
    counter, language = definition.counter, told.language
    return LeagueStanding(
        step=_step(standing.league, standing.step, language),
        rank=standing.rank,
        score=Points(standing.score),
        score_text=counter_score_text(counter, standing.score, language),
        size=standing.size,
        promotion_rank=standing.promotion_rank,
        demotion_rank=standing.demotion_rank,
        zone=LeagueZone[standing.zone.upper()],
        rows=list(_rows(standing.rows, counter, told)),
        message=_message(standing, definition, language),
    )


def _rows(rows: Iterable[CohortRow], counter: Counter, told: LeagueDesk) -> Iterator[LeagueRow]:
    for row in rows:
        yield LeagueRow(
            rank=row.rank,
            score=Points(row.score),
            score_text=counter_score_text(counter, row.score, told.language),
            handle=row.display_name,
            is_me=row.member_id == told.member_id,
            zone=LeagueZone[row.zone.upper()],
        )


def _message(standing: StandingFacts, definition: LeagueDefinition, language: str) -> str:
    if standing.rank is None:
        return TEXTS[language]["league.message.unranked"]
    move = {"promotion": 1, "stay": 0, "demotion": -1}[standing.zone]
    league = definition.leagues[definition.clamped(standing.league + move)]
    return TEXTS[language][f"league.message.{standing.zone}"].format(league=league.title)


def _result(one: ResultFacts, counter: Counter, language: str) -> LeagueResult:
    return LeagueResult(
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        step=_step(one.league, one.step, language),
        rank=one.rank,
        score=Points(one.score),
        score_text=counter_score_text(counter, one.score, language),
        outcome=LeagueOutcome[one.outcome.upper()],
        prize_points=Points(one.prize_points),
    )

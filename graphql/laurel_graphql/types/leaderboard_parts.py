"""Parts of leaderboards that shoppers and the staff share: periods, segments, prizes, and the rules in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import strawberry

from engine.leaderboards.definitions import Counted, LeaderboardDefinition, Period, Prize, Segment
from engine.leagues.definitions import LeagueDefinition
from laurel_graphql.board_sentences import (
    counter_score_text,
    period_title,
    places_text,
    prizes_text,
    score_text,
    segment_title,
)
from laurel_graphql.game_sentences import counts_text
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS


@strawberry.type(description="A time that a board counts, from its first moment on and before its end.")
class LeaderboardPeriod:
    key: str = strawberry.field(
        description="What it is asked for by: `all`, `2026-11-01`, `2026-W45`, `2026-11`, `2026-Q4`, `2026`, a handle."
    )
    title: str = strawberry.field(description="What people call it, such as `November 2026`.")
    starts_at: datetime | None = strawberry.field(description="Its first moment, null for all time.")
    ends_at: datetime | None = strawberry.field(description="The first moment after it, null for all time.")
    current: bool = strawberry.field(description="Whether it runs now.")
    closed: bool = strawberry.field(description="Whether its ranks are frozen.")


@strawberry.type(description="Members who are ranked among themselves.")
class LeaderboardSegment:
    key: str = strawberry.field(description="What it is asked for by: `tier:gold`, `tag:vip`; empty for everybody.")
    title: str = strawberry.field(description="What people call it.")


@strawberry.type(description="Points for places.")
class LeaderboardPrize:
    first: int = strawberry.field(description="The first of the places.")
    last: int = strawberry.field(description="The last of them.")
    points: Points = strawberry.field(description="The points that each of them gets.")
    points_days: int | None = strawberry.field(description="For how many days they can be spent, null for good.")
    text: str = strawberry.field(description="The same in the caller's language.")


def period_of(period: Period, words: Words, *, current: bool, closed: bool) -> LeaderboardPeriod:
    """A period with its name."""
    return LeaderboardPeriod(
        key=period.key,
        title=period_title(period, words),
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        current=current,
        closed=closed,
    )


def segment_of(segment: Segment | None, language: str) -> LeaderboardSegment:
    """A segment with its name; None is everybody."""
    return LeaderboardSegment(key="" if segment is None else segment.key, title=segment_title(segment, language))


def prizes_of(prizes: Iterable[Prize], language: str) -> list[LeaderboardPrize]:
    """Prizes, each with a sentence."""
    return [
        LeaderboardPrize(
            first=prize.first,
            last=prize.last,
            points=Points(prize.points),
            points_days=prize.points_days,
            text=places_text(prize, language),
        )
        for prize in sorted(prizes, key=lambda prize: prize.first)
    ]


def board_rules(definition: LeaderboardDefinition, language: str) -> Iterator[str]:
    """How a board works, in sentences that everybody may read."""
    texts, score = TEXTS[language], definition.score
    counts = counts_text(score.counter, language) if isinstance(score, Counted) else texts["board.counts.challenges"]
    yield texts[f"board.rules.{definition.operator}"].format(counts=counts)
    yield texts[f"board.rules.ranking.{definition.ranking}"]
    yield texts["board.rules.refund"]
    if definition.daily_cap is not None:
        yield texts["board.rules.cap"].format(cap=score_text(definition, definition.daily_cap, language))
    if definition.period != "all":
        form = {0: "none", 1: "one"}.get(definition.settle_hours, "other")
        yield texts[f"board.rules.settle.{form}"].format(hours=definition.settle_hours)
    if definition.prizes:
        yield prizes_text(definition.prize_hold_days, language)
    if definition.quarantine is not None:
        yield texts["board.rules.quarantine"]


def league_rules(definition: LeagueDefinition, language: str) -> Iterator[str]:
    """How leagues work, in sentences that everybody may read."""
    texts = TEXTS[language]
    yield texts["board.rules.increment"].format(counts=counts_text(definition.counter, language))
    yield texts["league.rules.week"]
    sizes = {"minimum": definition.cohort_minimum, "maximum": definition.cohort_maximum}
    yield texts["league.rules.cohort"].format(**sizes)
    if len(definition.leagues) > 1:
        yield texts["league.rules.moves"]
    yield texts["league.rules.inactive"]
    if definition.daily_cap is not None:
        cap = counter_score_text(definition.counter, definition.daily_cap, language)
        yield texts["board.rules.cap"].format(cap=cap)
    if any(step.prizes for step in definition.leagues):
        yield prizes_text(definition.prize_hold_days, language)
    if definition.quarantine is not None:
        yield texts["board.rules.quarantine"]

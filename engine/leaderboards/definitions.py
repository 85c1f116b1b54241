"""What a leaderboard counts, for whom, over which time and how ties are ranked: immutable, versioned data."""

from __future__ import annotations

import re
from collections import Counter as Tally
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from engine.game.counters import Counter
from engine.leaderboards.suspicion import QuarantineRules
from engine.money import POINTS_MAXIMUM
from engine.rules.bounds import Days, Frozen, Handle, Moment, Points, Title, Word

SCORE_MAXIMUM = 2**53 - 1
"""The highest score: what a sorted set of Redis holds exactly. More than that counts as that much."""

Operator = Literal["increment", "best", "set"]
PeriodKind = Literal["all", "day", "week", "month", "quarter", "year", "custom"]
Ranking = Literal["ordinal", "competition", "dense"]

CALENDAR_KEY = re.compile(r"all|\d{4}(-\d{2}(-\d{2})?|-W\d{2}|-Q\d)?")
"""The keys of periods that are no seasons."""

EVERYBODY = ""
"""The key of the segment that has everybody in it, which each board has."""

SEGMENTS_MAXIMUM = 20
SEASONS_MAXIMUM = 50
PRIZES_MAXIMUM = 50
PLACES_MAXIMUM = 100_000
SETTLE_HOURS_MAXIMUM = 24 * 14


def _plain(text: str) -> str:
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise ValueError("holds a control character")
    return text.strip()


class Counted(Frozen):
    """The score is what a counter counts: points earned, spend in minor units, orders and so on, net of refunds."""

    kind: Literal["counted"] = "counted"
    counter: Counter


class ChallengeScore(Frozen):
    """The score is that of the challenges that were finished; of all of them where none is named."""

    kind: Literal["challenge_score"] = "challenge_score"
    handles: Annotated[tuple[Handle, ...], Field(max_length=100)] = ()


Score = Annotated[Counted | ChallengeScore, Field(discriminator="kind")]


class Season(Frozen):
    """A time of its own with a name: from `starts_at` on and before `ends_at`."""

    handle: Handle
    starts_at: Moment
    ends_at: Moment

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError(f"the season {self.handle} does not end after it begins")
        return self


class Segment(Frozen):
    """Those who have a tier, or whose customer has a tag, ranked among themselves."""

    kind: Literal["tier", "tag"]
    value: Word

    @property
    def key(self) -> str:
        """How it is named: `tier:gold`, `tag:vip`."""
        return f"{self.kind}:{self.value}"


class Prize(Frozen):
    """Points for the places from `first` to `last`; they end after `points_days`, or never."""

    first: Annotated[int, Field(ge=1, le=PLACES_MAXIMUM)]
    last: Annotated[int, Field(ge=1, le=PLACES_MAXIMUM)]
    points: Points
    points_days: Days | None = 365

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.last < self.first:
            raise ValueError("a prize is for the places from the first to the last of them")
        return self


class LeaderboardDefinition(Frozen):
    """A board.

    - `operator`: of several activities of a member the sum counts, the largest one, or the newest one that is worth
      anything.
    - `ranking` of equal scores: who reached theirs first is ahead ("ordinal"), both have the same rank and the next one
      counts all before it ("competition": 1, 1, 3), or the next rank follows ("dense": 1, 1, 2).
    - `daily_cap`: no more of a member's day, in the program's zone, counts.
    - `settle_hours`: how long after its end a period still takes what happened within it, before it is frozen.
    - `prizes` are given `prize_hold_days` after that, to who was ranked in the segment of everybody.
    """

    title: Annotated[Title, AfterValidator(_plain)]
    description: Annotated[str, AfterValidator(_plain), Field(max_length=1_000)] = ""
    score: Score
    operator: Operator = "increment"
    period: PeriodKind = "all"
    seasons: Annotated[tuple[Season, ...], Field(max_length=SEASONS_MAXIMUM)] = ()
    ranking: Ranking = "ordinal"
    segments: Annotated[tuple[Segment, ...], Field(max_length=SEGMENTS_MAXIMUM)] = ()
    daily_cap: Annotated[int, Field(ge=1, le=POINTS_MAXIMUM)] | None = None
    settle_hours: Annotated[int, Field(ge=0, le=SETTLE_HOURS_MAXIMUM)] = 24
    prize_hold_days: Annotated[int, Field(ge=0, le=366)] = 14
    prizes: Annotated[tuple[Prize, ...], Field(max_length=PRIZES_MAXIMUM)] = ()
    quarantine: QuarantineRules | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _once("season", (season.handle for season in self.seasons))
        if any(CALENDAR_KEY.fullmatch(season.handle) for season in self.seasons):
            raise ValueError("a season is not called like a day, month or year, or all")
        _once("segment", (segment.key for segment in self.segments))
        if (self.period == "custom") != bool(self.seasons):
            raise ValueError("seasons are named where the period is custom, and nowhere else")
        if self.prizes and self.period == "all":
            raise ValueError("a board of all time never closes, so it has no prizes")
        if self.daily_cap is not None and self.operator != "increment":
            raise ValueError("a daily cap limits a sum, so it goes with the operator increment alone")
        days = isinstance(self.score, Counted) and self.score.counter.metric == "days"
        if days and (self.operator != "increment" or self.daily_cap is not None):
            raise ValueError("days are added up, one a day: they go with the operator increment and no daily cap")
        if _overlap((prize.first, prize.last) for prize in self.prizes):
            raise ValueError("two prizes are for one place")
        return self

    def to_json(self) -> str:
        """The definition as it is stored."""
        return self.model_dump_json()

    @property
    def segment_keys(self) -> tuple[str, ...]:
        """Every segment of the board, everybody first."""
        return (EVERYBODY, *(segment.key for segment in self.segments))

    def segment(self, key: str) -> Segment | None:
        """The segment of a key; None for that of everybody and for one that there is not."""
        return next((segment for segment in self.segments if segment.key == key), None)


class Period(NamedTuple):
    """A time that a board counts: from `starts_at` on and before `ends_at`, None where there is no such bound.

    Its key is `all`, `2026-11-01`, `2026-W45`, `2026-11`, `2026-Q4`, `2026`, or the handle of a season.
    """

    key: str
    starts_at: datetime | None
    ends_at: datetime | None


def _once(what: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Tally(names).items() if count > 1]
    if twice:
        raise ValueError(f"two of its {what}s are both {twice[0]}")


def _overlap(ranges: Iterable[tuple[int, int]]) -> bool:
    ordered = sorted(ranges)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(ordered))

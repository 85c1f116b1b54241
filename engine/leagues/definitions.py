"""What leagues there are and how one rises and falls in them: immutable, versioned data."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from engine.game.counters import Counter
from engine.leaderboards.definitions import SCORE_MAXIMUM, Prize
from engine.leaderboards.suspicion import QuarantineRules
from engine.rules.bounds import Frozen, Title

LEAGUES_MAXIMUM = 10
COHORT_MAXIMUM = 100
"""No league has larger cohorts: one is read, ranked and shown as a whole."""

Places = Annotated[int, Field(ge=0, le=COHORT_MAXIMUM)]


def _plain(text: str) -> str:
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise ValueError("holds a control character")
    return text.strip()


class LeagueStep(Frozen):
    """One league: of a full cohort so many rise and so many fall; the prizes are for places in each cohort."""

    title: Annotated[Title, AfterValidator(_plain)]
    promote: Places = 0
    demote: Places = 0
    prizes: Annotated[tuple[Prize, ...], Field(max_length=10)] = ()


class LeagueDefinition(Frozen):
    """Leagues, lowest first, each week played in cohorts of members alike; see `cohorts` and `placing`.

    - `counter` is what scores; points that were earned, not money, unless the merchant chooses otherwise.
    - `daily_cap`: no more of a member's day, in the program's zone, counts.
    - `settle_hours`: how long after its end a week still takes what happened within it. The next one's cohorts are
      formed then; who scores before that has their score from the week's beginning all the same.
    - `prizes` are given `prize_hold_days` after the close.
    """

    title: Annotated[Title, AfterValidator(_plain)]
    description: Annotated[str, AfterValidator(_plain), Field(max_length=1_000)] = ""
    leagues: Annotated[tuple[LeagueStep, ...], Field(min_length=1, max_length=LEAGUES_MAXIMUM)]
    counter: Counter = Counter(metric="points")
    cohort_minimum: Annotated[int, Field(ge=2, le=COHORT_MAXIMUM)] = 20
    cohort_maximum: Annotated[int, Field(ge=2, le=COHORT_MAXIMUM)] = 30
    daily_cap: Annotated[int, Field(ge=1, le=SCORE_MAXIMUM)] | None = None
    settle_hours: Annotated[int, Field(ge=0, le=72)] = 2
    prize_hold_days: Annotated[int, Field(ge=0, le=366)] = 14
    quarantine: QuarantineRules | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.cohort_maximum < self.cohort_minimum:
            raise ValueError("the largest cohort is not smaller than the smallest one")
        if self.leagues[-1].promote:
            raise ValueError("nobody rises from the highest league")
        if self.leagues[0].demote:
            raise ValueError("nobody falls from the lowest league")
        for step in self.leagues:
            if step.promote + step.demote > self.cohort_minimum:
                raise ValueError(f"more rise from and fall out of {step.title} than its smallest cohort has")
            places = sorted((prize.first, prize.last) for prize in step.prizes)
            if any(later[0] <= earlier[1] for earlier, later in pairwise(places)):
                raise ValueError(f"two prizes of {step.title} are for one place")
        return self

    @property
    def gives_points(self) -> bool:
        """Whether any place of any league has a prize."""
        return any(step.prizes for step in self.leagues)

    def to_json(self) -> str:
        """The definition as it is stored."""
        return self.model_dump_json()

    def clamped(self, league: int) -> int:
        """A league of another version, or the highest where this one has fewer."""
        return max(0, min(league, len(self.leagues) - 1))

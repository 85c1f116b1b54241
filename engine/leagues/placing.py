"""What a cohort's week ends in: who rises, who stays, who falls. Pure; the same for a week that still runs.

- Ranks go by score; of equal ones whoever reached it first is before, then the older member.
- Who scored nothing is unranked and takes nobody's place; so is an entry in quarantine.
- A cohort with fewer who scored than the league's minimum has its numbers cut by the same share, rounded down.
- Whoever has the score of the last who rises, rises too, at most three more. Nobody falls with the score of one who
  stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from engine.program import BEGINNING_OF_TIME

Outcome = Literal["promoted", "stayed", "demoted", "unranked", "withdrawn"]
State = Literal["playing", "held", "withdrawn"]
TIED_MAXIMUM = 3
"""How many more rise at most because they have the score of the last one who does."""


class Played(NamedTuple):
    """What a member of a cohort did: `reached_at` is when the last of it happened, None where the score is 0."""

    member_id: int
    score: int
    reached_at: datetime | None
    state: State = "playing"


class Placing(NamedTuple):
    """Where somebody came; only who scored and is not in quarantine has a rank, and no two have the same."""

    member_id: int
    score: int
    rank: int | None
    outcome: Outcome


class Cut(NamedTuple):
    """How many of how many rise and fall."""

    promote: int
    demote: int


def cut_of(promote: int, demote: int, minimum: int, ranked: int) -> Cut:
    """How many of a cohort with `ranked` members who scored rise and fall, before ties."""
    if ranked >= minimum:
        return Cut(promote, demote)
    return Cut(promote * ranked // minimum, demote * ranked // minimum)


def place_cohort(promote: int, demote: int, minimum: int, played: Iterable[Played]) -> tuple[Placing, ...]:
    """Where everybody of a cohort comes, the ranked ones first; `promote` and `demote` are those of a full cohort."""
    everybody = list(played)
    ranked = sorted((one for one in everybody if one.state == "playing" and one.score > 0), key=_order)
    cut = cut_of(promote, demote, minimum, len(ranked))
    rising = cut.promote + _tied_with_last([one.score for one in ranked], cut.promote)
    safe = len(ranked) - cut.demote
    found = [
        Placing(one.member_id, one.score, rank, _outcome(rank, rising, safe, ranked))
        for rank, one in enumerate(ranked, 1)
    ]
    others = sorted((one for one in everybody if one.state != "playing" or one.score <= 0), key=_order)
    return (
        *found,
        *(
            Placing(one.member_id, one.score, None, "withdrawn" if one.state == "withdrawn" else "unranked")
            for one in others
        ),
    )


def _outcome(rank: int, rising: int, safe: int, ranked: list[Played]) -> Outcome:
    if rank <= rising:
        return "promoted"
    if rank > safe and (safe == 0 or ranked[rank - 1].score < ranked[safe - 1].score):
        return "demoted"
    return "stayed"


def _tied_with_last(scores: list[int], rising: int) -> int:
    if rising == 0:
        return 0
    following = scores[rising : rising + TIED_MAXIMUM]
    return sum(score == scores[rising - 1] for score in following)


def _order(one: Played) -> tuple[int, datetime, int]:
    return -one.score, one.reached_at or BEGINNING_OF_TIME, one.member_id

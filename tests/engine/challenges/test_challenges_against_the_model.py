"""Challenges against a model that works everything out anew at every moment: any order of arrival, refunds, edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.challenges.definitions import ChallengeDefinition, ChallengeStep, Once
from engine.challenges.folding import fold_challenges
from engine.game.counters import Counter
from engine.game.facts import CHALLENGE_JOINED, CHALLENGE_LEFT, Game, GameFact, GameFacts, GameVersion
from engine.game.windows import Each, Unit
from engine.tiers.activities import Activity, Step
from tests.support.challenge_model import finished
from tests.support.searching import examples

START = datetime(2025, 12, 28, 5, tzinfo=UTC)
"""Days, weeks, months, a quarter and the year change soon after it."""
SPAN_HOURS = 200
COUNTERS = (
    Counter(metric="orders"), Counter(metric="spend", currency="USD"), Counter(metric="days"), Counter(metric="reviews")
)  # fmt: skip
hours = st.integers(0, SPAN_HOURS)


def _at(hours_later: int) -> datetime:
    return START + timedelta(hours=hours_later)


@st.composite
def definitions(draw: st.DrawFn, period: Once | Each) -> ChallengeDefinition:
    chosen = draw(st.lists(st.sampled_from(COUNTERS), min_size=1, max_size=3))
    steps = [
        ChallengeStep(
            handle=f"step-{number}",
            title="Step",
            counter=counter,
            target=Decimal(draw(st.integers(1, 3)) * (10 if counter.metric == "spend" else 1)),
        )
        for number, counter in enumerate(chosen)
    ]
    return ChallengeDefinition(
        title="Three things",
        steps=tuple(steps),
        order=draw(st.sampled_from(["any", "sequence"])),
        join=draw(st.sampled_from(["automatic", "joined"])),
        period=period,
        rollback=draw(st.booleans()),
    )


@st.composite
def activities(draw: st.DrawFn) -> tuple[Activity, ...]:
    found = []
    for number, at in enumerate(draw(st.lists(hours, max_size=9))):
        if draw(st.integers(0, 4)) == 0:
            found.append(Activity(1, "review", str(number), _at(at), None, (Step(_at(at), reviews=1),)))
            continue
        worth = draw(st.sampled_from([500, 1_000, 2_000]))
        steps = [Step(_at(at + draw(st.sampled_from([0, 0, 20]))), worth, worth // 100, 1)]
        for later in sorted(draw(st.lists(st.integers(1, 80), max_size=2, unique=True))):
            left = draw(st.sampled_from([0, 500, 1_500]))
            steps.append(Step(steps[0].at + timedelta(hours=later), left, left // 100, int(left > 0)))
        found.append(Activity(1, "order", str(number), _at(at), "USD", tuple(steps)))
    return tuple(found)


@st.composite
def joining(draw: st.DrawFn) -> tuple[GameFact, ...]:
    moments = sorted(draw(st.lists(hours, max_size=4, unique=True)))
    kinds = (CHALLENGE_JOINED, CHALLENGE_LEFT)
    return tuple(GameFact(kinds[turn % 2], 7, str(turn), _at(at)) for turn, at in enumerate(moments))


@st.composite
def games(draw: st.DrawFn) -> Game[ChallengeDefinition]:
    once = Once(
        starts_at=draw(st.sampled_from([None, _at(-10), _at(30)])),
        ends_at=draw(st.sampled_from([None, _at(90), _at(150)])),
    )
    units: tuple[Unit, ...] = ("day", "week", "month", "year")
    period = draw(st.just(once) | st.sampled_from(units).map(lambda unit: Each(unit=unit)))
    starts = sorted(draw(st.lists(st.integers(-20, 120), min_size=1, max_size=3)))
    versions = [GameVersion(number, _at(at), draw(definitions(period))) for number, at in enumerate(starts, 1)]
    archived_at = draw(st.sampled_from([None, None, _at(100)]))
    return Game(7, "challenge", "things", tuple(versions), archived_at)


@settings(max_examples=examples(250), deadline=None)
@given(games(), activities(), joining(), st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]), hours)
def test_any_history_finishes_what_the_model_says(
    game: Game[ChallengeDefinition], done: tuple[Activity, ...], told: tuple[GameFact, ...], zone: str, now: int,
) -> None:  # fmt: skip
    # given
    facts = GameFacts((game,), ZoneInfo(zone), START, done, told)
    moment = _at(now + 40)
    # when
    fold = fold_challenges(facts, moment)
    # then
    earned = {one.occasion: (one.version, one.earned_at, one.revoked_at) for one in fold.earned}
    assert earned == finished(game, facts, moment)
    assert len(earned) == len(fold.earned)
    shuffled = replace(facts, activities=tuple(reversed(done)), facts=tuple(reversed(told)))
    assert fold_challenges(shuffled, moment) == fold

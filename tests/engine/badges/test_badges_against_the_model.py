"""Badges over random histories are those of a brute-force model, in whatever order facts come."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.badges.definitions import BadgeDefinition, BadgeLevel
from engine.badges.folding import fold_badges
from engine.badges.progress import BadgeProgress
from engine.game.counters import Counter
from engine.game.facts import BADGE_GIVEN, BADGE_TAKEN, Game, GameFact, GameFacts, GameVersion
from engine.game.windows import Always, Between, Each, Last, Window
from engine.tiers.activities import Activity, Step
from tests.support.badge_model import Model
from tests.support.searching import examples

One = TypeVar("One")
NEW_YORK = ZoneInfo("America/New_York")
# Hours around the end of summer time, the end of a month and the end of a year, few enough that they often coincide.
MOMENTS = [
    datetime(2026, 10, 31, 20, tzinfo=UTC) + timedelta(hours=hours)
    for hours in (0, 8, 9, 32, 33, 57, 200, 500, 1_400, 1_448, 1_449, 1_450, 1_473, 1_500, 1_640)
]
moments = st.sampled_from(MOMENTS)
COUNTERS = [
    Counter(metric="orders"),
    Counter(metric="orders", test_orders=True, minimum_spend=Decimal(20), currency="USD"),
    Counter(metric="spend", currency="USD"),
    Counter(metric="events", sources=("custom:visit", "order")),
    Counter(metric="events"),
    Counter(metric="days", sources=("custom:visit", "order")),
    Counter(metric="reviews"),
]
WINDOWS: list[Window] = [
    Always(), Each(unit="day"), Each(unit="week"), Each(unit="month"), Each(unit="year"), Last(days=1), Last(days=3),
    Last(days=60), Between(starts_at=MOMENTS[1], ends_at=MOMENTS[9]),
]  # fmt: skip


@st.composite
def activities(draw: st.DrawFn, number: int) -> Activity:
    at = draw(moments)
    source = draw(st.sampled_from(["order", "order", "order", "test_order", "review", "custom:visit"]))
    if source == "review":
        return Activity(1, source, str(number), at, None, (Step(at, reviews=1, points=draw(st.integers(0, 1))),))
    if source == "custom:visit":
        return Activity(1, source, str(number), at, None, (Step(at),))
    spends = [draw(st.sampled_from([1_900, 2_500])), *draw(st.lists(st.sampled_from([0, 1_000, 2_100]), max_size=2))]
    times = sorted([at - timedelta(minutes=draw(st.integers(0, 1))), *(draw(moments) for _ in spends[1:])])
    steps = [Step(when, spend, spend // 100, int(spend > 0)) for when, spend in zip(times, spends, strict=True)]
    return Activity(1, source, str(number), at, draw(st.sampled_from(["USD", "USD", "EUR"])), tuple(steps))


@st.composite
def badges(draw: st.DrawFn, before: tuple[str, ...]) -> BadgeDefinition:
    if draw(st.integers(0, 9)) == 0:
        return BadgeDefinition(title="By hand", given_by_hand=True, levels=(BadgeLevel(),) * draw(st.integers(1, 2)))
    counter, window = draw(st.sampled_from(COUNTERS)), draw(st.sampled_from(WINDOWS))
    repeats = ["once", "once"]
    repeats += ["each_window"] if isinstance(window, Each) else []
    repeats += ["on_completion"] if not isinstance(window, Last) else []
    unit = 20 if counter.metric == "spend" else 1
    targets = sorted(draw(st.sets(st.integers(1, 4), min_size=1, max_size=3)))
    return BadgeDefinition.model_validate(
        {
            "title": "Badge",
            "counter": counter,
            "window": window,
            "recurrence": draw(st.sampled_from(repeats)),
            "levels": [BadgeLevel(target=Decimal(target * unit)) for target in targets],
            "after": draw(st.sampled_from([(), (), before])),
            "retroactive": draw(st.booleans()),
            "rollback": draw(st.sampled_from([True, True, False])),
        }
    )


@st.composite
def games(draw: st.DrawFn, number: int, before: tuple[str, ...]) -> Game[BadgeDefinition]:
    starts = sorted(draw(st.lists(moments, min_size=1, max_size=3)))
    definitions = [draw(badges(before)) for _ in starts]
    if len(starts) > 1 and draw(st.booleans()):  # an edit of the words alone
        definitions[1] = definitions[0].model_copy(update={"title": "Renamed"})
    versions = tuple(GameVersion(index, *one) for index, one in enumerate(zip(starts, definitions, strict=True), 1))
    return Game(number, "badge", f"b{number}", versions, draw(st.sampled_from([None, None, MOMENTS[12]])))


@st.composite
def histories(draw: st.DrawFn) -> GameFacts:
    every = [draw(games(1, ())), draw(games(2, ("b1",)))]
    did = [draw(activities(number)) for number in range(draw(st.integers(0, 8)))]
    told = [
        GameFact(
            draw(st.sampled_from([BADGE_GIVEN, BADGE_TAKEN])), draw(st.integers(1, 2)), str(number), draw(moments),
            {"level": draw(st.integers(1, 3))},
        )
        for number in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    return GameFacts(tuple(every), NEW_YORK, MOMENTS[0], tuple(did), tuple(told))


@settings(max_examples=examples(100), deadline=None)
@given(histories(), st.sampled_from([*MOMENTS[7:], datetime(2027, 6, 1, tzinfo=UTC)]), st.randoms())
def test_over_any_history_the_fold_is_the_model(facts: GameFacts, now: datetime, chance: random.Random) -> None:
    fold = fold_badges(facts, now)
    found = [(one.handle, one.level, one.occasion, one.version, one.earned_at, one.revoked_at) for one in fold.earned]
    model = Model(facts, now)
    assert sorted(found, key=_known) == sorted(model.earned(), key=_known)
    for progress in fold.progress:
        game = next(one for one in facts.games if one.handle == progress.handle)
        _check(progress, game.versions[progress.version - 1].definition, model.value(progress.handle))

    shuffled = GameFacts(
        _shuffled(facts.games, chance), facts.zone, facts.joined_at, _shuffled(facts.activities, chance),
        _shuffled(facts.facts, chance),
    )  # fmt: skip
    again = fold_badges(shuffled, now)
    assert again.earned == fold.earned
    assert sorted(again.progress, key=lambda one: one.handle) == sorted(fold.progress, key=lambda one: one.handle)
    assert again.review_at == fold.review_at


@settings(max_examples=60, deadline=None)
@given(histories(), moments)
def test_until_the_next_review_time_alone_changes_nothing(facts: GameFacts, now: datetime) -> None:
    fold = fold_badges(facts, now)
    if fold.review_at is not None:
        assert fold.review_at > now
        assert fold_badges(facts, fold.review_at - timedelta(microseconds=1)).earned == fold.earned
    else:
        assert fold_badges(facts, now + timedelta(days=4_000)).earned == fold.earned


def _check(progress: BadgeProgress, definition: BadgeDefinition, counted: int) -> None:
    """What is left to do is what the next level takes, less what is counted since the last completion."""
    assert definition.counter is not None
    value, target = (definition.counter.units(one) if one else 0 for one in (progress.value, progress.target))
    assert value == counted % (definition.targets[-1] if definition.recurrence == "on_completion" else 10**9)
    level = progress.next_level
    assert target == definition.targets[level - 1 if level is not None else -1]
    missing = max(0, target - value) if level is not None else 0
    assert progress.missing == definition.counter.amount(missing)


def _known(one: tuple[str, int, str, int, datetime, datetime | None]) -> tuple[str, int, str]:
    return one[:3]


def _shuffled(some: tuple[One, ...], chance: random.Random) -> tuple[One, ...]:
    mixed = list(some)
    chance.shuffle(mixed)
    return tuple(mixed)

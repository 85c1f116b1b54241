"""What earns a badge, what takes it back, and what stays: each rule by an example with exact moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.badges.definitions import BadgeDefinition, BadgeLevel
from engine.badges.folding import BadgeFold, fold_badges
from engine.badges.progress import BadgeProgress
from engine.game.counters import Counter
from engine.game.facts import BADGE_GIVEN, BADGE_TAKEN, Game, GameFact, GameFacts, GameVersion
from engine.game.windows import Between, Each, Last
from engine.program import BEGINNING_OF_TIME
from engine.tiers.activities import Activity, Step

START = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
NEW_YORK = ZoneInfo("America/New_York")
ORDERS = Counter(metric="orders")


def _at(days: float) -> datetime:
    return START + timedelta(days=days)


def _order(number: int, days: float, *, refunded: float | None = None, spend: int = 2_500) -> Activity:
    steps = [Step(_at(days), spend_minor=spend, points=25, orders=1)]
    if refunded is not None:
        steps.append(Step(_at(refunded)))
    return Activity(1, "order", str(number), _at(days), "USD", tuple(steps))


def _badge(**changes: Any) -> BadgeDefinition:
    return BadgeDefinition(**{"title": "Regular", "counter": ORDERS, **changes})


def _levels(*targets: int) -> tuple[BadgeLevel, ...]:
    return tuple(BadgeLevel(name=f"L{target}", target=Decimal(target), points=target) for target in targets)


def _game(
    *versions: tuple[float | datetime, BadgeDefinition], number: int = 1, handle: str = "regular",
    archived_at: datetime | None = None,
) -> Game[BadgeDefinition]:  # fmt: skip
    published = tuple(
        GameVersion(index, since if isinstance(since, datetime) else _at(since), definition)
        for index, (since, definition) in enumerate(versions, 1)
    )
    return Game(number, "badge", handle, published, archived_at)


def _fold(
    games: Game[Any] | tuple[Game[Any], ...], *activities: Activity, now: float = 400,
    facts: tuple[GameFact, ...] = (), zone: ZoneInfo = NEW_YORK,
) -> BadgeFold:  # fmt: skip
    every = games if isinstance(games, tuple) else (games,)
    return fold_badges(GameFacts(every, zone, START, activities, facts), _at(now))


def _earned(fold: BadgeFold) -> list[tuple[int, str, int, datetime, datetime | None]]:
    return [(one.level, one.occasion, one.version, one.earned_at, one.revoked_at) for one in fold.earned]


def _way(progress: BadgeProgress) -> tuple[int, ...]:
    """Value, target and what is missing, which are whole here."""
    return int(progress.value), int(progress.target), int(progress.missing)


def _hand(kind: str, days: float, **detail: int) -> GameFact:
    return GameFact(kind, 1, f"{kind} {days}", _at(days), detail)


def test_given_three_levels_then_each_is_earned_by_the_order_that_reaches_it() -> None:
    fold = _fold(_game((0, _badge(levels=_levels(1, 3, 10)))), *[_order(one, one) for one in range(4)])
    assert _earned(fold) == [(1, "", 1, _at(0), None), (2, "", 1, _at(2), None)]
    assert [(one.title, one.points) for one in fold.earned] == [("Regular · L1", 1), ("Regular · L3", 3)]
    progress = fold.progress[0]
    assert (progress.level, progress.next_level, *_way(progress)) == (2, 3, 4, 10, 6)
    assert (progress.times, progress.locked_by, fold.review_at) == (1, (), None)


def test_when_the_order_is_refunded_then_the_badge_is_lost_then_and_comes_again_with_the_next_one() -> None:
    one = _order(1, 0, refunded=5)
    assert _earned(_fold(_game((0, _badge())), one)) == [(1, "", 1, _at(0), _at(5))]
    assert _earned(_fold(_game((0, _badge())), one, now=4)) == [(1, "", 1, _at(0), None)]
    assert _earned(_fold(_game((0, _badge())), one, _order(2, 9))) == [(1, "", 1, _at(9), None)]
    assert _earned(_fold(_game((0, _badge())), one, _order(2, 5))) == [(1, "", 1, _at(0), None)], "at one instant"


def test_given_a_badge_without_rollback_then_a_refund_takes_nothing() -> None:
    fold = _fold(_game((0, _badge(rollback=False))), _order(1, 0, refunded=5))
    assert _earned(fold) == [(1, "", 1, _at(0), None)]
    assert _way(fold.progress[0]) == (0, 1, 0)


def test_only_a_retroactive_badge_counts_what_was_done_before_it_and_then_from_when_it_was_done() -> None:
    orders = [_order(one, one) for one in range(3)]
    assert _earned(_fold(_game((1, _badge(levels=_levels(3)))), *orders)) == []
    assert _earned(_fold(_game((1, _badge(levels=_levels(2)))), *orders)) == [(1, "", 1, _at(2), None)]
    assert _earned(_fold(_game((9, _badge(levels=_levels(2), retroactive=True))), *orders)) == [
        (1, "", 1, _at(1), None)
    ]
    assert _earned(_fold(_game((9, _badge(retroactive=True))), *orders, now=8)) == [], "it does not decide yet"


def test_when_it_is_edited_then_what_was_earned_keeps_its_version_and_counting_goes_on() -> None:
    easier = _badge(title="Frequent", levels=_levels(2, 3))
    game = _game((0, _badge(levels=_levels(2, 9))), (10, easier))
    assert _earned(_fold(game, *[_order(one, one) for one in range(4)])) == [
        (1, "", 1, _at(1), None),
        (2, "", 2, _at(10), None),
    ]
    late = _fold(game, _order(1, 0), _order(2, 11), now=12)
    assert [(one.title, one.version, one.earned_at) for one in late.earned] == [("Frequent · L2", 2, _at(11))]


def test_when_another_thing_is_counted_then_counting_begins_anew_but_nothing_comes_twice() -> None:
    game = _game((0, _badge()), (10, _badge(counter=Counter(metric="reviews"), levels=_levels(1, 2))))
    reviews = [Activity(1, "review", str(day), _at(day), None, (Step(_at(day), reviews=1),)) for day in (5, 11, 12)]
    assert _earned(_fold(game, _order(1, 1), *reviews)) == [(1, "", 1, _at(1), None), (2, "", 2, _at(12), None)]


def test_given_a_version_that_is_to_come_then_time_alone_will_change_it() -> None:
    game = _game((0, _badge(levels=_levels(9))), (20, _badge(levels=_levels(1))))
    assert _fold(game, _order(1, 1), now=15).review_at == _at(20)
    assert _earned(_fold(game, _order(1, 1), now=20)) == [(1, "", 2, _at(20), None)]


def test_when_it_is_archived_then_nothing_new_is_earned_and_a_refund_still_takes() -> None:
    game = _game((0, _badge(levels=_levels(1, 2))), archived_at=_at(10))
    fold = _fold(game, _order(1, 1, refunded=20), _order(2, 12))
    assert _earned(fold) == [(1, "", 1, _at(1), None)]
    assert fold.progress == ()
    assert _earned(_fold(game, _order(1, 1, refunded=20))) == [(1, "", 1, _at(1), _at(20))]


def test_given_months_of_the_programs_zone_then_an_order_just_before_midnight_counts_for_the_old_one() -> None:
    badge = _badge(levels=_levels(2), window=Each(unit="month"), recurrence="each_window", retroactive=True)
    game, new_year = _game((0, badge)), datetime(2027, 1, 1, 5, tzinfo=UTC)
    days = [(new_year - START) / timedelta(days=1) + offset for offset in (-0.5, -0.0001, 0.0, 0.5)]
    fold = _fold(game, *[_order(index, day) for index, day in enumerate(days)])
    assert [(one.occasion, one.earned_at) for one in fold.earned] == [
        ("2026-12-01", _at(days[1])),
        ("2027-01-01", _at(days[3])),
    ]
    progress = _fold(game, _order(1, days[2]), now=days[3]).progress[0]
    assert (*_way(progress), progress.window_ends_at) == (1, 2, 1, datetime(2027, 2, 1, 5, tzinfo=UTC))


def test_given_days_when_the_clocks_change_then_the_day_of_25_hours_is_one_day() -> None:
    badge = _badge(counter=Counter(metric="days"), levels=_levels(2), window=Last(days=2))
    first = datetime(2026, 11, 1, 4, tzinfo=UTC)  # midnight in New York; the clocks go back two hours later
    days = [(first - START) / timedelta(days=1) + hours / 24 for hours in (0, 24.9, 48.9)]
    game = _game((0, badge))
    assert _earned(_fold(game, _order(1, days[0]), _order(2, days[1]))) == []
    assert _earned(_fold(game, _order(1, days[0]), _order(2, days[2]))) == [(1, "", 1, _at(days[2]), None)]


def test_given_the_last_30_days_then_time_takes_nothing_but_the_refund_of_one_of_them_does() -> None:
    game = _game((0, _badge(levels=_levels(2), window=Last(days=30))))
    assert _earned(_fold(game, _order(1, 0), _order(2, 30))) == []
    assert _earned(_fold(game, _order(1, 0), _order(2, 29))) == [(1, "", 1, _at(29), None)]
    lost = _fold(game, _order(1, 0, refunded=40), _order(2, 29))
    assert _earned(lost) == [(1, "", 1, _at(29), _at(40))]
    assert lost.progress[0].value == 0
    assert _earned(_fold(game, _order(1, 0, refunded=40), _order(2, 29), _order(3, 31))) == [(1, "", 1, _at(29), None)]


def test_given_a_fixed_time_then_only_what_was_done_in_it_counts() -> None:
    game = _game((0, _badge(levels=_levels(2), window=Between(starts_at=_at(10), ends_at=_at(20)))))
    assert _earned(_fold(game, _order(1, 9), _order(2, 10), _order(3, 20))) == []
    assert _earned(_fold(game, _order(1, 10), _order(2, 19.99))) == [(1, "", 1, _at(19.99), None)]


def test_given_a_badge_again_and_again_then_each_completion_is_one_occasion() -> None:
    game = _game((0, _badge(levels=_levels(1, 3), recurrence="on_completion")))
    fold = _fold(game, *[_order(one, one) for one in range(4)], _order(9, 5, refunded=8))
    assert _earned(fold) == [
        (1, "1", 1, _at(0), None),
        (2, "1", 1, _at(2), None),
        (1, "2", 1, _at(3), None),
    ]
    progress = fold.progress[0]
    assert (*_way(progress), progress.next_level, progress.times) == (1, 3, 2, 2, 2)


def test_given_a_badge_that_comes_after_another_then_both_are_needed() -> None:
    first = _game((0, _badge()), number=1, handle="first")
    second = _game((0, _badge(counter=Counter(metric="reviews"), after=("first",))), number=2, handle="second")
    review = Activity(1, "review", "1", _at(1), None, (Step(_at(1), reviews=1),))
    locked = _fold((second, first), review)
    assert (_earned(locked), locked.progress[0].locked_by) == ([], ("first",))
    fold = _fold((second, first), review, _order(1, 3, refunded=7))
    assert [(one.handle, one.earned_at, one.revoked_at) for one in fold.earned] == [
        ("first", _at(3), _at(7)),
        ("second", _at(3), _at(7)),
    ]


def test_when_staff_give_a_badge_then_it_is_held_until_they_take_it() -> None:
    game = _game((0, BadgeDefinition(title="Founder", given_by_hand=True, levels=(BadgeLevel(), BadgeLevel()))))
    given, taken = _hand(BADGE_GIVEN, 3, level=2), _hand(BADGE_TAKEN, 5, level=2)
    assert _earned(_fold(game, facts=(given,))) == [(1, "", 1, _at(3), None), (2, "", 1, _at(3), None)]
    assert _earned(_fold(game, facts=(taken, given))) == [(1, "", 1, _at(3), None), (2, "", 1, _at(3), _at(5))]
    assert _fold(game, facts=(given,)).progress == ()
    assert _fold(game, facts=(given,), now=2).review_at == _at(3)


def test_when_staff_take_what_was_earned_then_counting_does_not_bring_it_back_but_giving_does() -> None:
    game = _game((0, _badge()))
    orders = _order(1, 0), _order(2, 9)
    taken = _hand(BADGE_TAKEN, 5)
    assert _earned(_fold(game, *orders, facts=(taken,))) == [(1, "", 1, _at(0), _at(5))]
    assert _earned(_fold(game, *orders, facts=(taken, _hand(BADGE_GIVEN, 8)))) == [(1, "", 1, _at(8), None)]
    assert _earned(_fold(game, _order(2, 9), facts=(taken,))) == [(1, "", 1, _at(9), None)], "nothing was there to take"


def test_when_staff_give_what_was_earned_then_a_refund_does_not_take_it() -> None:
    fold = _fold(_game((0, _badge())), _order(1, 0, refunded=9), facts=(_hand(BADGE_GIVEN, 4),))
    assert _earned(fold) == [(1, "", 1, _at(0), None)]


def test_given_the_first_paid_order_counts_from_the_beginning_then_imports_of_old_orders_earn_it() -> None:
    game = _game((BEGINNING_OF_TIME, _badge()))
    assert _earned(_fold(game, _order(1, -800))) == [(1, "", 1, _at(-800), None)]

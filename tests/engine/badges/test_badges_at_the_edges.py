"""Badges where two things meet: an edit and a refund, two windows, a prerequisite and the end of a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.badges.definitions import BadgeDefinition, BadgeLevel
from engine.badges.folding import fold_badges
from engine.game.counters import Counter
from engine.game.facts import BADGE_GIVEN, BADGE_TAKEN, Game, GameFact, GameFacts, GameVersion
from engine.game.windows import Between, Each, Last
from engine.tiers.activities import Activity, Step

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = 31.0
Told = tuple[str, str, int, datetime, datetime | None]


def _at(days: float) -> datetime:
    return MARCH + timedelta(days=days)


def _order(number: int, days: float, *, refunded: float | None = None) -> Activity:
    steps = [Step(_at(days), spend_minor=2_500, orders=1)] + ([Step(_at(refunded))] if refunded is not None else [])
    return Activity(1, "order", str(number), _at(days), "USD", tuple(steps))


def _badge(target: int = 1, **changes: Any) -> BadgeDefinition:
    levels = (BadgeLevel(target=Decimal(target)),)
    return BadgeDefinition(**{"title": "Badge", "counter": Counter(metric="orders"), "levels": levels, **changes})


def _game(*versions: tuple[float, BadgeDefinition], number: int = 1) -> Game[BadgeDefinition]:
    published = tuple(GameVersion(index, _at(since), one) for index, (since, one) in enumerate(versions, 1))
    return Game(number, "badge", f"b{number}", published)


def _earned(
    games: Game[Any] | tuple[Game[Any], ...], *activities: Activity, facts: tuple[GameFact, ...] = ()
) -> list[Told]:
    every = games if isinstance(games, tuple) else (games,)
    fold = fold_badges(GameFacts(every, ZoneInfo("UTC"), MARCH, activities, facts), _at(400))
    return [(one.handle, one.occasion, one.version, one.earned_at, one.revoked_at) for one in fold.earned]


def test_when_a_renamed_badge_is_refunded_then_it_is_lost_by_the_version_it_was_earned_by() -> None:
    game = _game((0, _badge()), (5, _badge(title="Renamed")))
    assert _earned(game, _order(1, 1, refunded=9)) == [("b1", "", 1, _at(1), _at(9))]


def test_when_a_badge_again_and_again_is_renamed_then_its_times_are_counted_on_and_by_another_count_anew() -> None:
    again = _badge(recurrence="on_completion")
    orders = _order(1, 1), _order(2, 6)
    renamed = _game((0, again), (5, again.model_copy(update={"title": "Renamed"})))
    assert [(occasion, version) for _, occasion, version, _, _ in _earned(renamed, *orders)] == [("1", 1), ("2", 2)]
    days = again.model_copy(update={"counter": Counter(metric="days")})
    anew = _earned(_game((0, again), (5, days)), *orders)
    assert [(occasion, version) for _, occasion, version, _, _ in anew] == [("1", 1), ("v2-1", 2)]


def test_given_the_last_days_then_a_refund_of_an_order_that_is_too_old_changes_nothing() -> None:
    game = _game((0, _badge(2, window=Last(days=3))))
    assert _earned(game, _order(1, 0, refunded=9), _order(2, 3), _order(3, 3.1)) == [("b1", "", 1, _at(3.1), None)]
    game = _game((0, _badge(3, window=Last(days=3))))
    assert _earned(game, *[_order(day, day) for day in (0, 5, 6, 7)]) == [("b1", "", 1, _at(7), None)]


def test_given_months_when_the_next_one_is_met_as_the_last_is_refunded_then_it_was_held_all_along() -> None:
    game = _game((0, _badge(window=Each(unit="month"))))
    assert _earned(game, _order(1, 3, refunded=40), _order(2, 40)) == [("b1", "", 1, _at(3), None)]


def test_given_a_badge_for_each_month_then_the_one_before_it_has_to_be_earned_within_the_month() -> None:
    monthly = _badge(window=Each(unit="month"), recurrence="each_window", after=("b1",))
    review = Counter(metric="reviews")
    games = _game((0, _badge(counter=review))), _game((0, monthly), number=2)
    for reviewed, months in ((APRIL - 0.01, ["2026-03-01"]), (APRIL, []), (APRIL + 9, [])):
        one = Activity(1, "review", "1", _at(reviewed), None, (Step(_at(reviewed), reviews=1),))
        found = _earned(games, _order(1, 3), one)
        assert [occasion for handle, occasion, *_ in found if handle == "b2"] == months


def test_given_a_fixed_time_that_began_before_the_badge_then_it_counts_from_the_badge_on() -> None:
    window = Between(starts_at=_at(0), ends_at=_at(20))
    assert _earned(_game((5, _badge(window=window))), _order(1, 1)) == []
    assert _earned(_game((5, _badge(window=window))), _order(1, 5)) == [("b1", "", 1, _at(5), None)]


def test_what_staff_give_and_take_at_one_instant_was_never_held() -> None:
    facts = tuple(GameFact(kind, 1, kind, _at(3), {"level": 1}) for kind in (BADGE_TAKEN, BADGE_GIVEN))
    assert _earned(_game((0, _badge())), facts=facts) == []

"""What a shop starts with works at once, gives no points, and is sound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.badges.artwork import is_artwork
from engine.badges.defaults import starter_badges
from engine.badges.folding import fold_badges
from engine.game.facts import Game, GameFacts, GameVersion
from engine.levels.defaults import starter_levels
from engine.levels.folding import fold_levels
from engine.program import BEGINNING_OF_TIME
from engine.tiers.activities import Activity, Step

AT = datetime(2026, 5, 4, 15, tzinfo=UTC)


def _facts(*activities: Activity, test_orders: bool = False) -> GameFacts:
    badges = [
        Game(number, "badge", handle, (GameVersion(1, BEGINNING_OF_TIME, definition),))
        for number, (handle, definition) in enumerate(starter_badges(test_orders=test_orders), 1)
    ]
    levels = starter_levels(test_orders=test_orders)
    leveled = Game(99, "levels", "levels", (GameVersion(1, BEGINNING_OF_TIME, levels),))
    return GameFacts((*badges, leveled), ZoneInfo("America/New_York"), AT, activities)


def _order(days: int, source: str = "order") -> Activity:
    at = AT + timedelta(days=days)
    return Activity(1, source, str(days), at, "USD", (Step(at, 4_000, 40, 1),))


def test_given_a_first_order_then_there_is_its_badge_and_a_step_to_the_next_level() -> None:
    facts, now = _facts(_order(0)), AT + timedelta(days=1)
    badges = fold_badges(facts, now)
    levels = fold_levels(facts, badges.earned, now)
    assert [(one.handle, one.earned_at, one.points) for one in badges.earned] == [("first-order", AT, 0)]
    assert (levels.standing.experience, levels.standing.level, levels.standing.title) == (70, 1, "Newcomer")
    assert (levels.standing.next_title, levels.standing.missing, levels.earned) == ("Explorer", 30, ())


def test_given_orders_on_three_days_of_a_week_then_a_hidden_badge_comes_to_light() -> None:
    earned = fold_badges(_facts(_order(0), _order(3), _order(6)), AT + timedelta(days=9)).earned
    assert [one.title for one in earned] == ["First order", "Regular · Bronze", "Hat trick"]


def test_orders_placed_to_try_the_shop_out_count_only_where_that_is_said() -> None:
    tried, now = _order(0, "test_order"), AT + timedelta(days=1)
    assert fold_badges(_facts(tried), now).earned == ()
    assert [one.handle for one in fold_badges(_facts(tried, test_orders=True), now).earned] == ["first-order"]


def test_no_badge_or_level_gives_points_and_each_has_its_picture() -> None:
    definitions = [definition for _, definition in starter_badges()]
    assert not any(one.gives_points for one in definitions)
    assert not starter_levels().gives_points
    assert all(is_artwork(one.artwork) for one in definitions)
    assert len({one.artwork for one in definitions}) == len(definitions)

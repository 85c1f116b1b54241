"""Experience and levels: what gives them, what a refund takes, and what a new version leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.game.counters import Counter
from engine.game.facts import Game, GameFacts, GameVersion
from engine.game.standing import Earned
from engine.levels.definitions import ExperienceRule, LevelsDefinition, LevelStep
from engine.levels.folding import LevelFold, LevelStanding, fold_levels
from engine.tiers.activities import Activity, Step

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPEND = ExperienceRule(counter=Counter(metric="spend", currency="USD"), factor=Decimal("0.5"))


def _at(days: float) -> datetime:
    return START + timedelta(days=days)


def _levels(*thresholds: int, points: int = 0) -> LevelsDefinition:
    steps = (
        LevelStep(title=f"From {threshold}", threshold=threshold, points=points if threshold else 0)
        for threshold in thresholds
    )
    return LevelsDefinition(experience=(SPEND,), levels=tuple(steps))


def _spent(number: int, days: float, minor: int, refunded: float | None = None) -> Activity:
    steps = [Step(_at(days), minor, 0, 1)] + ([Step(_at(refunded))] if refunded is not None else [])
    return Activity(1, "order", str(number), _at(days), "USD", tuple(steps))


def _badge(experience: int, days: float, revoked: float | None = None) -> Earned:
    lost = _at(revoked) if revoked is not None else None
    return Earned(8, "badge", "b", "B", 1, "", 1, _at(days), lost, experience=experience)


def _fold(
    *activities: Activity, versions: tuple[tuple[float, LevelsDefinition], ...] = ((0, _levels(0, 10, 50)),),
    earned: tuple[Earned, ...] = (), now: float = 100, archived: float | None = None,
) -> LevelFold:  # fmt: skip
    published = tuple(GameVersion(index, _at(since), one) for index, (since, one) in enumerate(versions, 1))
    game = Game(9, "levels", "levels", published, _at(archived) if archived is not None else None)
    return fold_levels(GameFacts((game,), ZoneInfo("UTC"), START, activities), earned, _at(now))


def _reached(fold: LevelFold) -> list[tuple[int, int, datetime, datetime | None]]:
    return [(one.level, one.version, one.earned_at, one.revoked_at) for one in fold.earned]


def test_experience_is_rounded_down_once_for_each_rule_and_not_for_each_order() -> None:
    fold = _fold(_spent(1, 1, 1_999), _spent(2, 2, 1), _spent(3, 3, 199))
    assert fold.standing == LevelStanding(10, 2, "From 10", "From 50", 40, 10, 50, 9)
    assert _reached(fold) == [(2, 1, _at(2), None)]


def test_given_a_badge_then_its_experience_counts_from_when_it_was_earned_until_it_is_lost() -> None:
    fold = _fold(_spent(1, 1, 1_000), earned=(_badge(45, 3, revoked=7),))
    assert _reached(fold) == [(2, 1, _at(3), _at(7)), (3, 1, _at(3), _at(7))]
    assert (fold.standing.experience, fold.standing.level) == (5, 1)
    assert _fold(earned=(_badge(45, 3, revoked=7),), now=6).standing.experience == 45


def test_given_a_first_level_that_takes_experience_then_there_is_none_before_it_and_it_is_reached() -> None:
    none = _fold(_spent(1, 1, 1_000), versions=((0.0, _levels(10, 20)),))
    assert (none.standing, none.earned) == (LevelStanding(5, 0, None, "From 10", 5, 0, 10, 9), ())
    assert _reached(_fold(_spent(1, 1, 2_000), versions=((0.0, _levels(10, 20)),))) == [(1, 1, _at(1), None)]


def test_when_all_is_refunded_then_levels_and_their_points_are_gone_and_come_again() -> None:
    versions = ((0.0, _levels(0, 10, points=7)),)
    lost = _fold(_spent(1, 1, 2_000, refunded=5), versions=versions)
    assert [(one.points, one.revoked_at) for one in lost.earned] == [(7, _at(5))]
    again = _fold(_spent(1, 1, 2_000, refunded=5), _spent(2, 9, 2_000), versions=versions)
    assert _reached(again) == [(2, 1, _at(9), None)]


def test_given_harder_levels_then_who_reached_one_keeps_it_and_the_next_is_counted_by_the_new_ones() -> None:
    versions = ((0.0, _levels(0, 10, 50)), (10.0, _levels(0, 40, 90)))
    fold = _fold(_spent(1, 1, 2_000), _spent(2, 20, 2_000), versions=versions)
    assert _reached(fold) == [(2, 1, _at(1), None)]
    assert fold.standing == LevelStanding(20, 2, "From 10", "From 90", 70, 10, 90, 9)


def test_given_easier_levels_then_they_are_reached_when_they_come_into_force() -> None:
    versions = ((0.0, _levels(0, 100)), (10.0, _levels(0, 10)))
    assert _fold(_spent(1, 1, 2_000), versions=versions, now=9).review_at == _at(10)
    assert _reached(_fold(_spent(1, 1, 2_000), versions=versions)) == [(2, 2, _at(10), None)]


def test_given_no_levels_or_archived_ones_then_experience_is_still_told() -> None:
    alone = fold_levels(GameFacts((), ZoneInfo("UTC"), START), (_badge(45, 3),), _at(9))
    assert alone == LevelFold((), LevelStanding(45, 0, None, None, None), None)
    archived = _fold(_spent(1, 1, 2_000), earned=(_badge(45, 30),), archived=20)
    assert _reached(archived) == [(2, 1, _at(1), None)]
    assert (archived.standing.level, archived.standing.title) == (0, None)

"""What keeps a streak, what holds it, what breaks it, and what its lengths give: each rule by an example."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.game.counters import Counter
from engine.game.facts import STREAK_PAUSED, STREAK_REPAIRED, Game, GameFact, GameFacts, GameVersion
from engine.streaks.definitions import Milestone, StreakDefinition, TierFreezes
from engine.streaks.folding import StreakFold, fold_streaks
from engine.streaks.standing import StreakStanding
from engine.tiers.activities import Activity, Step

UTC_ZONE = ZoneInfo("UTC")
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""Noon of a Monday; day 0 of what follows."""


def _at(days: float) -> datetime:
    return START + timedelta(days=days)


def _order(days: float, *, refunded: float | None = None) -> Activity:
    steps = [Step(_at(days), spend_minor=2_500, points=25, orders=1)]
    if refunded is not None:
        steps.append(Step(_at(refunded)))
    return Activity(1, "order", f"{days}", _at(days), "USD", tuple(steps))


def _orders(*days: float) -> tuple[Activity, ...]:
    return tuple(_order(day) for day in days)


def _daily(**more: Any) -> StreakDefinition:
    given = {
        "title": "Days",
        "counter": Counter(metric="orders"),
        "unit": "day",
        "freezes_maximum": 0,
        "repair_hours": 0,
    }
    return StreakDefinition(**{**given, **more})


def _game(*versions: tuple[float, StreakDefinition], archived: float | None = None) -> Game[StreakDefinition]:
    published = tuple(GameVersion(number, _at(at), one) for number, (at, one) in enumerate(versions, 1))
    return Game(5, "streak", "days", published, _at(archived) if archived is not None else None)


def _fold(
    streak: StreakDefinition | Game[StreakDefinition], *activities: Activity, now: float,
    told: tuple[GameFact, ...] = (), tiers: tuple[tuple[datetime, str], ...] = (),
) -> StreakFold:  # fmt: skip
    game = streak if isinstance(streak, Game) else _game((-10, streak))
    return fold_streaks(GameFacts((game,), UTC_ZONE, START, activities, told, (), tiers), _at(now))


def _standing(*given: Any, **more: Any) -> StreakStanding:
    (found,) = _fold(*given, **more).standings
    return found


def _states(standing: StreakStanding) -> str:
    return " ".join(one.state for one in standing.history)


def test_units_in_a_row_make_a_streak_and_a_missed_one_breaks_it() -> None:
    # given
    history = _orders(0, 0.1, 1, 2)
    # then it lives until the day after the last one is over
    alive = _standing(_daily(), *history, now=3.4)
    assert (alive.length, alive.best, alive.started_on, alive.unit_done) == (3, 3, date(2026, 3, 2), False)
    assert (alive.ends_at, alive.unit_ends_at) == (datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    assert _states(alive) == "done done done open"
    broken = _standing(_daily(), *history, now=4)
    assert (broken.length, broken.best, broken.started_on, broken.ends_at) == (0, 3, None, None)
    # and what is done then begins a new one
    again = _standing(_daily(), *history, *_orders(4), now=4)
    assert (again.length, again.best, again.started_on) == (1, 3, date(2026, 3, 6))
    assert (_states(again), again.ends_at) == ("done done done missed done", datetime(2026, 3, 8, tzinfo=UTC))


def test_a_unit_takes_as_much_as_is_asked_for() -> None:
    # given
    spending = _daily(counter=Counter(metric="spend", currency="USD"), per_unit=Decimal("40"))
    # then
    half = _standing(spending, _order(0), now=0.1)
    assert (half.length, half.unit_done, half.missing) == (0, False, Decimal("15.00"))
    full = _standing(spending, _order(0), _order(0.1), now=0.1)
    assert (full.length, full.unit_done, full.missing) == (1, True, Decimal("0.00"))


def test_freezes_are_used_by_themselves_and_earned_by_what_was_kept() -> None:
    # given gold members begin with one, and every third unit earns one, two at most
    streak = _daily(freezes_maximum=2, freeze_every=3, freezes_by_tier=(TierFreezes(tier="gold", freezes=1),))
    gold = ((_at(-5), "gold"),)
    # then
    assert _standing(streak, *_orders(0), now=0, tiers=gold).freezes == 1
    assert _standing(streak, *_orders(0), now=0, tiers=((_at(-5), "silver"),)).freezes == 0
    frozen = _standing(streak, *_orders(0, 2), now=2, tiers=gold)
    assert (frozen.length, frozen.freezes, _states(frozen)) == (2, 0, "done frozen done")
    full = _standing(streak, *_orders(0, 1, 2, 3, 4, 5), now=5, tiers=gold)
    assert (full.freezes, full.ends_at) == (2, datetime(2026, 3, 11, tzinfo=UTC))
    # and those that are used break nothing less when there are too few of them
    gone = _standing(streak, *_orders(0, 1, 2, 3, 4, 5, 9), now=9, tiers=gold)
    assert (gone.length, gone.freezes) == (1, 1)
    assert _states(gone) == "done done done done done done frozen frozen missed done"


def test_announced_absence_is_quiet_as_often_as_a_year_allows() -> None:
    # given
    streak = _daily(quiet_units_per_year=2)
    away = GameFact(STREAK_PAUSED, 5, "away", _at(0.1), {"from": "2026-03-03", "to": "2026-03-05"})
    late = GameFact(STREAK_PAUSED, 5, "late", _at(3), {"from": "2026-03-03", "to": "2026-03-05"})
    # then two days are forgiven, and one that is done within it costs none
    two = _standing(streak, *_orders(0, 3), now=3, told=(away,))
    assert (two.length, two.quiet_left, _states(two)) == (2, 0, "done quiet quiet done")
    done = _standing(streak, *_orders(0, 2, 4), now=4, told=(away,))
    assert (done.length, _states(done)) == (3, "done quiet done quiet done")
    assert _standing(streak, *_orders(0, 4), now=4, told=(away,)).length == 1
    # and what is announced afterwards forgives nothing that was over
    assert _states(_standing(streak, *_orders(0, 3), now=3, told=(late,))) == "done missed missed done"
    assert _standing(streak, *_orders(0), now=0.2, told=(away,)).ends_at == datetime(2026, 3, 6, tzinfo=UTC)
    assert _standing(streak, *_orders(0), now=0.2, told=(away,)).paused == (date(2026, 3, 3), date(2026, 3, 5))


def test_a_missed_unit_can_be_repaired_for_some_hours_also_when_the_next_was_kept() -> None:
    # given
    streak = _daily(repair_hours=36, repairs_per_year=1)
    mended = GameFact(STREAK_REPAIRED, 5, "2026-03-04", _at(3), {"unit": "2026-03-04", "kind": "day"})
    # then
    broken = _standing(streak, *_orders(0, 1, 3), now=3)
    assert (broken.length, broken.repair, broken.repairable) == (1, "open", (date(2026, 3, 4),))
    assert broken.repairable_until == datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert _standing(streak, *_orders(0, 1), now=4).repair == "late"
    repaired = _standing(streak, *_orders(0, 1, 3), now=3, told=(mended,))
    assert (repaired.length, repaired.repairs_left, _states(repaired)) == (3, 0, "done done repaired done")
    # and no more often than a year allows, nor half of what is missing
    assert _standing(streak, *_orders(0, 1, 3), now=5, told=(mended,)).repair == "used"
    assert _standing(streak, *_orders(0), now=2.9).repair == "used"
    assert _standing(_daily(repair_hours=48, repairs_per_year=2), *_orders(0), now=3.4).repairable == (
        date(2026, 3, 3), date(2026, 3, 4),
    )  # fmt: skip


def test_a_refund_of_all_that_kept_a_unit_breaks_it_unless_something_else_covers_it() -> None:
    # given three days in a row give points
    streak = _daily(milestones=(Milestone(length=3, points=50, experience=7, title="Three"),))
    history = _order(0), _order(1, refunded=6), _order(2)
    # then
    (lost,) = _fold(streak, *history, now=7).earned
    assert (lost.key, lost.earned_at, lost.revoked_at) == ((5, 3, ""), _at(2), _at(6))
    assert (lost.title, lost.points, lost.experience, lost.version) == ("Three", 50, 7, 1)
    assert _states(_standing(streak, *history, now=2)) == "done done done"
    assert _states(_standing(streak, *history, now=7)).startswith("done missed done")
    (covered,) = _fold(streak, *history, _order(1.2), now=7).earned
    assert (covered.earned_at, covered.revoked_at) == (_at(2), None)
    # and what is told of late fills it as if it had always been known
    assert [one.earned_at for one in _fold(streak, _order(0), _order(2), _order(1), now=9).earned] == [_at(2)]


def test_milestones_come_once_or_in_each_run_and_the_plateau_after_them() -> None:
    # given
    ladder: dict[str, Any] = {"milestones": (Milestone(length=2, points=5),), "plateau_every": 2, "plateau_points": 3}
    days = _orders(0, 1, 2, 3, 4, 5, 10, 11)
    # then
    once = _fold(_daily(**ladder), *days, now=11)
    assert [(one.level, one.occasion, one.points) for one in once.earned] == [(2, "", 5), (4, "", 3), (6, "", 3)]
    again = _fold(_daily(**ladder, recurrence="each_run"), *days, now=11)
    assert [(one.level, one.occasion) for one in again.earned] == [(2, "1"), (4, "1"), (6, "1"), (2, "2")]
    # and a refund at the beginning of a run takes what it is too short for by now, and moves nothing else
    shorter = _fold(_daily(**ladder, recurrence="each_run"), _order(0, refunded=9), *days[1:], now=11)
    assert [(one.level, one.occasion, one.revoked_at) for one in shorter.earned] == [
        (2, "1", None), (4, "1", None), (6, "1", _at(9)), (2, "2", None),
    ]  # fmt: skip
    (standing,) = again.standings
    assert standing.next_milestone == Milestone(length=4, points=3)
    assert again.earned[0].title == "Days · 2"


def test_a_day_is_kept_while_anything_of_it_is_left() -> None:
    # given days with something done, whatever it is
    days = _daily(counter=Counter(metric="days"))
    first, second = _order(0, refunded=0.5), _order(0.1, refunded=0.7)
    # then
    assert [_standing(days, first, second, now=now).length for now in (0.1, 0.6, 0.7)] == [1, 1, 0]


def test_an_edit_goes_on_with_the_run_from_the_next_unit_and_another_unit_begins_anew() -> None:
    # given from noon of day 2 on a day takes two orders
    ladder: dict[str, Any] = {"milestones": (Milestone(length=2),), "recurrence": "each_run"}
    harder = _game((-10, _daily()), (2, _daily(per_unit=Decimal(2))))
    # then the running day is kept by one, the next by two
    assert _standing(harder, *_orders(0, 1, 2.1), now=2.2).length == 3
    assert _states(_standing(harder, *_orders(0, 1, 2.1, 3), now=3)) == "done done done open"
    assert _standing(harder, *_orders(0, 1, 2.1, 3, 3.1), now=3.2).length == 4
    weekly = _game((-10, _daily(milestones=(Milestone(length=2),))), (2, _daily(unit="week")))
    changed = _fold(weekly, *_orders(0, 1, 2.1, 7), now=7)
    assert [(one.level, one.occasion, one.version) for one in changed.earned] == [(2, "", 1)]
    both = _game((-10, _daily(**ladder)), (2, _daily(**ladder, unit="week")))
    assert [(one.level, one.occasion) for one in _fold(both, *_orders(0, 1, 2.1, 7), now=7).earned] == [
        (2, "1"), (2, "2.1"),
    ]  # fmt: skip
    assert (changed.standings[0].length, changed.standings[0].started_on) == (2, date(2026, 3, 2))
    assert _fold(weekly, now=1).review_at == _at(2)


def test_nothing_before_the_first_version_and_from_the_archiving_on_counts() -> None:
    # then
    assert _standing(_game((1, _daily())), *_orders(0, 1.1, 2), now=2).length == 2
    streak = _daily(milestones=(Milestone(length=2),))
    archived = _fold(_game((-10, streak), archived=1.5), *_orders(0, 1, 2), now=3)
    assert ([one.earned_at for one in archived.earned], archived.standings) == ([_at(1)], ())
    assert _fold(_game((-10, streak), archived=0.5), *_orders(0, 1), now=3).earned == ()

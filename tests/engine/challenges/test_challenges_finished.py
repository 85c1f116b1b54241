"""What finishes a challenge, what takes that back, what is left to do: each rule by an example with exact moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from engine.challenges.definitions import ChallengeDefinition, ChallengeStep, Once
from engine.challenges.folding import ChallengeFold, fold_challenges
from engine.challenges.progress import ChallengeProgress
from engine.game.counters import Counter
from engine.game.facts import (
    CHALLENGE_JOINED,
    CHALLENGE_LEFT,
    CommunityPeriod,
    Game,
    GameFact,
    GameFacts,
    GameVersion,
)
from engine.game.windows import Each
from engine.tiers.activities import Activity, Step

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
ORDERS, REVIEWS = Counter(metric="orders"), Counter(metric="reviews")
SPEND = Counter(metric="spend", currency="USD")


def _at(days: float) -> datetime:
    return START + timedelta(days=days)


def _order(number: int, days: float, *, refunded: float | None = None, spend: int = 2_500) -> Activity:
    steps = [Step(_at(days), spend_minor=spend, points=25, orders=1)]
    if refunded is not None:
        steps.append(Step(_at(refunded)))
    return Activity(1, "order", str(number), _at(days), "USD", tuple(steps))


def _review(number: int, days: float) -> Activity:
    return Activity(1, "review", str(number), _at(days), None, (Step(_at(days), reviews=1),))


def _step(handle: str, counter: Counter, target: str = "1") -> ChallengeStep:
    return ChallengeStep(handle=handle, title=handle.title(), counter=counter, target=Decimal(target))


def _challenge(*steps: ChallengeStep, **more: Any) -> ChallengeDefinition:
    return ChallengeDefinition(title="Spring", steps=steps or (_step("orders", ORDERS, "2"),), **{"points": 50, **more})


def _game(*versions: tuple[float, ChallengeDefinition], archived: float | None = None) -> Game[ChallengeDefinition]:
    published = tuple(GameVersion(number, _at(at), one) for number, (at, one) in enumerate(versions, 1))
    return Game(7, "challenge", "spring", published, _at(archived) if archived is not None else None)


def _fold(
    game: Game[ChallengeDefinition] | ChallengeDefinition, *activities: Activity, now: float = 100,
    told: tuple[GameFact, ...] = (), settled: tuple[CommunityPeriod, ...] = (), zone: ZoneInfo = NEW_YORK,
) -> ChallengeFold:  # fmt: skip
    played = game if isinstance(game, Game) else _game((0, game))
    return fold_challenges(GameFacts((played,), zone, START, activities, told, settled), _at(now))


def _progress(fold: ChallengeFold) -> ChallengeProgress:
    (found,) = fold.progress
    return found


def _joined(days: float) -> GameFact:
    return GameFact(CHALLENGE_JOINED, 7, str(days), _at(days))


def _left(days: float) -> GameFact:
    return GameFact(CHALLENGE_LEFT, 7, str(days), _at(days))


def test_steps_in_any_order_are_finished_with_the_last_of_them() -> None:
    # when
    steps = _step("spend", SPEND, "40.50"), _step("review", REVIEWS)
    fold = _fold(_challenge(*steps), _review(1, 1), _order(2, 2), _order(3, 4, spend=1_550))
    # then
    (earned,) = fold.earned
    assert (earned.key, earned.earned_at, earned.revoked_at) == ((7, 0, ""), _at(4), None)
    assert (earned.title, earned.version, earned.points) == ("Spring", 1, 50)
    progress = _progress(fold)
    assert (progress.state, progress.completed_at) == ("completed", _at(4))
    assert [(one.value, one.missing, one.done_at) for one in progress.steps] == [
        (Decimal("40.50"), Decimal("0.00"), _at(4)), (Decimal(1), Decimal(0), _at(1)),
    ]  # fmt: skip


def test_what_is_left_to_do_is_told_in_the_unit_of_each_step() -> None:
    # when
    progress = _progress(_fold(_challenge(_step("spend", SPEND, "40.50"), _step("review", REVIEWS)), _order(1, 2)))
    # then
    assert progress.state == "open"
    assert [(one.value, one.target, one.missing, one.locked) for one in progress.steps] == [
        (Decimal("25.00"), Decimal("40.50"), Decimal("15.50"), False), (Decimal(0), Decimal(1), Decimal(1), False),
    ]  # fmt: skip


def test_a_step_of_a_sequence_counts_only_what_was_done_after_the_one_before_it() -> None:
    # given a review before the order, at its very moment, and after it
    challenge = _challenge(_step("order", ORDERS), _step("review", REVIEWS), order="sequence")
    early = _fold(challenge, _review(1, 1), _order(2, 2), _review(3, 2))
    late = _fold(challenge, _review(1, 1), _order(2, 2), _review(3, 2.5))
    # then
    assert early.earned == ()
    assert [(one.missing, one.locked) for one in _progress(early).steps] == [(Decimal(0), False), (Decimal(1), False)]
    assert [one.earned_at for one in late.earned] == [_at(2.5)]
    assert [one.locked for one in _progress(_fold(challenge)).steps] == [False, True]


def test_a_refund_moves_a_sequence_to_where_what_is_left_would_have_put_it() -> None:
    # given the first order is refunded on day 6: without it the second one finished the first step
    challenge = _challenge(_step("order", ORDERS), _step("review", REVIEWS, "2"), order="sequence")
    history = _order(1, 1, refunded=6), _review(2, 2), _order(3, 3), _review(4, 4)
    # then the reviews counted from day 3 on are too few, and the next one finishes it anew
    assert [(one.earned_at, one.revoked_at) for one in _fold(challenge, *history).earned] == [(_at(4), _at(6))]
    again = _fold(challenge, *history, _review(5, 9))
    assert [(one.earned_at, one.revoked_at) for one in again.earned] == [(_at(9), None)]


def test_a_refund_takes_back_what_it_had_finished_or_leaves_it_as_the_merchant_wants() -> None:
    # given
    history = _order(1, 1), _order(2, 2, refunded=5), _order(3, 8)
    # then
    assert [(one.earned_at, one.revoked_at) for one in _fold(_challenge(), *history, now=7).earned] == [
        (_at(2), _at(5))
    ]
    assert [(one.earned_at, one.revoked_at) for one in _fold(_challenge(), *history, now=9).earned] == [(_at(8), None)]
    stays = _fold(_challenge(rollback=False), *history, now=7)
    assert [(one.earned_at, one.revoked_at) for one in stays.earned] == [(_at(2), None)]
    assert _progress(stays).state == "completed"


def test_only_what_was_done_while_taking_part_counts() -> None:
    # given
    challenge = _challenge(join="joined")
    history = _order(1, 1), _order(2, 3), _order(3, 5), _order(4, 7)
    # then who joined late begins late, and who left begins anew
    assert _progress(_fold(challenge, *history)).state == "open"
    assert _fold(challenge, *history).earned == ()
    assert [one.earned_at for one in _fold(challenge, *history, told=(_joined(3),)).earned] == [_at(5)]
    turned = _fold(challenge, *history, told=(_joined(3), _left(4), _joined(5), _joined(6)))
    assert [one.earned_at for one in turned.earned] == [_at(7)]
    gone = _progress(_fold(challenge, *history, told=(_joined(3), _left(4))))
    assert (gone.state, gone.joined_at, gone.steps[0].value) == ("open", None, Decimal(0))


def test_a_day_counts_by_what_was_done_on_it_after_joining() -> None:
    # given a first event on the day before joining, at noon, and a second one in the afternoon
    challenge = _challenge(_step("days", Counter(metric="days"), "2"), join="joined")
    fold = _fold(challenge, _order(1, 3), _order(2, 3.2), _order(3, 4), told=(_joined(3.1),))
    # then
    assert [one.earned_at for one in fold.earned] == [_at(4)]


def test_a_period_is_that_of_the_programs_zone_also_where_clocks_change_and_years_end() -> None:
    # given weeks of New York: clocks go forward on Sunday, March 8
    weekly = _challenge(period=Each(unit="week"))
    last_of_sunday = (datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC) - START) / timedelta(days=1)
    first_of_monday = (datetime(2026, 3, 9, 4, tzinfo=UTC) - START) / timedelta(days=1)
    # then
    sunday = _fold(weekly, _order(1, 1), _order(2, last_of_sunday), now=last_of_sunday)
    assert [one.occasion for one in sunday.earned] == ["2026-03-02"]
    progress = _progress(sunday)
    assert (progress.period, progress.starts_at, progress.ends_at) == (
        "2026-03-02", START, datetime(2026, 3, 9, 4, tzinfo=UTC),
    )  # fmt: skip
    assert _fold(weekly, _order(1, 1), _order(2, first_of_monday)).earned == ()
    yearly = Game(
        7, "challenge", "y", (GameVersion(1, datetime(2020, 1, 1, tzinfo=UTC), _challenge(period=Each(unit="year"))),)
    )
    new_year = (datetime(2027, 1, 1, 4, 59, tzinfo=UTC) - START) / timedelta(days=1)
    assert [one.occasion for one in _fold(yearly, _order(1, 1), _order(2, new_year), now=400).earned] == ["2026-01-01"]


def test_once_means_between_its_beginning_and_its_end() -> None:
    # given
    once = _challenge(period=Once(starts_at=_at(5), ends_at=_at(10)))
    history = _order(1, 4), _order(2, 5), _order(3, 10)
    # then
    assert _progress(_fold(once, *history, now=3)).state == "upcoming"
    running = _progress(_fold(once, *history, now=9))
    assert (running.state, running.steps[0].value, running.ends_at) == ("open", Decimal(1), _at(10))
    assert _progress(_fold(once, *history, now=10)).state == "missed"
    # and what was done in time counts whenever it is told of
    assert [one.earned_at for one in _fold(once, *history, _order(4, 9.5), now=20).earned] == [_at(9.5)]


def test_nothing_before_the_first_version_and_nothing_new_after_the_archiving_counts() -> None:
    # then
    assert _fold(_game((2, _challenge())), _order(1, 1), _order(2, 3)).earned == ()
    archived = _fold(_game((0, _challenge()), archived=4), _order(1, 1), _order(2, 5))
    assert (archived.earned, archived.progress) == ((), ())
    before = _fold(_game((0, _challenge()), archived=4), _order(1, 1), _order(2, 3, refunded=8))
    assert [(one.earned_at, one.revoked_at) for one in before.earned] == [(_at(3), _at(8))]


def test_an_edit_goes_on_counting_and_what_was_finished_keeps_its_version() -> None:
    # given two are asked for, from day 10 on three
    game = _game((0, _challenge()), (10, _challenge(_step("orders", ORDERS, "3"), points=80)))
    # then
    kept = _fold(game, _order(1, 1), _order(2, 2))
    assert [(one.version, one.points, one.earned_at) for one in kept.earned] == [(1, 50, _at(2))]
    later = _fold(game, _order(1, 1), _order(2, 12), _order(3, 13))
    assert [(one.version, one.points, one.earned_at) for one in later.earned] == [(2, 80, _at(13))]
    # and an edit that asks for less finishes it at its own beginning
    easier = _game((0, _challenge()), (10, _challenge(_step("orders", ORDERS))))
    assert [(one.version, one.earned_at) for one in _fold(easier, _order(1, 1)).earned] == [(2, _at(10))]
    assert _fold(easier, _order(1, 1), now=9).review_at == _at(10)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"steps": ()}, "at least 1 item"),
        ({"steps": (_step("same", ORDERS), _step("same", ORDERS))}, "same handle"),
        ({"period": {"kind": "once", "starts_at": _at(2), "ends_at": _at(2)}}, "ends after it begins"),
        ({"scope": "community"}, "has an end"),
        ({"scope": "community", "steps": (_step("a", ORDERS), _step("b", ORDERS))}, "one step"),
        ({"hidden": True, "join": "joined"}, "nobody can join"),
        ({"scope": "community", "period": Each(unit="week"), "minimum_contribution": Decimal("0.5")}, "whole numbers"),
        ({"points": -1}, "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_a_challenge_that_makes_no_sense_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ChallengeDefinition(**{"title": "Spring", "steps": (_step("orders", ORDERS),), **changes})

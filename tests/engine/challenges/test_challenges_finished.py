"""What finishes a challenge, what takes that back, what is left to do: each rule by an example with exact moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.challenges.definitions import Once
from engine.game.counters import Counter
from engine.game.facts import Game, GameVersion
from engine.game.windows import Each
from tests.support.challenging import (
    ORDERS,
    REVIEWS,
    SPEND,
    START,
    at,
    folded,
    joined,
    left,
    order,
    published,
    review,
    shown,
    spring,
    step,
)


def test_steps_in_any_order_are_finished_with_the_last_of_them() -> None:
    # when
    steps = step("spend", SPEND, "40.50"), step("review", REVIEWS)
    fold = folded(spring(*steps), review(1, 1), order(2, 2), order(3, 4, spend=1_550))
    # then
    (earned,) = fold.earned
    assert (earned.key, earned.earned_at, earned.revoked_at) == ((7, 0, ""), at(4), None)
    assert (earned.title, earned.version, earned.points) == ("Spring", 1, 50)
    progress = shown(fold)
    assert (progress.state, progress.completed_at) == ("completed", at(4))
    assert [(one.value, one.missing, one.done_at) for one in progress.steps] == [
        (Decimal("40.50"), Decimal("0.00"), at(4)), (Decimal(1), Decimal(0), at(1)),
    ]  # fmt: skip


def test_what_is_left_to_do_is_told_in_the_unit_of_each_step() -> None:
    # when
    progress = shown(folded(spring(step("spend", SPEND, "40.50"), step("review", REVIEWS)), order(1, 2)))
    # then
    assert progress.state == "open"
    assert [(one.value, one.target, one.missing, one.locked) for one in progress.steps] == [
        (Decimal("25.00"), Decimal("40.50"), Decimal("15.50"), False), (Decimal(0), Decimal(1), Decimal(1), False),
    ]  # fmt: skip


def test_a_step_of_a_sequence_counts_only_what_was_done_after_the_one_before_it() -> None:
    # given a review before the order, at its very moment, and after it
    challenge = spring(step("order", ORDERS), step("review", REVIEWS), order="sequence")
    early = folded(challenge, review(1, 1), order(2, 2), review(3, 2))
    late = folded(challenge, review(1, 1), order(2, 2), review(3, 2.5))
    # then
    assert early.earned == ()
    assert [(one.missing, one.locked) for one in shown(early).steps] == [(Decimal(0), False), (Decimal(1), False)]
    assert [one.earned_at for one in late.earned] == [at(2.5)]
    assert [one.locked for one in shown(folded(challenge)).steps] == [False, True]


def test_a_refund_moves_a_sequence_to_where_what_is_left_would_have_put_it() -> None:
    # given the first order is refunded on day 6: without it the second one finished the first step
    challenge = spring(step("order", ORDERS), step("review", REVIEWS, "2"), order="sequence")
    history = order(1, 1, refunded=6), review(2, 2), order(3, 3), review(4, 4)
    # then the reviews counted from day 3 on are too few, and the next one finishes it anew
    assert [(one.earned_at, one.revoked_at) for one in folded(challenge, *history).earned] == [(at(4), at(6))]
    again = folded(challenge, *history, review(5, 9))
    assert [(one.earned_at, one.revoked_at) for one in again.earned] == [(at(9), None)]


def test_a_refund_takes_back_what_it_had_finished_or_leaves_it_as_the_merchant_wants() -> None:
    # given
    history = order(1, 1), order(2, 2, refunded=5), order(3, 8)
    # then
    assert [(one.earned_at, one.revoked_at) for one in folded(spring(), *history, now=7).earned] == [(at(2), at(5))]
    assert [(one.earned_at, one.revoked_at) for one in folded(spring(), *history, now=9).earned] == [(at(8), None)]
    stays = folded(spring(rollback=False), *history, now=7)
    assert [(one.earned_at, one.revoked_at) for one in stays.earned] == [(at(2), None)]
    assert shown(stays).state == "completed"


def test_only_what_was_done_while_taking_part_counts() -> None:
    # given
    challenge = spring(join="joined")
    history = order(1, 1), order(2, 3), order(3, 5), order(4, 7)
    # then who joined late begins late, and who left begins anew
    assert shown(folded(challenge, *history)).state == "open"
    assert folded(challenge, *history).earned == ()
    assert [one.earned_at for one in folded(challenge, *history, told=(joined(3),)).earned] == [at(5)]
    turned = folded(challenge, *history, told=(joined(3), left(4), joined(5), joined(6)))
    assert [one.earned_at for one in turned.earned] == [at(7)]
    gone = shown(folded(challenge, *history, told=(joined(3), left(4))))
    assert (gone.state, gone.joined_at, gone.steps[0].value) == ("open", None, Decimal(0))


def test_progress_is_that_of_the_time_of_taking_part_that_goes_on() -> None:
    # given three are asked for, two done before leaving and one after coming back
    three = spring(step("orders", ORDERS, "3"), join="joined")
    fold = folded(three, order(1, 1), order(2, 2), order(3, 7), told=(joined(0), left(4), joined(6)))
    # then
    assert (shown(fold).state, shown(fold).joined_at, shown(fold).steps[0].value) == ("joined", at(6), Decimal(1))
    # and who finished it in two of them has it from the first on, while either holds
    refunded = order(1, 1), order(2, 2, refunded=9), order(3, 7), order(4, 8), order(5, 8.5, refunded=12)
    two = spring(join="joined")
    both = folded(two, *refunded, told=(joined(0), left(4), joined(6)))
    assert [(one.earned_at, one.revoked_at) for one in both.earned] == [(at(2), None)]
    assert shown(folded(two, now=1, told=(joined(0),))).completed_at is None


def test_a_hidden_challenge_is_shown_once_it_is_finished() -> None:
    # given
    hidden = spring(hidden=True)
    # then
    assert shown(folded(hidden, order(1, 1))).hidden
    assert not shown(folded(hidden, order(1, 1), order(2, 2))).hidden
    assert not shown(folded(spring(), order(1, 1))).hidden


def test_a_day_counts_by_what_was_done_on_it_after_joining() -> None:
    # given a first event on the day before joining, at noon, and a second one in the afternoon
    challenge = spring(step("days", Counter(metric="days"), "2"), join="joined")
    fold = folded(challenge, order(1, 3), order(2, 3.2), order(3, 4), told=(joined(3.1),))
    # then
    assert [one.earned_at for one in fold.earned] == [at(4)]


def test_a_period_is_that_of_the_programs_zone_also_where_clocks_change_and_years_end() -> None:
    # given weeks of New York: clocks go forward on Sunday, March 8
    weekly = spring(period=Each(unit="week"))
    last_of_sunday = (datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC) - START) / timedelta(days=1)
    first_of_monday = (datetime(2026, 3, 9, 4, tzinfo=UTC) - START) / timedelta(days=1)
    # then
    sunday = folded(weekly, order(1, 1), order(2, last_of_sunday), now=last_of_sunday)
    assert [one.occasion for one in sunday.earned] == ["2026-03-02"]
    progress = shown(sunday)
    assert (progress.period, progress.starts_at, progress.ends_at) == (
        "2026-03-02", START, datetime(2026, 3, 9, 4, tzinfo=UTC),
    )  # fmt: skip
    assert folded(weekly, order(1, 1), order(2, first_of_monday)).earned == ()
    yearly = Game(
        7, "challenge", "y", (GameVersion(1, datetime(2020, 1, 1, tzinfo=UTC), spring(period=Each(unit="year"))),)
    )
    new_year = (datetime(2027, 1, 1, 4, 59, tzinfo=UTC) - START) / timedelta(days=1)
    assert [one.occasion for one in folded(yearly, order(1, 1), order(2, new_year), now=400).earned] == ["2026-01-01"]


def test_once_means_between_its_beginning_and_its_end() -> None:
    # given
    once = spring(period=Once(starts_at=at(5), ends_at=at(10)))
    history = order(1, 4), order(2, 5), order(3, 10)
    # then
    assert shown(folded(once, *history, now=3)).state == "upcoming"
    running = shown(folded(once, *history, now=9))
    assert (running.state, running.steps[0].value, running.ends_at) == ("open", Decimal(1), at(10))
    assert shown(folded(once, *history, now=10)).state == "missed"
    # and what was done in time counts whenever it is told of
    assert [one.earned_at for one in folded(once, *history, order(4, 9.5), now=20).earned] == [at(9.5)]


def test_nothing_before_the_first_version_and_nothing_new_after_the_archiving_counts() -> None:
    # then
    assert folded(published((2, spring())), order(1, 1), order(2, 3)).earned == ()
    archived = folded(published((0, spring()), archived=4), order(1, 1), order(2, 5))
    assert (archived.earned, archived.progress) == ((), ())
    before = folded(published((0, spring()), archived=4), order(1, 1), order(2, 3, refunded=8))
    assert [(one.earned_at, one.revoked_at) for one in before.earned] == [(at(3), at(8))]


def test_an_edit_goes_on_counting_and_what_was_finished_keeps_its_version() -> None:
    # given two are asked for, from day 10 on three
    game = published((0, spring()), (10, spring(step("orders", ORDERS, "3"), points=80)))
    # then
    kept = folded(game, order(1, 1), order(2, 2))
    assert [(one.version, one.points, one.earned_at) for one in kept.earned] == [(1, 50, at(2))]
    later = folded(game, order(1, 1), order(2, 12), order(3, 13))
    assert [(one.version, one.points, one.earned_at) for one in later.earned] == [(2, 80, at(13))]
    # and an edit that asks for less finishes it at its own beginning
    easier = published((0, spring()), (10, spring(step("orders", ORDERS))))
    assert [(one.version, one.earned_at) for one in folded(easier, order(1, 1)).earned] == [(2, at(10))]
    assert folded(easier, order(1, 1), now=9).review_at == at(10)


def test_an_edit_may_change_how_often_a_challenge_runs() -> None:
    # given one time, from day 4 on each week, from day 11 on each month
    game = published((0, spring()), (4, spring(period=Each(unit="week"))), (11, spring(period=Each(unit="month"))))
    # then what was finished stays, and what is begun is counted by the periods of each
    fold = folded(game, order(1, 1), order(2, 2), order(3, 8), order(4, 9), now=12)
    assert [(one.occasion, one.version, one.earned_at) for one in fold.earned] == [
        ("", 1, at(2)), ("2026-03-01", 3, at(11)), ("2026-03-02", 2, at(4)), ("2026-03-09", 2, at(9)),
    ]  # fmt: skip
    assert shown(fold).period == "2026-03-01"

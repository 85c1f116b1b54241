"""What follows a failed payment: the ladder by failure class, and its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.billing.dunning import (
    ATTEMPTS_MAXIMUM,
    Again,
    Failure,
    FailureClass,
    FinalAction,
    GiveUp,
    Ladder,
    Wait,
    failure_class,
    next_step,
)

FIRST = datetime(2027, 3, 1, 9, tzinfo=UTC)
LADDER = Ladder((0, 3, 5, 7), "pause")


def _day(days: float) -> datetime:
    return FIRST + timedelta(days=days)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("INSUFFICIENT_FUNDS", "soft"), ("CARD_DECLINED", "soft"), ("TRANSIENT_ERROR", "soft"), (None, "soft"),
        ("SOMETHING_NEW", "soft"), ("INVALID_PAYMENT_METHOD", "hard"), ("DO_NOT_HONOR", "hard"),
        ("EXPIRED_CARD", "expired_card"), ("EXPIRED_PAYMENT_METHOD", "expired_card"),
        ("AUTHENTICATION_REQUIRED", "authentication"), ("OFF_SESSION_REJECTED", "authentication"),
    ],
)  # fmt: skip
def test_given_a_code_when_it_is_classed_then_the_ladder_knows_it(code: str | None, kind: str) -> None:
    assert failure_class(code) == kind


@pytest.mark.parametrize("kind", ["soft", "authentication"])
def test_given_soft_failures_when_they_go_on_then_days_3_5_and_7_follow_and_then_the_end(kind: FailureClass) -> None:
    failures: list[Failure] = []
    planned = []
    for day in (0, 3, 5, 7):
        failures.append(Failure(kind, _day(day)))
        planned.append(next_step(LADDER, FIRST, failures, _day(day), None))

    assert planned == [Again(_day(3)), Again(_day(5)), Again(_day(7)), GiveUp("pause")]


@pytest.mark.parametrize("kind", ["hard", "expired_card"])
def test_given_a_card_that_is_no_good_when_nothing_changes_then_it_is_waited_for_another_until_the_last_day(
    kind: FailureClass,
) -> None:
    failed = [Failure(kind, FIRST)]

    assert next_step(LADDER, FIRST, failed, _day(0), None) == Wait(_day(7))
    assert next_step(LADDER, FIRST, failed, _day(6.9), None) == Wait(_day(7))
    assert next_step(LADDER, FIRST, failed, _day(7), None) == GiveUp("pause")


def test_given_a_new_way_to_pay_when_it_is_newer_than_the_failure_then_it_is_tried_at_once() -> None:
    failed = [Failure("hard", _day(0))]

    assert next_step(LADDER, FIRST, failed, _day(2), _day(1)) == Again(_day(1))
    assert next_step(LADDER, FIRST, failed, _day(2), _day(-1)) == Wait(_day(7))


def test_given_news_of_a_failure_that_came_late_when_the_next_day_has_passed_then_half_a_day_lies_between() -> None:
    assert next_step(LADDER, FIRST, [Failure("soft", _day(4))], _day(4), None) == Again(_day(4.5))


def test_given_new_ways_to_pay_without_end_when_all_fail_then_it_ends_all_the_same() -> None:
    failures = [Failure("hard", _day(number / 10)) for number in range(ATTEMPTS_MAXIMUM)]

    assert next_step(LADDER, FIRST, failures, _day(2), _day(2)) == GiveUp("pause")


@pytest.mark.parametrize("action", ["skip", "pause", "cancel"])
def test_given_a_ladder_without_days_when_the_first_attempt_fails_then_its_action_follows(action: FinalAction) -> None:
    assert next_step(Ladder((0,), action), FIRST, [Failure("soft", FIRST)], FIRST, None) == GiveUp(action)

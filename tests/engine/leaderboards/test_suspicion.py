"""What looks like cheating, by any order of arrival, and what does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.leaderboards.suspicion import QuarantineRules, Signal, signals
from engine.tiers.activities import Activity, Step
from tests.support.tiers import local

NOON = local("2026-03-01 12:00")
LATER = local("2026-03-20 12:00")


def rules(**limits: Any) -> QuarantineRules:
    return QuarantineRules.model_validate(limits)


def orders(*minutes: int) -> list[Activity]:
    return [_at(number, at) for number, at in enumerate(minutes)]


def _at(number: int, minute: int, source: str = "order", *left: tuple[int, int]) -> Activity:
    at = NOON + timedelta(minutes=minute)
    steps = (Step(at, 1_000, orders=1), *(Step(NOON + timedelta(minutes=when), worth) for when, worth in left))
    return Activity(1, source, str(number), at, "USD", steps)


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def test_rules_that_look_at_nothing_are_refused() -> None:
    with pytest.raises(ValidationError, match="does not say what looks like cheating"):
        rules(minimum_orders=3)


def test_given_as_many_orders_in_an_hour_as_are_plausible_when_looked_at_then_nothing_is_found() -> None:
    assert signals(rules(orders_per_hour=3), orders(0, 20, 40, 60), LATER) == ()


def test_given_one_order_more_within_sixty_minutes_then_it_is_found_from_that_order_on() -> None:
    (found,) = signals(rules(orders_per_hour=3), orders(0, 20, 40, 59, 70), LATER)
    assert found == Signal(
        "MANY_ORDERS", minute(59),
        {"count": 4, "limit": 3, "from": "2026-03-01T17:00:00+00:00", "to": "2026-03-01T17:59:00+00:00"},
    )  # fmt: skip


def test_given_many_events_when_only_orders_are_limited_then_nothing_is_found() -> None:
    events = [_at(number, number, "custom:visit") for number in range(10)]
    assert signals(rules(orders_per_hour=3), events, LATER) == ()
    (found,) = signals(rules(events_per_hour=9), events, LATER)
    assert (found.reason, found.since, found.evidence["count"]) == ("MANY_EVENTS", minute(9), 10)


def test_given_orders_sent_back_when_the_share_is_reached_then_it_is_found_from_that_refund_on() -> None:
    kept = [_at(number, number) for number in range(3)]
    returned = [_at(3, 3, "order", (500, 0)), _at(4, 4, "order", (600, 500))]
    (found,) = signals(rules(returns_percent=30), kept + returned, LATER)
    assert found == Signal("MANY_RETURNS", minute(600), {"orders": 5, "percent": 30, "limit": 30})


def test_given_too_few_orders_to_judge_then_returns_are_not_looked_at() -> None:
    returned = [_at(number, number, "order", (500, 0)) for number in range(4)]
    assert signals(rules(returns_percent=1), returned, LATER) == ()


def test_given_more_kept_orders_when_the_share_falls_then_nothing_is_found_any_more() -> None:
    returned = [_at(number, number, "order", (500, 0)) for number in range(5)]
    kept = [_at(number, 1_000 + number) for number in range(5, 20)]
    assert signals(rules(returns_percent=30), returned + kept, LATER) == ()
    assert signals(rules(returns_percent=30), returned + kept, minute(900))[0].since == minute(500)


def test_given_a_person_who_looked_when_nothing_new_happens_then_the_same_is_not_found_again() -> None:
    before = orders(0, 1, 2, 3)
    looked = {"MANY_ORDERS": minute(10)}
    assert signals(rules(orders_per_hour=3), before, LATER, looked) == ()
    again = before + [_at(number, number) for number in range(11, 15)]
    assert signals(rules(orders_per_hour=3), again, LATER, looked)[0].since == minute(14)


def test_given_old_evidence_when_it_is_out_of_sight_then_it_is_over() -> None:
    limits = rules(orders_per_hour=3, look_back_days=10)
    assert signals(limits, orders(0, 1, 2, 3), minute(9 * 24 * 60)) != ()
    assert signals(limits, orders(0, 1, 2, 3), minute(10 * 24 * 60)) == ()


def test_given_test_orders_when_they_do_not_count_then_they_are_not_looked_at() -> None:
    tried = [_at(number, number, "test_order") for number in range(5)]
    assert signals(rules(orders_per_hour=3), tried, LATER) == ()
    assert signals(rules(orders_per_hour=3, test_orders=True), tried, LATER) != ()


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 1_000), st.integers(0, 400)), max_size=20),
    st.randoms(use_true_random=False),
)
def test_any_order_of_arrival_finds_the_same(history: list[tuple[int, int, int]], random: Any) -> None:
    found = [_at(number, at, "order", (at + later, left)) for number, (at, left, later) in enumerate(history)]
    shuffled = random.sample(found, len(found))
    limits = rules(orders_per_hour=2, returns_percent=20, minimum_orders=3)
    assert signals(limits, found, LATER) == signals(limits, shuffled, LATER)

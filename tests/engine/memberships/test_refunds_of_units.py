"""What was bought and given back: the membership ends as if that part had never been bought, and never before now."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

from tests.support.memberships import MONTHLY, bought, fact, local, standing, utc


def day(number: int, seconds: int = 0) -> datetime:
    """Noon of a day, counted from January 1, 2026."""
    return utc("2026-01-01") + timedelta(days=number, seconds=seconds)


def test_given_one_of_three_units_back_before_its_days_were_used_then_the_end_moves_by_thirty_days() -> None:
    facts = [bought(day(0), 3, (day(10), 2))]
    assert standing(facts, day(9)).ends_at == day(90)
    assert standing(facts, day(9)).review_at == day(10)
    found = standing(facts, day(10))
    assert (found.state, found.ends_at) == ("active", day(60))


def test_given_one_of_three_units_back_while_its_days_run_then_it_ends_with_the_refund() -> None:
    facts = [bought(day(0), 3, (day(75), 2))]
    found = standing(facts, day(75))
    assert (found.state, found.ends_at, found.entitled_until) == ("ended", day(75), day(75))
    assert standing(facts, day(74)).state == "active"
    assert standing(facts, day(300)).ends_at == day(75)


def test_given_a_refund_after_the_end_then_what_was_stays() -> None:
    facts = [bought(day(0), 3, (day(95), 2))]
    assert standing(facts, day(200)).ends_at == day(90)


def test_given_everything_back_then_it_ends_at_once_and_had_been() -> None:
    facts = [bought(day(0), 1, (day(10), 0))]
    found = standing(facts, day(20))
    assert (found.state, found.started_at, found.ends_at) == ("ended", day(0), day(10))


def test_given_everything_back_in_the_second_of_the_purchase_then_it_ended_when_it_began() -> None:
    facts = [bought(day(0), 1, (day(0), 0))]
    found = standing(facts, day(0))
    assert (found.state, found.started_at, found.ends_at, found.term) == ("ended", day(0), day(0), None)


def test_given_two_purchases_and_the_first_back_then_the_second_counts_from_its_own_day() -> None:
    facts = [bought(day(0), 1, (day(20), 0)), bought(day(10))]
    assert standing(facts, day(19)).ends_at == day(60)
    found = standing(facts, day(20))
    assert (found.state, found.started_at, found.ends_at) == ("active", day(0), day(40))


def test_given_the_first_of_two_back_after_a_month_then_the_membership_and_its_month_stay() -> None:
    facts = [bought(day(0), 1, (day(35), 0)), bought(day(14))]
    found = standing(facts, day(36))
    assert (found.state, found.started_at, found.ends_at) == ("active", day(0), day(44))
    assert found.months == (local("2026-02-01 07:00"),)


def test_given_everything_back_and_another_purchase_then_that_is_another_membership() -> None:
    facts = [bought(day(0), 1, (day(5), 0)), bought(day(10), 1, (day(20), 0)), bought(day(20))]
    found = standing(facts, day(21))
    assert (found.started_at, found.ends_at) == (day(10), day(50))
    assert standing(facts[:2], day(21)).started_at == day(10)
    assert standing(facts[:1], day(21)).ends_at == day(5)


def test_given_two_purchases_and_the_second_back_then_the_first_is_as_it_was() -> None:
    facts = [bought(day(0)), bought(day(10), 1, (day(20), 0))]
    found = standing(facts, day(20))
    assert (found.state, found.ends_at) == ("active", day(30))


def test_given_the_second_back_while_its_days_run_then_it_ends_with_the_refund() -> None:
    facts = [bought(day(0)), bought(day(10), 1, (day(45), 0))]
    assert standing(facts, day(50)).ends_at == day(45)


def test_given_several_refunds_after_the_end_then_the_first_that_came_in_time_decides() -> None:
    facts = [bought(day(0), 3, (day(75), 2), (day(80), 1), (day(100), 0))]
    assert standing(facts, day(120)).ends_at == day(75)


def test_given_a_purchase_after_a_refund_ended_it_then_it_begins_anew_and_keeps_all_its_days() -> None:
    facts = [bought(day(0), 2, (day(45), 1)), bought(day(50))]
    found = standing(facts, day(51))
    assert (found.started_at, found.ends_at) == (day(50), day(80))


def test_given_a_refund_of_what_was_over_then_what_runs_now_is_untouched() -> None:
    facts = [bought(day(0), 1, (day(45), 0)), bought(day(40))]
    found = standing(facts, day(46))
    assert (found.state, found.ends_at) == ("active", day(70))


def test_given_months_and_one_back_then_the_months_that_are_left_end_on_their_own_days() -> None:
    facts = [bought(local("2026-01-31"), 3, (local("2026-02-10"), 2))]
    assert standing(facts, local("2026-02-11"), MONTHLY).ends_at == local("2026-03-31")


def test_given_a_refund_of_money_alone_then_its_share_of_the_seconds_goes_halves_to_even() -> None:
    # 30 days are 2,592,000 s; 20.00 of 50.00 take 1,036,800 s
    facts = [bought(day(0), 1, (day(1), 1, 2_000, 5_000))]
    assert standing(facts, day(2)).ends_at == day(0, 2_592_000 - 1_036_800)
    # 1 of 5,184,000 takes half a second: halves go to the even 0; 3 of it take one and a half: 2
    assert standing([bought(day(0), 1, (day(1), 1, 1, 5_184_000))], day(2)).ends_at == day(30)
    assert standing([bought(day(0), 1, (day(1), 1, 3, 5_184_000))], day(2)).ends_at == day(30, -2)


def test_given_all_money_back_then_nothing_is_left() -> None:
    facts = [bought(day(0), 2, (day(5), 2, 1_800, 1_800))]
    assert standing(facts, day(6)).ends_at == day(5)


def test_given_a_refund_while_paused_then_what_the_pause_held_is_gone() -> None:
    facts = [bought(day(0), 1, (day(15), 0)), fact("paused", day(10), until=None)]
    found = standing(facts, day(20))
    assert (found.state, found.ends_at, found.entitled_until) == ("ended", day(10), day(10))


def test_given_a_grant_and_a_purchase_that_came_back_then_the_grant_is_left() -> None:
    facts = [bought(day(0), 1, (day(5), 0)), fact("granted", day(2), days=10)]
    found = standing(facts, day(6))
    assert (found.way, found.started_at, found.ends_at) == ("grant", day(0), day(12))


def test_given_any_order_of_arrival_then_it_ends_the_same() -> None:
    facts = [
        bought(day(0), 2, (day(20), 1)), fact("paused", day(5), until=None), fact("resumed", day(9)),
        bought(day(25)), fact("cancel_scheduled", day(30)),
    ]  # fmt: skip
    wanted = standing(facts, day(40))
    # 2 units to day 60, 4 days of pause: 64; one back: 34; 30 more: 64
    assert (wanted.state, wanted.ends_at) == ("cancel_scheduled", day(64))
    for order in permutations(facts):
        for now in (day(6), day(21), day(40), day(70)):
            assert standing(order, now) == standing(facts, now)

"""What members and staff ask for: pause, resume, cancel now or at the end, take it back, join again."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.support.memberships import MONTHLY, bought, fact, local, standing, utc


def day(number: int, seconds: int = 0) -> datetime:
    """Noon of a day, counted from January 1, 2026."""
    return utc("2026-01-01") + timedelta(days=number, seconds=seconds)


def test_given_a_pause_and_a_resumption_then_the_rest_of_the_term_moves() -> None:
    facts = [bought(day(0)), fact("paused", day(10), until=None)]
    paused = standing(facts, day(15))
    assert (paused.state, paused.ends_at, paused.paused_until, paused.review_at) == ("paused", None, None, None)
    assert paused.entitled_until == day(10)
    resumed = standing([*facts, fact("resumed", day(17))], day(18))
    assert (resumed.state, resumed.started_at, resumed.ends_at) == ("active", day(0), day(37))


def test_given_a_pause_with_an_end_then_it_is_over_by_itself() -> None:
    facts = [bought(day(0)), fact("paused", day(10), until=day(20).isoformat())]
    paused = standing(facts, day(19))
    assert (paused.state, paused.ends_at, paused.paused_until) == ("paused", day(40), day(20))
    assert paused.review_at == day(20)
    resumed = standing(facts, day(20))
    assert (resumed.state, resumed.ends_at, resumed.entitled_until) == ("active", day(40), day(40))
    assert standing([*facts, fact("resumed", day(25))], day(26)).ends_at == day(40)


def test_given_a_second_pause_while_paused_then_only_its_end_changes() -> None:
    facts = [
        bought(day(0)), fact("paused", day(10), until=None), fact("paused", day(12), until=day(16).isoformat()),
    ]  # fmt: skip
    assert standing(facts, day(20)).ends_at == day(36)


def test_given_two_pauses_then_both_count_and_months_move_with_them() -> None:
    facts = [
        bought(local("2026-01-10"), 3),
        fact("paused", local("2026-01-20"), until=local("2026-01-25").isoformat()),
        fact("paused", local("2026-03-01"), until=local("2026-03-04").isoformat()),
    ]  # fmt: skip
    found = standing(facts, local("2026-05-01"), MONTHLY)
    assert found.ends_at == local("2026-04-18")
    assert found.months == (local("2026-02-15"), local("2026-03-18"), local("2026-04-18"))


def test_given_a_purchase_while_paused_then_it_adds_to_what_is_held() -> None:
    facts = [bought(day(0)), fact("paused", day(10), until=None), bought(day(15)), fact("resumed", day(20))]
    assert standing(facts[:3], day(16)).state == "paused"
    assert standing(facts, day(21)).ends_at == day(70)


def test_given_no_membership_then_a_pause_does_nothing() -> None:
    facts = [bought(day(0)), fact("paused", day(31), until=None), bought(day(40))]
    found = standing(facts, day(41))
    assert (found.state, found.started_at, found.ends_at) == ("active", day(40), day(70))


def test_given_a_cancellation_now_then_it_ends_at_once() -> None:
    found = standing([bought(day(0)), fact("canceled", day(10))], day(10))
    assert (found.state, found.ends_at, found.entitled_until, found.term) == ("ended", day(10), day(10), None)


def test_given_a_cancellation_at_the_end_then_it_lasts_until_then() -> None:
    facts = [bought(day(0)), fact("cancel_scheduled", day(10))]
    found = standing(facts, day(11))
    assert (found.state, found.ends_at, found.entitled_until) == ("cancel_scheduled", day(30), day(30))
    assert standing(facts, day(30)).state == "ended"


def test_given_a_cancellation_taken_back_then_it_is_active() -> None:
    facts = [bought(day(0)), fact("cancel_scheduled", day(10)), fact("cancel_withdrawn", day(12))]
    assert standing(facts, day(11)).state == "cancel_scheduled"
    assert standing(facts, day(13)).state == "active"


def test_given_a_purchase_after_a_scheduled_cancellation_then_it_is_active_again() -> None:
    facts = [bought(day(0)), fact("cancel_scheduled", day(10)), bought(day(12))]
    found = standing(facts, day(13))
    assert (found.state, found.ends_at) == ("active", day(60))


def test_given_a_cancellation_now_and_a_new_purchase_then_it_begins_anew_without_the_old_days() -> None:
    facts = [bought(day(0), 3), fact("canceled", day(10)), bought(day(20))]
    found = standing(facts, day(21))
    assert (found.state, found.started_at, found.ends_at) == ("active", day(20), day(50))


def test_given_a_refund_after_a_cancellation_then_the_end_stays() -> None:
    facts = [bought(day(0), 1, (day(11), 0)), fact("canceled", day(10))]
    assert standing(facts, day(12)).ends_at == day(10)


def test_given_a_cancellation_while_paused_then_what_was_held_is_gone() -> None:
    facts = [bought(day(0)), fact("paused", day(10), until=None), fact("canceled", day(12))]
    found = standing(facts, day(13))
    assert (found.state, found.entitled_until) == ("ended", day(10))


def test_given_a_scheduled_cancellation_while_paused_then_it_stays_paused_and_ends_after() -> None:
    facts = [
        bought(day(0)), fact("paused", day(10), until=day(20).isoformat()), fact("cancel_scheduled", day(12)),
    ]  # fmt: skip
    assert standing(facts, day(13)).state == "paused"
    found = standing(facts, day(21))
    assert (found.state, found.ends_at) == ("cancel_scheduled", day(40))


def test_given_a_cancellation_now_and_a_purchase_of_the_same_second_then_it_begins_anew() -> None:
    """Found by a tester: shops tell times in whole seconds, so whoever came back at once had paid before they left."""
    first, again = bought(day(0), order=1), bought(day(3), order=2)
    left = fact("canceled", day(3) + timedelta(milliseconds=40), gives_up=["1:order:1:1"])

    for facts in ([first, left, again], [again, left, first]):
        found = standing(facts, day(3, 1))
        assert (found.state, found.started_at) == ("active", left.occurred_at + timedelta(microseconds=1))
        assert found.ends_at == left.occurred_at + timedelta(days=30, microseconds=1)


def test_given_a_purchase_that_was_told_after_a_cancellation_then_it_is_not_given_up() -> None:
    first, late = bought(day(0), order=1), bought(day(2), order=2)
    left = fact("canceled", day(3), gives_up=["1:order:1:1"])

    assert standing([first, left], day(4)).state == "ended"
    assert standing([first, left, late], day(4)).state == "active"
    again = fact("canceled", day(5), gives_up=["1:order:1:1", "1:order:2:1"])
    assert standing([first, left, late, again], day(6)).state == "ended"

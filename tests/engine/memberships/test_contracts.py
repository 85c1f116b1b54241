"""Memberships by contract: periods that are paid, fail, are left out; beside days that were bought."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from engine.memberships.definitions import PlanDefinition
from engine.memberships.facts import MembershipFact
from tests.support.memberships import (
    CONTRACT,
    MONTHLY,
    OTHER,
    PLAN,
    bought,
    fact,
    failed,
    local,
    opened,
    period,
    standing,
    standings,
    utc,
)

NO_GRACE = PlanDefinition(title="Strict", prices={"USD": 900}, grace_days=0)


def day(number: int, seconds: int = 0) -> datetime:
    """Noon of a day, counted from January 1, 2026."""
    return utc("2026-01-01") + timedelta(days=number, seconds=seconds)


def first_period() -> list[MembershipFact]:
    """A contract whose first 30 days were paid with its order."""
    return [opened(day(0)), period(day(0), 1, day(0), day(30))]


def second_period(at: datetime) -> MembershipFact:
    return period(at, 2, day(30), day(60))


def about(kind: str, at: datetime, **detail: object) -> MembershipFact:
    return fact(kind, at, contract_id=CONTRACT, **detail)  # type: ignore[arg-type]


def test_given_a_paid_period_then_it_is_active_and_entitled_beyond_it_by_the_days_of_grace() -> None:
    found = standing(first_period(), day(10))
    assert (found.state, found.way, found.ends_at, found.renews_at) == ("active", "contract", day(30), day(30))
    assert (found.entitled_until, found.contract_id) == (day(37), CONTRACT)
    assert found.term is not None
    assert (found.term.paid_minor, found.term.currency) == (900, "USD")


def test_given_each_renewal_then_the_end_moves_to_the_period_s() -> None:
    found = standing([*first_period(), second_period(day(30, 90))], day(31))
    assert (found.state, found.started_at, found.ends_at) == ("active", day(0), day(60))


def test_given_a_payment_under_way_then_it_stays_active_for_a_day() -> None:
    assert standing(first_period(), day(30, 60)).state == "active"
    assert standing(first_period(), day(30)).review_at == day(31)
    late = standing(first_period(), day(31))
    assert (late.state, late.entitled_until) == ("past_due", day(37))


def test_given_a_failed_payment_then_it_is_past_due_and_entitled_for_the_days_of_grace() -> None:
    facts = [*first_period(), failed(day(30, 60), 2)]
    found = standing(facts, day(30, 60))
    assert (found.state, found.ends_at, found.entitled_until, found.renews_at) == ("past_due", day(30), day(37), None)
    assert found.review_at == day(31)
    over = standing(facts, day(37))
    assert (over.state, over.entitled(day(37))) == ("past_due", False)
    assert standing(facts, day(36)).entitled(day(36))


def test_given_days_of_grace_over_the_change_of_clocks_then_they_are_days_of_the_calendar() -> None:
    end = local("2026-03-05 12:00")
    facts = [opened(local("2026-02-05")), period(local("2026-02-05"), 1, local("2026-02-05"), end), failed(end, 2)]
    assert standing(facts, end).entitled_until == local("2026-03-12 12:00")


def test_given_no_grace_then_a_payment_under_way_keeps_privileges_and_a_failed_one_does_not() -> None:
    assert standing(first_period(), day(30, 60), NO_GRACE).entitled_until == day(31)
    found = standing([*first_period(), failed(day(30, 60), 2)], day(30, 60), NO_GRACE)
    assert (found.state, found.entitled_until) == ("past_due", day(30))


def test_given_a_recovery_then_it_is_active_in_the_same_membership() -> None:
    facts = [*first_period(), failed(day(30), 2), failed(day(33), 2, 2), second_period(day(35))]
    assert standing(facts, day(34)).state == "past_due"
    found = standing(facts, day(35))
    assert (found.state, found.started_at, found.ends_at) == ("active", day(0), day(60))


def test_given_the_news_of_a_failure_after_the_recovery_then_it_stays_active() -> None:
    facts = [*first_period(), second_period(day(35)), failed(day(36), 2)]
    assert standing(facts, day(61)).state == "past_due"
    assert standing(facts, day(40)).state == "active"
    assert standing(facts, day(60)).state == "active"


def test_given_any_order_of_arrival_then_one_state() -> None:
    facts = [*first_period(), failed(day(30), 2), second_period(day(33)), about("cancel_scheduled", day(40))]
    wanted = [standing(facts, day(number)) for number in (31, 34, 41, 61)]
    assert [one.state for one in wanted] == ["past_due", "active", "cancel_scheduled", "ended"]
    for order in permutations(facts):
        assert [standing(order, day(number)) for number in (31, 34, 41, 61)] == wanted


def test_given_a_trial_then_it_is_trialing_and_the_first_charge_makes_it_active() -> None:
    facts = [opened(day(0), trial_ends_at=day(14).isoformat())]
    found = standing(facts, day(3))
    assert (found.state, found.trial_ends_at, found.ends_at, found.renews_at) == ("trialing", day(14), day(14), day(14))
    assert found.term is not None
    assert found.term.paid_minor == 0
    paid = standing([*facts, period(day(14), 1, day(14), day(44))], day(15))
    assert (paid.state, paid.started_at, paid.ends_at, paid.trial_ends_at) == ("active", day(0), day(44), None)


def test_given_a_trial_that_is_canceled_then_it_ends_with_the_trial_and_nothing_is_due() -> None:
    facts = [opened(day(0), trial_ends_at=day(14).isoformat()), about("cancel_scheduled", day(3))]
    found = standing(facts, day(4))
    assert (found.state, found.ends_at, found.entitled_until) == ("cancel_scheduled", day(14), day(14))
    assert standing(facts, day(14)).state == "ended"


def test_given_a_cancellation_at_the_end_then_there_is_no_grace_and_it_may_be_taken_back() -> None:
    facts = [*first_period(), about("cancel_scheduled", day(10))]
    found = standing(facts, day(11))
    assert (found.state, found.ends_at, found.entitled_until, found.renews_at) == (
        "cancel_scheduled", day(30), day(30), None,
    )  # fmt: skip
    back = standing([*facts, about("cancel_withdrawn", day(12))], day(13))
    assert (back.state, back.entitled_until, back.renews_at) == ("active", day(37), day(30))
    ended = standing([*facts, about("contract_ended", day(30, 5), reason="canceled")], day(31))
    assert (ended.state, ended.ends_at, ended.entitled_until) == ("ended", day(30), day(30))


def test_given_a_contract_that_the_shop_ended_then_what_was_paid_for_lasts() -> None:
    facts = [*first_period(), about("contract_ended", day(10), reason="canceled")]
    found = standing(facts, day(11))
    assert (found.state, found.ends_at, found.entitled_until) == ("cancel_scheduled", day(30), day(30))
    assert standing(facts, day(30)).state == "ended"


def test_given_the_last_attempt_fails_then_it_ends_and_privileges_with_it() -> None:
    facts = [
        *first_period(),
        failed(day(30), 2),
        failed(day(35), 2, 2),
        about("contract_ended", day(35), reason="failed"),
    ]
    found = standing(facts, day(36))
    assert (found.state, found.ends_at, found.entitled_until) == ("ended", day(35), day(35))


def test_given_a_period_left_out_then_it_is_paused_until_the_next_one() -> None:
    facts = [
        *first_period(), failed(day(30), 2), about("period_skipped", day(37), cycle=2, ends_at=day(60).isoformat()),
    ]  # fmt: skip
    found = standing(facts, day(40))
    assert (found.state, found.paused_until, found.entitled_until) == ("paused", day(60), day(37))
    assert (found.renews_at, found.review_at) == (day(60), day(60))
    assert standing(facts, day(60)).state == "past_due"
    back = standing([*facts, period(day(60), 3, day(60), day(90))], day(61))
    assert (back.state, back.started_at, back.ends_at) == ("active", day(0), day(90))


def test_given_a_pause_then_what_was_paid_for_moves_and_the_next_period_follows() -> None:
    facts = [*first_period(), about("paused", day(10), until=None), about("resumed", day(15))]
    assert standing(facts[:3], day(12)).state == "paused"
    found = standing(facts, day(16))
    assert (found.state, found.ends_at, found.renews_at) == ("active", day(35), day(35))
    renewed = standing([*facts, period(day(35), 2, day(35), day(65))], day(36))
    assert renewed.ends_at == day(65)


def test_given_a_pause_after_failures_then_it_is_paused_and_past_due_again_after_it() -> None:
    facts = [*first_period(), failed(day(30), 2), about("paused", day(37), until=None)]
    assert standing(facts, day(38)).state == "paused"
    assert standing([*facts, about("resumed", day(40))], day(41)).state == "past_due"


def test_given_days_bought_while_a_contract_runs_then_they_wait_for_its_end() -> None:
    facts = [*first_period(), bought(day(10))]
    assert standing(facts, day(11), grace_plan()).ends_at == day(60)
    renewed = [*facts, second_period(day(30))]
    found = standing(renewed, day(31), grace_plan())
    assert (found.state, found.way, found.ends_at, found.renews_at) == ("active", "contract", day(90), day(60))
    ending = [*renewed, about("contract_ended", day(40), reason="canceled")]
    last = standing(ending, day(61), grace_plan())
    assert (last.state, last.ends_at, last.entitled_until) == ("active", day(90), day(90))


def test_given_a_late_payment_then_bought_days_bridge_it_and_only_those_are_used() -> None:
    facts = [*first_period(), bought(day(10)), failed(day(30), 2), second_period(day(35))]
    assert standing(facts, day(33), grace_plan()).state == "active"
    assert standing(facts, day(36), grace_plan()).ends_at == day(85)


def test_given_a_contract_that_begins_while_bought_days_run_then_they_wait_for_its_end() -> None:
    facts = [bought(day(0)), opened(day(10)), period(day(10), 1, day(10), day(40))]
    found = standing(facts, day(11), grace_plan())
    assert (found.started_at, found.ends_at, found.renews_at) == (day(0), day(60), day(40))


def grace_plan() -> PlanDefinition:
    """Thirty days a unit, by contract a month."""
    return PlanDefinition(title="Both", prices={"USD": 900}, days_per_unit=30)


def test_given_the_order_of_a_contract_then_its_line_gives_no_days_of_its_own() -> None:
    line = bought(day(0), order=55)
    facts = [opened(day(0), origin_order_id=55), period(day(0), 1, day(0), day(30), order_id=55), line]
    for order in permutations(facts):
        assert standing(order, day(1), grace_plan()).ends_at == day(30)
    renewal = [period(day(30), 2, day(30), day(60), order_id=56), bought(day(30), order=56)]
    assert standing([*facts, *renewal], day(31), grace_plan()).ends_at == day(60)
    assert standing([line], day(1), grace_plan()).ends_at == day(30)


def test_given_a_refund_of_a_period_s_order_then_the_period_is_shorter_and_has_no_grace() -> None:
    whole = [
        opened(day(0), origin_order_id=55), period(day(0), 1, day(0), day(30), order_id=55),
        bought(day(0), 1, (day(10), 0), order=55),
    ]  # fmt: skip
    assert standing(whole, day(9), grace_plan()).entitled_until == day(37)
    found = standing(whole, day(11), grace_plan())
    assert (found.state, found.ends_at, found.entitled_until) == ("past_due", day(10), day(10))
    half = [*whole[:2], bought(day(0), 1, (day(10), 1, 450, 900), order=55)]
    assert standing(half, day(11), grace_plan()).ends_at == day(15)


def test_given_a_refund_of_a_period_s_order_that_is_still_to_come_then_it_is_reviewed_then() -> None:
    facts = [
        opened(day(0), origin_order_id=55), period(day(0), 1, day(0), day(30), order_id=55),
        bought(day(0), 1, (day(10), 0), order=55),
    ]  # fmt: skip
    assert standing(facts, day(9), grace_plan()).review_at == day(10)


def test_given_a_first_payment_that_comes_after_a_purchase_then_there_is_one_membership_with_its_months() -> None:
    facts = [opened(day(0)), bought(day(1)), period(day(1), 1, day(0), day(30))]
    found = standing(facts, local("2026-02-20"), grace_plan())
    assert found.started_at == day(0)
    assert found.months == (local("2026-02-01 07:00"),)


def test_given_a_change_of_plan_then_the_old_one_ends_and_the_new_one_begins_at_that_moment() -> None:
    change = about(
        "plan_changed", day(12), to_plan_id=OTHER, to_plan_version=1, period_ends_at=day(42).isoformat(),
        amount_minor=1_900, currency="USD",
    )  # fmt: skip
    old, new = standings([*first_period(), change], day(13))
    assert (old.plan_id, old.state, old.ends_at, old.entitled_until) == (PLAN, "ended", day(12), day(12))
    assert (new.plan_id, new.state, new.started_at, new.ends_at) == (OTHER, "active", day(12), day(42))
    assert (new.contract_id, new.renews_at) == (CONTRACT, day(42))


def test_given_the_payment_of_the_period_that_it_opened_with_then_that_says_what_was_paid() -> None:
    facts = [opened(day(0), period_ends_at=day(30).isoformat()), period(day(0), 1, day(0), day(30))]
    assert standing(facts[:1], day(1)).ends_at == day(30)
    found = standing(facts, day(1))
    assert found.term is not None
    assert (found.ends_at, found.term.paid_minor, found.term.changed, found.cycles) == (day(30), 900, False, 1)


def test_given_a_change_that_is_not_paid_yet_then_the_new_plan_is_active_while_its_payment_is_under_way() -> None:
    change = about(
        "plan_changed", day(12), to_plan_id=OTHER, to_plan_version=1, period_ends_at=day(12).isoformat(), cycle=2,
    )  # fmt: skip
    old, new = standings([*first_period(), change], day(12, 60))
    assert (old.state, old.ends_at) == ("ended", day(12))
    assert (new.state, new.started_at, new.ends_at, new.entitled_until) == ("active", day(12), day(12), day(19))
    paid = fact(
        "period_paid", day(12, 90), OTHER, contract_id=CONTRACT, cycle=2, starts_at=day(12).isoformat(),
        ends_at=day(42).isoformat(), amount_minor=1_360, currency="USD",
    )  # fmt: skip
    _, new = standings([*first_period(), change, paid], day(13))
    assert (new.state, new.started_at, new.ends_at) == ("active", day(12), day(42))
    assert new.term is not None
    assert new.term.changed


def test_given_a_change_at_the_end_of_a_period_then_each_plan_keeps_to_it() -> None:
    change = about(
        "plan_changed", day(30, 5), to_plan_id=OTHER, to_plan_version=1, period_ends_at=day(30).isoformat(), cycle=2,
    )  # fmt: skip
    paid = fact(
        "period_paid", day(30, 60), OTHER, contract_id=CONTRACT, cycle=2, starts_at=day(30).isoformat(),
        ends_at=day(60).isoformat(), amount_minor=500, currency="USD",
    )  # fmt: skip
    old, new = standings([*first_period(), change, paid], day(31))
    assert (old.state, old.ends_at, old.entitled_until) == ("ended", day(30), day(30))
    assert (new.state, new.started_at, new.ends_at, new.renews_at) == ("active", day(30), day(60), day(60))


def test_given_the_last_cycle_then_it_ends_with_what_was_paid_for_though_the_news_comes_later() -> None:
    facts = [*first_period(), about("contract_ended", day(30, 5), reason="maximum_cycles")]
    found = standing(facts, day(31))
    assert (found.state, found.ends_at, found.entitled_until) == ("ended", day(30), day(30))


def test_given_a_new_contract_after_an_ended_one_then_a_new_membership_begins() -> None:
    again = fact("contract_opened", day(50), contract_id=8_000)
    paid = fact(
        "period_paid", day(50), contract_id=8_000, cycle=1, starts_at=day(50).isoformat(), ends_at=day(80).isoformat(),
        amount_minor=900, currency="USD",
    )  # fmt: skip
    facts = [*first_period(), about("contract_ended", day(20), reason="canceled"), again, paid]
    assert standing(facts, day(40)).state == "ended"
    found = standing(facts, day(51))
    assert (found.state, found.contract_id, found.started_at, found.ends_at) == ("active", 8_000, day(50), day(80))
    late = [*facts, failed(day(52), 2)]  # of the old contract
    assert standing(late, day(53)).contract_id == 8_000


@pytest.mark.parametrize("at", [10, 30, 33])
def test_given_a_cancellation_now_then_it_ends_at_once(at: int) -> None:
    facts = [*first_period(), failed(day(30), 2), about("canceled", day(at))]
    found = standing(facts, day(40))
    assert (found.state, found.ends_at, found.entitled_until) == ("ended", day(at), day(at))


def test_given_months_by_contract_from_january_31_then_months_completed_follow() -> None:
    begun = local("2026-01-31")
    facts = [
        opened(begun), period(begun, 1, begun, local("2026-02-28")),
        period(local("2026-02-28"), 2, local("2026-02-28"), local("2026-03-31")),
    ]  # fmt: skip
    found = standing(facts, local("2026-03-31"), MONTHLY)
    assert found.months == (local("2026-02-28"), local("2026-03-31"))

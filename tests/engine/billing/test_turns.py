"""The turn of a contract that is due, without a database: what is charged, skipped, waited for, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.billing.attempts import AttemptState, parse_key
from engine.billing.changing import Change, change_later, changed_at_end, changed_now
from engine.billing.dunning import FinalAction
from engine.billing.settling import advanced, paid_news
from engine.billing.turns import canceled, paused, resumed, skipped, turn
from tests.support.contracts import ANCHOR, LADDER, at, attempt, contract


def test_given_a_cycle_that_is_due_when_its_turn_comes_then_it_is_charged_and_waits_for_the_outcome() -> None:
    done = turn(contract(), [], LADDER, at("2027-02-28T15:00"))

    assert (done.charge, done.contract.next_billing_at, done.news) == (2, None, ())


def test_given_an_attempt_that_is_open_when_its_turn_comes_then_there_is_no_other_one() -> None:
    states: tuple[AttemptState, ...] = ("waiting", "asked", "challenged")
    for state in states:
        open_one = attempt(2, 1, state, at("2027-02-28T15:00"))

        assert turn(contract(), [open_one], LADDER, at("2027-03-30T15:00")).charge is None


def test_given_a_worker_that_was_away_for_months_when_it_returns_then_only_the_cycle_of_now_is_charged() -> None:
    done = turn(contract(), [], LADDER, at("2027-06-10T00:00"))

    assert done.charge == 5
    assert [(one.kind, one.detail["cycle"], one.detail["ends_at"]) for one in done.news] == [
        ("period_skipped", 2, "2027-05-31T15:00:00+00:00")
    ]


def test_complaint_12_given_billing_that_is_held_when_cycles_come_then_all_are_skipped_and_none_is_charged() -> None:
    held = contract(held_since=at("2027-02-10T00:00"))

    done = turn(held, [], LADDER, at("2027-06-10T00:00"))

    assert (done.charge, done.contract.next_cycle) == (None, 6)
    assert done.contract.next_billing_at == at("2027-06-30T15:00")


def test_complaint_12_given_a_cycle_that_began_in_the_gap_when_billing_was_confirmed_then_it_is_skipped_for_good() -> (
    None
):
    confirmed = contract(resumed_at=at("2027-05-31T15:01"))

    done = turn(confirmed, [], LADDER, at("2027-06-10T00:00"))

    assert (done.charge, done.contract.next_billing_at) == (None, at("2027-06-30T15:00"))
    assert turn(contract(resumed_at=at("2027-02-28T15:00")), [], LADDER, at("2027-02-28T15:00")).charge == 2


def test_given_failures_when_the_turn_comes_then_the_ladder_decides() -> None:
    first = at("2027-02-28T15:00")
    failed = [attempt(2, 1, "failed", first, "soft")]

    assert turn(contract(), failed, LADDER, first).contract.next_billing_at == first + timedelta(days=3)
    assert turn(contract(), failed, LADDER, first + timedelta(days=3)).charge == 2
    expired = [attempt(2, 1, "failed", first, "expired_card")]
    assert turn(contract(), expired, LADDER, first).contract.next_billing_at == first + timedelta(days=7)
    renewed = contract().noting(renewed_at=(first + timedelta(days=1)).isoformat())
    assert turn(renewed, expired, LADDER, first + timedelta(days=1)).charge == 2


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [("pause", "paused", "paused"), ("cancel", "cancelled", "contract_ended"), ("skip", "active", "period_skipped")],
)
def test_given_the_last_failure_when_the_turn_comes_then_the_plan_says_what_follows(
    action: FinalAction, status: str, kind: str
) -> None:
    first = at("2027-02-28T15:00")
    failed = [
        attempt(2, number, "failed", first + timedelta(days=day), "soft") for number, day in enumerate((0, 3, 5, 7), 1)
    ]

    done = turn(contract(), failed, replace(LADDER, final_action=action), first + timedelta(days=7))

    assert (done.contract.status, [one.kind for one in done.news], done.charge) == (status, [kind], None)
    expected = at("2027-03-31T15:00") if action == "skip" else None
    assert done.contract.next_billing_at == expected


def test_given_days_that_are_longer_than_the_cycle_when_a_payment_fails_then_two_cycles_are_never_dunned_at_once() -> (
    None
):
    daily = contract(interval_unit="day", next_billing_at=at("2027-02-01T15:00"))
    failed = [attempt(2, 1, "failed", at("2027-02-01T15:00"), "soft")]

    done = turn(daily, failed, replace(LADDER, final_action="cancel"), at("2027-02-01T15:00"))

    assert (done.charge, done.contract.status) == (None, "cancelled")


def test_given_wishes_when_the_turn_comes_then_no_charge_comes_before_them() -> None:
    now = at("2027-02-28T15:00")

    assert turn(contract(cancel_at_end=True), [], LADDER, now).contract.status == "cancelled"
    over = turn(contract().noting(maximum_cycles=1), [], LADDER, now)
    assert (over.contract.status, over.news[0].detail["reason"]) == ("cancelled", "maximum_cycles")
    asked = contract().noting(wanted={"price_minor": 700, "at": now.isoformat()})
    assert turn(asked, [], LADDER, now).charge is None


def test_given_a_pause_when_it_ends_then_what_was_left_of_the_paid_period_follows_first() -> None:
    stopped = paused(contract(), at("2027-02-10T15:00"), at("2027-03-10T15:00"))
    assert (stopped.next_billing_at, stopped.wanted["status"]) == (at("2027-03-10T15:00"), "paused")

    again = turn(stopped, [], LADDER, at("2027-03-10T15:30")).contract

    # 18 days were left on 10 February, and are on 10 March.
    assert (again.status, again.next_billing_at) == ("active", at("2027-03-28T15:00"))
    assert (again.schedule.start(2), again.schedule.start(3)) == (at("2027-03-28T15:00"), at("2027-04-28T15:00"))


def test_given_a_contract_that_owed_when_it_was_paused_when_it_goes_on_then_it_is_charged_at_once() -> None:
    stopped = paused(contract(), at("2027-03-03T00:00"), None)

    assert resumed(stopped, at("2027-04-05T00:00")).next_billing_at == at("2027-04-05T00:00")


def test_given_a_dearer_plan_at_once_when_it_is_paid_then_the_rest_of_the_month_is_and_no_date_moves() -> None:
    now = at("2027-02-10T15:00")
    before = contract()
    done = changed_now(before, Change(4, 1, 1500, variant_id=99, first_price_minor=620), ("month", 1), now)
    begun = done.contract

    assert (begun.plan_id, begun.price_minor, begun.next_billing_at) == (4, 620, now)
    assert (begun.wanted["price_minor"], begun.wanted["variant_id"]) == (620, 99)
    assert done.left is not None
    assert (done.left.plan_id, done.left_news[0].kind, done.left_news[0].detail["to_plan_id"]) == (3, "plan_changed", 4)
    known = begun.noting(wanted=None)
    assert turn(known, [], LADDER, now + timedelta(minutes=1)).charge == 2
    detail = paid_news(known, attempt(2, 1, "succeeded", now)).detail
    assert (detail["starts_at"], detail["ends_at"]) == (now.isoformat(), "2027-02-28T15:00:00+00:00")
    paid = advanced(known, 2)
    assert (paid.price_minor, paid.wanted) == (1500, {"price_minor": 1500})
    # The anchor is still the 31st: what was inserted moves nothing.
    assert [paid.schedule.start(cycle).day for cycle in (3, 4, 5)] == [28, 31, 30]
    assert (paid.next_cycle, paid.next_billing_at) == (3, at("2027-02-28T15:00"))
    assert paid.schedule.start(1) == ANCHOR


def test_given_a_first_price_that_was_never_paid_when_its_cycle_is_over_then_the_next_one_costs_the_whole() -> None:
    now = at("2027-02-10T15:00")
    change = Change(4, 1, 1500, first_price_minor=620)
    begun = changed_now(contract(), change, ("month", 1), now).contract.noting(wanted=None)
    failed = [attempt(2, 1, "failed", now, "soft")]

    skipping = turn(begun, failed, replace(LADDER, days=(0,), final_action="skip"), now)
    held = turn(replace(begun, held_since=now), [], LADDER, at("2027-03-01T00:00"))
    late = turn(begun, [], LADDER, at("2027-03-05T00:00"))

    for done in (skipping, held, late):
        assert (done.charge, done.contract.price_minor, done.contract.wanted["price_minor"]) == (None, 1500, 1500)
    assert turn(late.contract.noting(wanted=None), [], LADDER, at("2027-03-05T00:01")).charge == 3


def test_given_a_first_price_that_was_never_paid_when_it_is_paused_then_the_rest_follows_and_then_the_whole() -> None:
    now = at("2027-02-10T15:00")
    begun = changed_now(contract(), Change(4, 1, 1500, first_price_minor=620), ("month", 1), now).contract

    again = resumed(paused(begun, at("2027-02-11T15:00"), None), at("2027-03-11T15:00"))

    # 17 days were paid for on 11 February, and are on 11 March.
    assert (again.price_minor, again.wanted["price_minor"]) == (1500, 1500)
    assert again.next_billing_at == at("2027-03-28T15:00")


def test_given_a_plan_by_the_year_at_once_when_it_is_paid_then_a_whole_year_begins() -> None:
    now = at("2027-02-10T15:00")
    begun = changed_now(contract(), Change(4, 1, 9900, first_price_minor=9300), ("year", 1), now).contract

    assert (begun.schedule.start(2), begun.schedule.start(3)) == (now, at("2028-02-10T15:00"))


def test_given_nothing_to_pay_when_the_plan_changes_at_once_then_the_next_charge_is_when_it_was() -> None:
    same_price = Change(4, 1, 900, first_price_minor=0)

    begun = changed_now(contract(), same_price, ("month", 1), at("2027-02-10T15:00")).contract

    assert (begun.plan_id, begun.price_minor, begun.next_billing_at) == (4, 900, at("2027-02-28T15:00"))


def test_given_another_plan_at_the_end_when_the_period_is_over_then_it_begins_there() -> None:
    waiting = change_later(contract(), Change(4, 1, 500), ("month", 1))
    assert (waiting.plan_id, waiting.price_minor) == (3, 900)

    begun = changed_at_end(waiting, waiting.schedule.start(2)).contract

    assert (begun.plan_id, begun.price_minor, "change" in begun.detail) == (4, 500, False)
    assert begun.schedule.start(3) == waiting.schedule.start(3)
    yearly = changed_at_end(change_later(contract(), Change(4, 1, 500), ("year", 1)), at("2027-02-28T15:00"))
    assert yearly.contract.schedule.start(3) == at("2028-02-28T15:00")


def test_given_a_period_that_was_paid_late_when_it_is_told_then_it_is_its_own_and_not_that_of_the_payment() -> None:
    late = replace(attempt(2, 3, "succeeded", at("2027-03-05T15:00")), order_id=88)

    detail = paid_news(contract(), late).detail

    assert (detail["starts_at"], detail["ends_at"]) == ("2027-02-28T15:00:00+00:00", "2027-03-31T15:00:00+00:00")
    assert (detail["amount_minor"], detail["order_id"]) == (900, 88)


def test_given_a_cancellation_when_it_is_made_then_nothing_is_due_and_the_shop_is_asked() -> None:
    done = canceled(contract(), ANCHOR)

    assert (done.status, done.next_billing_at, done.wanted["status"], done.billable) == (
        "cancelled", None, "cancelled", False,
    )  # fmt: skip


def test_given_nothing_that_was_missed_when_it_is_skipped_then_nothing_is_told() -> None:
    assert skipped(contract(), ANCHOR).news == ()


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("laurel-7-2-1", (7, 2, 1)), ("laurel-07-2-1", None), ("laurel-7-2", None), ("other-7-2-1", None),
        ("laurel-99999999999999999999-2-1", None), ("laurel-7-2-1 ", None), ("laurel-٧-2-1", None), ("", None),
    ],
)  # fmt: skip
def test_given_a_key_when_it_is_read_then_only_our_own_are_understood(
    key: str, parts: tuple[int, int, int] | None
) -> None:
    assert parse_key(key) == parts


def test_given_a_credit_from_the_checkout_when_cycles_are_skipped_or_paused_then_it_lasts_until_one_is_paid() -> None:
    credited = contract(price_minor=27, detail={"full_price_minor": 900, "credited": True})

    assert skipped(credited, at("2027-04-01T00:00")).contract.price_minor == 27
    assert resumed(paused(credited, at("2027-02-10T00:00"), None), at("2027-02-20T00:00")).price_minor == 27
    renewed = replace(attempt(2, 1, "succeeded", at("2027-02-28T15:00")), amount_minor=27)
    assert paid_news(credited, renewed).detail["amount_minor"] == 900  # with what was paid for it before
    paid = advanced(credited, 2)
    assert (paid.price_minor, paid.wanted["price_minor"], "credited" in paid.detail) == (900, 900, False)

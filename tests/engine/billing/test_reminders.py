"""What members are told before money moves: once each, and nobody whose contract is about to end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.billing.reminders import reminders_due
from tests.support.contracts import at, contract


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        ("2027-01-31T15:00", []),
        ("2027-03-02T00:00", ["card_expires_30"]),
        ("2027-03-25T00:00", ["card_expires_7"]),
        ("2027-04-02T00:00", ["card_expires_7"]),
    ],
)
def test_given_a_card_that_runs_out_when_it_is_near_then_30_and_7_days_before_it_is_told(
    now: str, kinds: list[str]
) -> None:
    one_with_card = contract(payment_ends_on=at("2027-03-31T00:00").date())

    assert [one.kind for one in reminders_due(one_with_card, at(now))] == kinds


def test_given_a_year_or_a_trial_that_ends_when_it_is_near_then_it_is_told_once() -> None:
    yearly = contract(interval_unit="year", next_billing_at=at("2028-01-31T15:00"))
    trial = contract(trial_ends_at=at("2027-02-14T15:00"), next_billing_at=at("2027-02-14T15:00"))

    (renewal,) = reminders_due(yearly, at("2028-01-02T00:00"))
    (ending,) = reminders_due(trial, at("2027-02-12T00:00"))

    assert (renewal.kind, renewal.at, ending.kind) == ("renews", at("2028-01-31T15:00"), "trial_ends")
    told = replace(yearly, warned={"renews": renewal.occasion})
    assert reminders_due(told, at("2028-01-02T00:00")) == ()
    assert reminders_due(contract(), at("2027-02-20T00:00")) == ()
    assert reminders_due(replace(yearly, cancel_at_end=True), at("2028-01-02T00:00")) == ()

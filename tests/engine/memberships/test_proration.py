"""What a part of a period costs, by numbers worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.memberships.periods import Period
from engine.memberships.proration import changed_now, refund_due, share_of_price
from tests.support.memberships import utc

JUNE = Period(utc("2026-06-01 00:00"), utc("2026-07-01 00:00"))


def test_given_an_upgrade_after_a_third_of_the_period_then_two_thirds_of_both_prices_are_settled() -> None:
    quote = changed_now(900, 1_900, JUNE, utc("2026-06-11 00:00"))
    assert (quote.credit_minor, quote.charge_minor) == (600, 1_267)  # 1,900 × 2/3 = 1,266.67
    assert (quote.due_minor, quote.store_credit_minor) == (667, 0)


def test_given_a_cheaper_plan_then_nothing_is_charged_and_the_rest_is_store_credit() -> None:
    quote = changed_now(1_900, 900, JUNE, utc("2026-06-11 00:00"))
    assert (quote.due_minor, quote.store_credit_minor) == (0, 667)


def test_given_halves_then_they_go_to_the_even_unit() -> None:
    middle = utc("2026-06-16 00:00")
    assert [share_of_price(price, JUNE, middle) for price in (1, 3, 5, 7)] == [0, 2, 2, 4]


def test_given_the_bounds_of_the_period_then_all_or_nothing_is_left() -> None:
    assert share_of_price(900, JUNE, JUNE.starts_at) == 900
    assert share_of_price(900, JUNE, JUNE.starts_at - timedelta(days=1)) == 900
    assert share_of_price(900, JUNE, JUNE.ends_at) == 0
    assert share_of_price(900, JUNE, JUNE.ends_at - timedelta(seconds=1)) == 0
    assert share_of_price(900, Period(JUNE.starts_at, JUNE.starts_at), JUNE.starts_at) == 0


@pytest.mark.parametrize(
    ("rule", "benefits", "due"),
    [
        ("full", 0, 900), ("full", 1, 0), ("less_benefits", 0, 900), ("less_benefits", 320, 580),
        ("less_benefits", 2_000, 0), ("none", 0, 0),
    ],
)  # fmt: skip
def test_given_a_term_that_is_given_up_then_what_comes_back_follows_from_what_was_used(
    rule: str, benefits: int, due: int
) -> None:
    assert refund_due(rule, 900, benefits) == due  # type: ignore[arg-type]

"""Lines of orders as purchases: which units are left from when on, and which share of them money took back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.events import Order, OrderEdit, OrderLine, Refund, RefundLine
from engine.memberships.catalog import PlanVersion
from engine.memberships.purchases import plan_sold, purchase_detail
from engine.rules.order_state import OrderState
from tests.support.facts import amount, line, order
from tests.support.memberships import MONTHLY, THIRTY_DAYS, utc

PAID = utc("2026-01-01")


def day(number: int) -> datetime:
    return PAID + timedelta(days=number)


def sold(*lines: OrderLine, **parts: Any) -> Order:
    return order(1, lines, occurred_at=PAID, updated_at=PAID, **parts)


def units_back(number: int, at: datetime, units: int, subtotal: str, line_id: int = 1) -> Refund:
    part = RefundLine(line_id, units, amount(subtotal), amount("0"), None)
    return Refund(number, 1, at, (part,), currency="USD", presentment_currency="USD")


def money_back(number: int, at: datetime, text: str, shipping: str = "0") -> Refund:
    return Refund(number, 1, at, (), ((amount(text).shop, "USD"),), amount(shipping), "USD", "USD")


def steps(one: Order, *refunds: Refund, edits: tuple[OrderEdit, ...] = (), of: int = 0) -> list[list[Any]]:
    """[day, units, taken, value] of each step of a line."""
    detail = purchase_detail(OrderState(one, refunds, edits), one.lines[of])
    return [[(datetime.fromisoformat(at) - PAID).days, *rest] for at, *rest in detail["steps"]]


def test_given_units_refunded_then_they_are_gone_from_the_refund_on() -> None:
    one = sold(line("10.00", 3))
    assert steps(one, units_back(7, day(5), 1, "10.00")) == [[0, 3, 0, 0], [5, 2, 0, 0]]
    both = (units_back(8, day(9), 2, "20.00"), units_back(7, day(5), 1, "10.00"), units_back(7, day(5), 1, "10.00"))
    assert steps(one, *both) == [[0, 3, 0, 0], [5, 2, 0, 0], [9, 0, 0, 0]]


def test_given_money_back_alone_then_it_takes_its_share_of_the_money_of_the_line() -> None:
    one = sold(line("50.00", 1))
    assert steps(one, money_back(7, day(2), "20.00")) == [[0, 1, 0, 0], [2, 1, 2_000, 5_000]]
    assert steps(one, money_back(7, day(2), "20.00"), money_back(8, day(4), "40.00"))[-1] == [4, 1, 5_000, 5_000]


def test_given_money_back_for_delivery_then_nothing_is_taken() -> None:
    assert steps(sold(line("50.00", 1)), money_back(7, day(2), "5.00", shipping="5.00")) == [[0, 1, 0, 0]]


def test_given_other_lines_then_money_back_is_spread_over_what_was_kept_of_all() -> None:
    one = sold(line("50.00", 1), line("30.00", 1, line_id=2))
    assert steps(one, money_back(7, day(2), "20.00"))[-1] == [2, 1, 2_000, 8_000]
    mug_back_first = (units_back(6, day(1), 1, "30.00", line_id=2), money_back(7, day(2), "50.00"))
    assert steps(one, *mug_back_first)[-1] == [2, 1, 5_000, 5_000]


def test_given_the_other_line_refunded_then_this_one_is_as_it_was() -> None:
    one = sold(line("50.00", 1), line("30.00", 1, line_id=2))
    assert steps(one, units_back(6, day(1), 1, "30.00", line_id=2)) == [[0, 1, 0, 0]]


def test_given_tax_on_top_then_money_back_is_measured_with_it() -> None:
    one = sold(line("50.00", 1, tax="4.00"))
    assert steps(one, money_back(7, day(2), "54.00"))[-1] == [2, 1, 5_400, 5_400]


def test_given_units_edited_out_then_they_are_gone_from_the_edit_on_and_their_money_back_takes_no_more() -> None:
    edit = OrderEdit(4, 1, day(3), ((1, 1),))
    one = sold(line("10.00", 3))
    assert steps(one, edits=(edit,)) == [[0, 3, 0, 0], [3, 2, 0, 0]]
    assert steps(one, money_back(7, day(4), "10.00"), edits=(edit,)) == [[0, 3, 0, 0], [3, 2, 0, 0]]
    assert steps(one, money_back(7, day(4), "15.00"), edits=(edit,))[-1] == [4, 2, 500, 2_000]
    newer = replace(sold(line("10.00", 3, current_quantity=2)), updated_at=day(3))
    assert steps(newer, edits=(edit,)) == [[0, 3, 0, 0], [3, 2, 0, 0]]


def test_given_units_gone_without_an_edit_that_is_known_then_they_never_were() -> None:
    assert steps(sold(line("10.00", 3, current_quantity=2))) == [[0, 2, 0, 0]]


def test_given_a_refund_that_the_snapshot_knows_of_then_its_units_are_taken_once() -> None:
    refund = units_back(7, day(5), 1, "10.00")
    one = replace(sold(line("10.00", 3, current_quantity=2), refunds=(refund,)), updated_at=day(5))
    assert steps(one, refund) == [[0, 3, 0, 0], [5, 2, 0, 0]]


def test_given_a_refund_told_for_a_time_before_the_payment_then_it_counts_from_the_payment() -> None:
    assert steps(sold(line("10.00", 1)), units_back(7, day(-1), 1, "10.00")) == [[0, 0, 0, 0]]


def test_given_money_of_the_line_without_a_unit_then_its_share_of_this_line_goes() -> None:
    one = sold(line("50.00", 1), line("30.00", 1, line_id=2))
    assert steps(one, units_back(7, day(2), 0, "10.00"))[-1] == [2, 1, 1_000, 5_000]


def test_given_refunds_then_the_money_of_the_line_says_what_was_paid_and_what_came_back() -> None:
    one = sold(line("50.00", 2, discount="10.00"))
    detail = purchase_detail(
        OrderState(one, (units_back(7, day(2), 1, "45.00"), money_back(8, day(3), "15.00"))), one.lines[0]
    )
    assert (detail["paid_minor"], detail["refunded_minor"], detail["currency"]) == (9_000, 6_000, "USD")


def version(number: int, created: datetime, product: int, archived: datetime | None = None) -> PlanVersion:
    definition = THIRTY_DAYS.model_copy(update={"product_ids": (product,)})
    return PlanVersion(1, 100, "plus", number, definition, created, archived)


@pytest.mark.parametrize(
    ("product", "moment", "found"),
    [(5, -9, 1), (5, 0, 1), (5, 9, 1), (5, 10, None), (6, 9, None), (6, 10, 2), (6, 30, None), (7, 5, None)],
)
def test_given_versions_then_the_one_that_sold_the_product_when_it_was_paid_decides(
    product: int, moment: int, found: int | None
) -> None:
    versions = [version(1, day(0), 5, day(30)), version(2, day(10), 6, day(30))]
    sold_by = plan_sold(versions, 1, product, day(moment))
    assert (sold_by.version if sold_by else None) == found
    assert plan_sold(versions, 2, product, day(moment)) is None


def test_given_a_product_that_went_to_another_plan_then_the_one_that_sold_it_then_decides() -> None:
    new = PlanVersion(1, 50, "new", 1, THIRTY_DAYS.model_copy(update={"product_ids": (5,)}), day(40), None)
    versions = [new, version(1, day(0), 5, day(30))]
    assert [found.plan_id for at in (10, 35, 45) if (found := plan_sold(versions, 1, 5, day(at)))] == [100, 50, 50]


def test_given_a_plan_then_it_is_read_back_as_it_was_written() -> None:
    assert type(MONTHLY).model_validate_json(MONTHLY.model_dump_json()) == MONTHLY

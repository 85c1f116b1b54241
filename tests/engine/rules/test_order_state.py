"""What is known of an order beside its amounts: when it was sent and arrived, and what the shop kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine.events import AmountPair, Fulfillment
from engine.rules.order_state import OrderState, net_sales
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.rules import fixed, outcomes, points, program, rule

SENT, ARRIVED = PAID_AT + timedelta(days=1), PAID_AT + timedelta(days=3)


def parcel(number: int, *, delivered: bool = True, cancelled: bool = False) -> Fulfillment:
    at = ARRIVED + timedelta(hours=number) if delivered else None
    return Fulfillment(1, number, ARRIVED, SENT, at, cancelled)


def test_an_order_has_arrived_with_its_last_parcel_and_not_before_all_was_sent() -> None:
    sent = replace(order(1, [line("5.00")]), fulfilled_at=SENT)

    def delivered(*parcels: Fulfillment, one: object = sent) -> object:
        return OrderState(sent if one is sent else order(1, [line("5.00")]), (), (), parcels).delivered_at

    assert delivered(parcel(1), parcel(2)) == ARRIVED + timedelta(hours=2)
    assert delivered(parcel(1), parcel(2, delivered=False)) is None
    assert delivered(parcel(1), parcel(2, delivered=False, cancelled=True)) == ARRIVED + timedelta(hours=1)
    assert delivered() is None
    assert delivered(parcel(1), one=None) is None


def test_a_rule_for_sent_orders_happens_when_the_last_part_is_sent_and_others_when_it_is_paid() -> None:
    both = program(rule(), fixed("sent", 30, trigger="order_fulfilled"))
    found = outcomes(both, replace(order(1, [line("5.00")]), fulfilled_at=SENT))

    assert {handle: one.occurred_at for handle, one in found.items()} == {"purchase": PAID_AT, "sent": SENT}


def test_what_a_shop_kept_is_goods_without_tax_gift_cards_and_refunds() -> None:
    lines = [line("12.00", 3, discount="1.00", tax="5.00"), line("50.00", line_id=2, gift_card=True)]
    sold = order(1, lines, taxes_included=True)
    back = refund(1, 1, "12.00", tax="2.00")

    assert net_sales(OrderState(sold, ())) == 3600 - 100 - 500
    assert net_sales(OrderState(sold, (back,))) == 3000 - 1000
    assert net_sales(OrderState(sold, (refund(1, 1, None, moved=[(9000, "USD")]),))) == 0


def test_money_that_moved_in_a_worthless_orders_other_currency_counts_nothing() -> None:
    free = replace(
        order(1, [line("5.00")]), currency="EUR", total=AmountPair(0, 500)
    )  # nothing in the shop's money, so that there is no rate to convert by

    assert points(program(rule()), free, refund(1, 1, None, moved=[(100, "EUR")])) == {"purchase": 5}

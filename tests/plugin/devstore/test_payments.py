"""Orders that gift cards and store credit pay a part of, and refunds that find their way back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from plugin.devstore.customer_payloads import Payload, gid
from plugin.devstore.errors import CheckoutError
from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.store import Store
from plugin.devstore.store_credit import balance
from tests.support.devstore import Clock

Buy = Callable[..., Payload]
ADA = CUSTOMERS[0].id


def _credit(store: Store, amount: str = "0") -> Decimal:
    """Ada's store credit, after she was given so much more."""
    account = store.credit.account(gid("Customer", ADA), "USD")
    assert account is not None
    if Decimal(amount):
        store.credit.enter(account, Decimal(amount), None)
    return balance(account)


def _card(store: Store) -> str:
    card = store.gift_cards.by_code("harborcard15")
    assert card is not None
    return str(card["balance"])


def test_given_a_card_and_credit_when_an_order_is_paid_then_each_pays_what_it_has_in_that_order(
    buy: Buy, store: Store
) -> None:
    store.gift_cards.create(Decimal(15), "USD", code="HARBORCARD15")
    _credit(store, "7.50")

    order = buy({"stoneware-mug": 1}, gift_cards=("Harbor-Card 15",), store_credit=True)

    assert order["payment_gateway_names"] == ["gift_card", "shopify_store_credit", "shopify_payments"]
    assert order["total_price"] == "30.00"
    record = store.order_book.record(order["id"])
    paid = [(one["gateway"], one["amount_set"]["shop_money"]["amount"]) for one in record.payments]
    assert paid == [("gift_card", "15.00"), ("shopify_store_credit", "7.50"), ("shopify_payments", "7.50")]
    assert (_card(store), _credit(store)) == ("0.00", Decimal(0))


def test_given_more_credit_than_needed_when_an_order_is_paid_then_the_rest_stays(buy: Buy, store: Store) -> None:
    _credit(store, "100")

    order = buy({"stoneware-mug": 1}, store_credit=True)

    assert order["payment_gateway_names"] == ["shopify_store_credit"]
    assert order["financial_status"] == "paid"
    assert _credit(store) == Decimal(70)


def test_given_a_mixed_payment_when_it_is_refunded_in_parts_then_the_card_of_the_bank_comes_first(
    buy: Buy, store: Store
) -> None:
    store.gift_cards.create(Decimal(15), "USD", code="HARBORCARD15")
    _credit(store, "7.50")
    order = buy({"stoneware-mug": 1}, gift_cards=("harborcard15",), store_credit=True)

    first = store.refund(order["id"], {}, amount_only="10.00")
    store.cancel(order["id"])

    moved = [(one["gateway"], one["amount"]) for one in first["transactions"]]
    assert moved == [("shopify_payments", "7.50"), ("gift_card", "2.50")]
    refunds = store.order(order["id"])["refunds"]  # type: ignore[index]
    assert [(one["gateway"], one["amount"]) for one in refunds[1]["transactions"]] == [
        ("gift_card", "12.50"),
        ("shopify_store_credit", "7.50"),
    ]
    assert (_card(store), _credit(store)) == ("15.00", Decimal("7.50"))


def test_given_a_refund_that_is_refused_when_it_was_tried_then_nothing_came_back(buy: Buy, store: Store) -> None:
    store.gift_cards.create(Decimal(50), "USD", code="HARBORCARD15")
    order = buy({"stoneware-mug": 1}, gift_cards=("harborcard15",))

    with pytest.raises(Exception, match="more than was paid"):
        store.refund(order["id"], {}, amount_only="30.01")

    assert _card(store) == "20.00"


def test_given_an_order_that_costs_nothing_when_it_is_placed_then_nothing_paid_it(buy: Buy, store: Store) -> None:
    store.discounts.create(
        "LRL-ALL", title="All", kind="percentage", value="1.0", starts_at="2026-01-01T00:00:00Z"
    )  # fmt: skip

    order = buy({"laurel-plus": 1}, discount_codes=("LRL-ALL",))

    assert (order["total_price"], order["payment_gateway_names"], order["financial_status"]) == ("0.00", [], "paid")


@pytest.mark.parametrize("change", ["unknown", "empty", "ended", "expired", "other money"])
def test_given_a_card_that_cannot_pay_when_it_is_used_then_the_checkout_says_so(
    buy: Buy, store: Store, clock: Clock, change: str
) -> None:
    card = store.gift_cards.create(Decimal(5), "USD", code="HARBORCARD15", expires_on="2026-11-22")
    match change:
        case "empty":
            store.gift_cards.change(card, Decimal(-5))
        case "ended":
            store.gift_cards.deactivate(card)
        case "expired":
            clock.advance(24 * 3600)
    code = "unknown99" if change == "unknown" else "harborcard15"
    currency = "EUR" if change == "other money" else "USD"

    with pytest.raises(CheckoutError, match="pay in USD only" if change == "other money" else "cannot be used"):
        buy({"stoneware-mug": 1}, gift_cards=(code,), currency=currency)
    assert store.orders() == []

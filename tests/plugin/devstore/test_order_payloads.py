"""Orders as webhooks carry them: every sum exact, in both currencies, whatever was bought."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from plugin.devstore.amounts import read_pair, total
from plugin.devstore.checkouts import Checkout, RequestedLine
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.errors import CheckoutError, NotThereError
from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.store import Store

Buy = Callable[..., Payload]


def test_an_order_says_what_was_bought_in_both_currencies(buy: Buy) -> None:
    order = buy({"stoneware-mug": 2, "harbor-blend": 1}, currency="JPY")

    assert order["currency"] == "USD"
    assert order["presentment_currency"] == "JPY"
    assert (order["subtotal_price"], order["total_price"]) == ("66.50", "72.50")
    assert order["subtotal_price_set"]["presentment_money"] == {"amount": "10075", "currency_code": "JPY"}
    assert order["total_price_set"]["presentment_money"] == {"amount": "10984", "currency_code": "JPY"}
    assert [line["price"] for line in order["line_items"]] == ["24.00", "18.50"]
    assert order["financial_status"] == "paid"
    assert order["customer"]["id"] == CUSTOMERS[0].id
    assert order["updated_at"] == "2026-11-22T09:30:00-05:00"


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD", "EUR"])
@pytest.mark.parametrize("codes", [(), ("WELCOME10",), ("TENOFF",), ("WELCOME10", "TENOFF")])
@pytest.mark.parametrize(("rate", "included"), [("0", False), ("0.08875", False), ("0.2", True)])
def test_the_sums_of_an_order_are_exact(
    buy: Buy, currency: str, codes: tuple[str, ...], rate: str, included: bool
) -> None:
    order = buy(
        {"linen-napkins": 3, "harbor-blend": 1, "gift-card": 1},
        currency=currency,
        discount_codes=codes,
        tax_rate=Decimal(rate),
        taxes_included=included,
    )

    lines = order["line_items"]
    full = total([read_pair(line["price_set"]) * line["quantity"] for line in lines])
    off = total([read_pair(one["amount_set"]) for line in lines for one in line["discount_allocations"]])
    tax = total([read_pair(one["price_set"]) for line in lines for one in line["tax_lines"]])
    shipping = read_pair(order["total_shipping_price_set"])
    assert read_pair(order["total_line_items_price_set"]) == full
    assert read_pair(order["total_discounts_set"]) == off
    assert read_pair(order["subtotal_price_set"]) == full - off
    assert read_pair(order["total_tax_set"]) == tax
    expected = full - off + shipping
    assert read_pair(order["total_price_set"]) == (expected if included else expected + tax)
    assert order["current_total_price_set"] == order["total_price_set"]
    assert sum(Decimal(code["amount"]) for code in order["discount_codes"]) == off.shop
    assert {line["total_discount"] for line in lines} == {"0.00"}


def test_a_fixed_discount_is_allocated_over_the_lines_but_not_over_gift_cards(buy: Buy) -> None:
    order = buy({"harbor-blend": 2, "stoneware-mug": 1, "gift-card": 1}, discount_codes=("tenoff",))

    allocations = [[one["amount"] for one in line["discount_allocations"]] for line in order["line_items"]]
    assert allocations == [["6.07"], ["3.93"], []]
    assert order["discount_codes"] == [{"code": "TENOFF", "amount": "10.00", "type": "fixed_amount"}]
    assert order["discount_applications"] == [
        {
            "target_type": "line_item",
            "type": "discount_code",
            "value": "10.0",
            "value_type": "fixed_amount",
            "allocation_method": "across",
            "target_selection": "all",
            "code": "TENOFF",
        }
    ]


def test_taxes_that_are_included_are_part_of_the_price(buy: Buy) -> None:
    order = buy({"stoneware-mug": 1}, tax_rate=Decimal("0.2"), taxes_included=True)

    assert (order["total_tax"], order["subtotal_price"], order["total_price"]) == ("4.00", "24.00", "30.00")
    assert order["line_items"][0]["tax_lines"][0]["rate"] == 0.2


def test_a_discount_never_takes_more_than_there_is(buy: Buy, store: Store) -> None:
    store.discounts.create("BIG", title="Big", kind="fixed_amount", value="500", starts_at="2026-01-01T00:00:00Z")
    order = buy({"laurel-plus": 1}, discount_codes=("BIG",))

    assert (order["total_price"], order["total_discounts"]) == ("0.00", "9.00")
    assert order["financial_status"] == "paid"


def test_a_guest_has_an_address_and_no_customer(buy: Buy) -> None:
    order = buy({"stoneware-mug": 1}, customer_id=None, email="guest@example.com")

    assert order["customer"] is None
    assert order["email"] == order["contact_email"] == "guest@example.com"


def test_an_unpaid_order_is_pending_until_it_is_paid(buy: Buy, store: Store) -> None:
    order = buy({"stoneware-mug": 1}, paid=False)
    assert (order["financial_status"], order["total_outstanding"]) == ("pending", "30.00")

    paid = store.order_book.mark_paid(order["id"])

    assert (paid["financial_status"], paid["total_outstanding"]) == ("paid", "0.00")
    assert paid["updated_at"] > order["updated_at"]


@pytest.mark.parametrize(
    ("checkout", "error"),
    [
        (Checkout(lines=()), "The cart is empty."),
        (Checkout(lines=(RequestedLine(44_917_208_400_129, 0),)), "A quantity must be between 1 and 10,000."),
        (Checkout(lines=(RequestedLine(44_917_208_400_129, 1),), currency="XXX"), "The shop does not sell in XXX."),
        (
            Checkout(lines=(RequestedLine(44_917_208_400_129, 1),), discount_codes=("NOPE",)),
            "The discount code NOPE is not valid.",
        ),
    ],
)
def test_a_checkout_that_cannot_be_is_refused_and_leaves_no_order(store: Store, checkout: Checkout, error: str) -> None:
    with pytest.raises(CheckoutError, match=error):
        store.place_order(checkout)

    assert store.orders() == []
    assert store.deliveries.all() == []


def test_an_unknown_product_or_customer_is_not_there(store: Store) -> None:
    with pytest.raises(NotThereError):
        store.place_order(Checkout(lines=(RequestedLine(1, 1),)))
    with pytest.raises(NotThereError):
        store.place_order(Checkout(lines=(RequestedLine(44_917_208_400_129, 1),), customer_id=1))


def test_a_cart_becomes_an_order_and_is_empty_then(store: Store) -> None:
    mug = store.product("stoneware-mug")
    assert mug is not None
    store.log_in("visit", CUSTOMERS[2].id)
    store.add_to_cart("visit", mug.variant_id, 1)
    store.add_to_cart("visit", mug.variant_id, 2)
    assert (store.cart("visit").item_count, store.cart("visit").subtotal) == (3, Decimal("72.00"))

    order = store.checkout("visit", discount_codes=("WELCOME10",))

    assert order["subtotal_price"] == "64.80"
    assert order["customer"]["first_name"] == "雨桐"
    assert store.cart("visit").lines == ()
    assert store.session("visit").customer_id == CUSTOMERS[2].id

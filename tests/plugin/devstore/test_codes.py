"""Which codes a checkout takes, in what order they count, and what a shopper is told of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plugin.devstore.customer_payloads import Payload
from plugin.devstore.errors import CheckoutError
from plugin.devstore.seed import CUSTOMERS, product_by_handle
from plugin.devstore.store import Store
from tests.support.devstore import Clock

Buy = Callable[..., Payload]
Make = Callable[..., None]
ADA, JONAS = CUSTOMERS[0].id, CUSTOMERS[1].id
EVERYTHING = {"orderDiscounts": True, "productDiscounts": True, "shippingDiscounts": True}


def _variant(handle: str) -> int:
    product = product_by_handle(handle)
    assert product is not None
    return product.variant_id


@pytest.fixture
def make(store: Store) -> Make:
    """`make("CODE", **fields)`: a discount of 5.00 off the order unless told otherwise."""

    def create(code: str, **values: Any) -> None:
        given = {"title": code, "kind": "fixed_amount", "value": "5.00", "starts_at": "2026-11-22T00:00:00Z"}
        store.discounts.create(code, **(given | values))

    return create


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"customer_ids": [JONAS]}, "is not available to you"),
        ({"ends_at": "2026-11-22T14:30:00Z"}, "is not valid any more"),
        ({"starts_at": "2026-11-23T00:00:00Z"}, "is not valid."),
        ({"minimum_subtotal": "24.01"}, "needs a purchase of 24.01"),
        ({"variant_ids": [_variant("wool-throw")]}, "is for other products"),
        ({"kind": "free_shipping", "shipping_maximum": "5.99"}, "is for shipping of up to 5.99"),
    ],
)
def test_given_a_code_that_is_not_for_this_checkout_when_it_is_used_then_the_reason_is_told(
    buy: Buy, make: Make, store: Store, values: dict[str, Any], told: str
) -> None:
    make("LRL-A", **values)

    with pytest.raises(CheckoutError, match=told):
        buy({"stoneware-mug": 1}, discount_codes=("lrl-a",))
    assert store.orders() == []


def test_given_a_minimum_that_is_just_met_when_it_is_used_then_it_is_taken(buy: Buy, make: Make) -> None:
    make("LRL-A", minimum_subtotal="24.00")

    assert buy({"stoneware-mug": 1}, discount_codes=("LRL-A",))["total_price"] == "25.00"


def test_given_once_per_customer_when_it_is_used_again_then_only_others_may(buy: Buy, make: Make) -> None:
    make("LRL-A", once_per_customer=True)
    buy({"stoneware-mug": 1}, discount_codes=("LRL-A",))
    buy({"stoneware-mug": 1}, customer_id=None, email="Guest@example.com", discount_codes=("LRL-A",))

    buy({"stoneware-mug": 1}, customer_id=JONAS, discount_codes=("LRL-A",))
    for who in ({}, {"customer_id": None, "email": "guest@EXAMPLE.com"}):
        with pytest.raises(CheckoutError, match="used the discount code LRL-A already"):
            buy({"stoneware-mug": 1}, discount_codes=("LRL-A",), **who)


def test_given_a_cancelled_order_when_its_code_is_used_again_then_it_stays_used(
    buy: Buy, make: Make, store: Store
) -> None:
    make("LRL-A", usage_limit=1)
    store.cancel(buy({"stoneware-mug": 1}, discount_codes=("LRL-A",))["id"])

    with pytest.raises(CheckoutError, match="usage limit"):
        buy({"stoneware-mug": 1}, discount_codes=("LRL-A",))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (EVERYTHING, EVERYTHING, True),
        (EVERYTHING, {}, False),
        ({}, EVERYTHING, False),
        ({"shippingDiscounts": True}, {"orderDiscounts": True}, True),
        ({"orderDiscounts": True}, {"shippingDiscounts": True}, False),
    ],
)
def test_given_an_order_code_and_free_shipping_when_combined_then_both_have_to_allow_it(
    buy: Buy, make: Make, one: dict[str, bool], other: dict[str, bool], together: bool
) -> None:
    make("LRL-A", combines_with=one)
    make("LRL-S", kind="free_shipping", value="0", combines_with=other)

    if together:
        order = buy({"stoneware-mug": 1}, discount_codes=("LRL-A", "LRL-S"))
        assert [code["amount"] for code in order["discount_codes"]] == ["5.00", "6.00"]
        assert order["total_price"] == "19.00"
    else:
        with pytest.raises(CheckoutError, match=r"LRL-S cannot be combined with LRL-A"):
            buy({"stoneware-mug": 1}, discount_codes=("LRL-A", "LRL-S"))


def test_given_a_product_code_and_an_order_code_when_combined_then_the_product_comes_first(
    buy: Buy, make: Make
) -> None:
    make("LRL-TENTH", kind="percentage", value="0.1", combines_with=EVERYTHING)
    make("LRL-MUG", kind="percentage", value="1.0", variant_ids=[_variant("stoneware-mug")], combines_with=EVERYTHING)

    order = buy({"stoneware-mug": 1, "harbor-blend": 2}, discount_codes=("LRL-TENTH", "LRL-MUG"))

    # 24.00 off the mug, then a tenth of the 37.00 that are left.
    assert order["discount_codes"] == [
        {"code": "LRL-TENTH", "amount": "3.70", "type": "percentage"},
        {"code": "LRL-MUG", "amount": "24.00", "type": "percentage"},
    ]
    assert [one["target_selection"] for one in order["discount_applications"]] == ["all", "entitled"]
    assert [
        [(part["discount_application_index"], part["amount"]) for part in line["discount_allocations"]]
        for line in order["line_items"]
    ] == [[(1, "24.00")], [(0, "3.70")]]
    assert order["total_price"] == "39.30"


def test_given_a_code_for_one_unit_when_three_are_bought_then_two_cost_their_price(buy: Buy, make: Make) -> None:
    make("LRL-MUG", kind="percentage", value="1.0", variant_ids=[_variant("stoneware-mug")], units=1)

    order = buy({"stoneware-mug": 3}, discount_codes=("LRL-MUG",))

    assert order["discount_codes"][0]["amount"] == "24.00"
    assert order["total_price"] == "54.00"


def test_given_free_shipping_when_it_is_used_then_its_part_is_told_with_the_shipping_line(buy: Buy, make: Make) -> None:
    make("LRL-S", kind="free_shipping", value="0", shipping_maximum="6.00")

    order = buy({"stoneware-mug": 1}, discount_codes=("LRL-S",))

    (line,) = order["shipping_lines"]
    assert (line["price"], line["discounted_price"]) == ("6.00", "0.00")
    (part,) = line["discount_allocations"]
    assert (part["amount"], part["discount_application_index"]) == ("6.00", 0)
    assert order["discount_applications"][0]["target_type"] == "shipping_line"
    assert order["total_price"] == "24.00"


def test_given_a_used_code_when_it_is_counted_then_the_count_lags_and_the_limit_does_not(
    buy: Buy, make: Make, store: Store, clock: Clock
) -> None:
    make("LRL-A", usage_limit=1)
    order = buy({"stoneware-mug": 1}, discount_codes=("LRL-A",))
    used = store.discounts.by_code("LRL-A")

    assert used is not None
    assert (used.used_by, used.used_in) == ([ADA], [order["id"]])
    assert used.counted_uses(clock()) == 0
    clock.advance(3)
    assert used.counted_uses(clock()) == 1

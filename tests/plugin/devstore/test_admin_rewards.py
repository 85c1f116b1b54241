"""What the Admin API makes, refuses and ends for rewards beyond a first code: bounds, gift cards, catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plugin.devstore.customer_payloads import Payload, gid
from plugin.devstore.seed import COLLECTION_IDS, CUSTOMERS, product_by_handle
from plugin.devstore.store import Store

Buy = Callable[..., Payload]
Run = Callable[..., dict[str, Any]]
ADA = gid("Customer", CUSTOMERS[0].id)
BASIC = """mutation ($discount: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $discount) {
    codeDiscountNode { id } userErrors { code field } } }"""
SHIPPING = """mutation ($discount: DiscountCodeFreeShippingInput!) {
    discountCodeFreeShippingCreate(freeShippingCodeDiscount: $discount) {
        codeDiscountNode { codeDiscount { ... on DiscountCodeFreeShipping {
            discountClasses maximumShippingPrice { amount currencyCode } } } }
        userErrors { code } } }"""


def _discount(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Five off",
        "code": "LRL-1",
        "startsAt": "2026-11-22T00:00:00Z",
        "context": {"customers": {"add": [ADA]}},
        "customerGets": {"items": {"all": True}, "value": {"discountAmount": {"amount": "5.00"}}},
    } | changes


def _gets(**value: Any) -> dict[str, Any]:
    return {"items": {"all": True}, "value": value}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"code": ""}, "BLANK", ["basicCodeDiscount", "code"]),
        ({"code": "x" * 256}, "TOO_LONG", ["basicCodeDiscount", "code"]),
        ({"title": None}, "BLANK", ["basicCodeDiscount", "title"]),
        ({"context": None}, "BLANK", ["basicCodeDiscount", "context"]),
        ({"endsAt": "2026-11-22T00:00:00Z"}, "END_DATE_BEFORE_START_DATE", ["basicCodeDiscount", "endsAt"]),
        ({"customerGets": _gets()}, "BLANK", ["basicCodeDiscount", "customerGets", "value"]),
        ({"customerGets": _gets(percentage=1.01)}, "VALUE_OUTSIDE_RANGE",
         ["basicCodeDiscount", "customerGets", "value", "percentage"]),
        ({"customerGets": _gets(discountAmount={"amount": "0"})}, "GREATER_THAN",
         ["basicCodeDiscount", "customerGets", "value", "discountAmount"]),
    ],
)  # fmt: skip
def test_given_a_discount_that_cannot_be_when_it_is_made_then_the_error_names_its_field(
    run: Run, store: Store, changes: dict[str, Any], code: str, field: list[str]
) -> None:
    answer = run(BASIC, discount=_discount(**changes))["discountCodeBasicCreate"]

    assert answer == {"codeDiscountNode": None, "userErrors": [{"code": code, "field": field}]}
    assert len(store.discounts.all()) == 2


def test_given_a_product_for_free_when_its_code_is_used_then_it_is_of_class_product(
    run: Run, buy: Buy, store: Store
) -> None:
    mug = product_by_handle("stoneware-mug")
    assert mug is not None
    gets = {
        "items": {"products": {"productVariantsToAdd": [gid("ProductVariant", mug.variant_id)]}},
        "value": {"percentage": 1.0},
    }
    run(BASIC, discount=_discount(customerGets=gets))

    order = buy({"stoneware-mug": 1, "harbor-blend": 1}, discount_codes=("LRL-1",))

    made = store.discounts.by_code("lrl-1")
    assert made is not None
    assert made.discount_class == "PRODUCT"
    assert [len(line["discount_allocations"]) for line in order["line_items"]] == [1, 0]
    assert order["total_price"] == "24.50"


def test_given_free_shipping_with_a_bound_when_it_is_made_then_it_is_told(run: Run) -> None:
    given = {"title": "Ship", "code": "LRL-S", "startsAt": "2026-11-22T00:00:00Z", "context": {"all": "ALL"}}

    made = run(SHIPPING, discount=given | {"maximumShippingPrice": "10.00"})["discountCodeFreeShippingCreate"]

    assert made["codeDiscountNode"]["codeDiscount"] == {
        "discountClasses": ["SHIPPING"],
        "maximumShippingPrice": {"amount": "10.0", "currencyCode": "USD"},
    }


class TestGiftCards:
    CREATE = """mutation ($input: GiftCardCreateInput!) { giftCardCreate(input: $input) {
        giftCard { lastCharacters balance { amount } } giftCardCode userErrors { code } } }"""

    def test_a_card_with_a_code_of_our_own_is_made_once(self, run: Run) -> None:
        wanted = {"initialAmount": {"amount": "10.00", "currencyCode": "USD"}, "code": "laurel1234abcd"}

        first, second = (run(self.CREATE, input=wanted)["giftCardCreate"] for _ in range(2))

        assert first["giftCard"] == {"lastCharacters": "abcd", "balance": {"amount": "10.0"}}
        assert first["giftCardCode"] == "laurel1234abcd"
        assert second == {"giftCard": None, "giftCardCode": None, "userErrors": [{"code": "TAKEN"}]}

    def test_a_card_is_found_by_its_code_and_ended_for_good(self, run: Run, store: Store) -> None:
        wanted = {"initialAmount": {"amount": "10.00", "currencyCode": "USD"}, "code": "laurel1234abcd", "note": "one"}
        run(self.CREATE, input=wanted)
        run(self.CREATE, input=wanted | {"code": "other98765abcd", "note": "two"})
        query = "query ($q: String) { giftCards(first: 9, query: $q) { nodes { id note } } }"

        found = run(query, q="LAUREL1234ABCD")["giftCards"]["nodes"]
        similar = run(query, q="abcd")["giftCards"]["nodes"]
        end = "mutation ($id: ID!) { giftCardDeactivate(id: $id) { giftCard { enabled } userErrors { code } } }"
        ended = run(end, id=found[0]["id"])["giftCardDeactivate"]

        assert [one["note"] for one in found] == ["one"]
        assert sorted(one["note"] for one in similar) == ["one", "two"]
        assert ended == {"giftCard": {"enabled": False}, "userErrors": []}
        assert store.gift_cards.usable("laurel1234abcd") is None
        missing = run(end, id=gid("GiftCard", 1))["giftCardDeactivate"]
        assert missing == {"giftCard": None, "userErrors": [{"code": "GIFT_CARD_NOT_FOUND"}]}


def test_given_credit_that_paid_and_came_back_when_its_entries_are_read_then_each_says_why(
    run: Run, buy: Buy, store: Store
) -> None:
    credit = """mutation ($id: ID!, $input: StoreCreditAccountCreditInput!) {
        storeCreditAccountCredit(id: $id, creditInput: $input) { userErrors { code } } }"""
    run(credit, id=ADA, input={"creditAmount": {"amount": "50.00", "currencyCode": "USD"}})
    store.cancel(buy({"stoneware-mug": 1}, store_credit=True)["id"])

    nodes = run(
        """query ($id: ID!) { customer(id: $id) { storeCreditAccounts(first: 1) { nodes { balance { amount }
            transactions(first: 9, reverse: true) { nodes { event amount { amount } } } } } } }""",
        id=ADA,
    )["customer"]["storeCreditAccounts"]["nodes"]

    assert nodes[0]["balance"] == {"amount": "50.0"}
    assert [(one["event"], one["amount"]["amount"]) for one in nodes[0]["transactions"]["nodes"]] == [
        ("ORDER_REFUND", "30.0"),
        ("ORDER_PAYMENT", "-30.0"),
        ("ADJUSTMENT", "50.0"),
    ]


@pytest.mark.parametrize(
    ("search", "handles"),
    [("tag:decaf", ["night-watch-decaf"]), ("stone", ["stoneware-mug"]), ("tag:nothing", [])],
)
def test_given_products_when_they_are_searched_then_tags_and_titles_find_them(
    run: Run, search: str, handles: list[str]
) -> None:
    found = run("query ($q: String) { products(first: 9, query: $q) { nodes { handle } } }", q=search)

    assert [one["handle"] for one in found["products"]["nodes"]] == handles


def test_given_a_product_when_its_facts_change_then_the_next_answer_has_them(run: Run, store: Store) -> None:
    mug = product_by_handle("stoneware-mug")
    assert mug is not None
    store.product_book.change(mug, tags=["double"], collections=["gifts", "table"])

    found = run(
        """query ($id: ID!) { product(id: $id) { tags productType updatedAt
            collections(first: 9) { nodes { id } } } }""",
        id=gid("Product", mug.id),
    )["product"]

    assert found == {
        "tags": ["double"],
        "productType": "At the table",
        "updatedAt": "2026-11-22T14:30:00Z",
        "collections": {"nodes": [{"id": gid("Collection", COLLECTION_IDS[handle])} for handle in ("gifts", "table")]},
    }

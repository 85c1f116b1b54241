"""What the Admin API answers and changes; each test runs with Shopify's schema and without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plugin.devstore.customer_payloads import Payload
from plugin.devstore.errors import CheckoutError
from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.store import Store
from tests.support.devstore import Clock

Buy = Callable[..., Payload]
Run = Callable[..., dict[str, Any]]
ADA = f"gid://shopify/Customer/{CUSTOMERS[0].id}"
STRANGER = "gid://shopify/Customer/4711"

CREATE = """
mutation ($discount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $discount) {
    codeDiscountNode {
      id
      codeDiscount { ... on DiscountCodeBasic { title status usageLimit codes(first: 1) { nodes { code } } } }
    }
    userErrors { code field message }
  }
}
"""


def _discount(**change: Any) -> dict[str, Any]:
    return {
        "title": "Five off",
        "code": "LP-9F3C",
        "startsAt": "2026-11-22T00:00:00Z",
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
        "context": {"customers": {"add": [ADA]}},
        "customerGets": {"items": {"all": True}, "value": {"discountAmount": {"amount": "5.00"}}},
    } | change


class TestDiscounts:
    def test_a_code_is_made_found_used_and_after_a_while_seen_to_be_used(
        self, run: Run, buy: Buy, clock: Clock
    ) -> None:
        created = run(CREATE, discount=_discount())["discountCodeBasicCreate"]
        order = buy({"stoneware-mug": 1}, discount_codes=("lp-9f3c",))

        node = created["codeDiscountNode"]
        assert node["codeDiscount"] == {
            "title": "Five off",
            "status": "ACTIVE",
            "usageLimit": 1,
            "codes": {"nodes": [{"code": "LP-9F3C"}]},
        }
        assert order["discount_codes"] == [{"code": "LP-9F3C", "amount": "5.00", "type": "fixed_amount"}]
        query = """query ($code: String!) { codeDiscountNodeByCode(code: $code) {
            id codeDiscount { __typename ... on DiscountCodeBasic { asyncUsageCount } } } }"""
        counts = []
        for seconds in (0, 3):
            clock.advance(seconds)
            counts.append(run(query, code="lp-9f3c")["codeDiscountNodeByCode"])
        assert counts == [
            {"id": node["id"], "codeDiscount": {"__typename": "DiscountCodeBasic", "asyncUsageCount": count}}
            for count in (0, 1)
        ]
        with pytest.raises(CheckoutError, match="usage limit"):
            buy({"stoneware-mug": 1}, discount_codes=("LP-9F3C",))

    def test_a_code_that_exists_is_taken_and_stays_what_it_was(self, run: Run, store: Store) -> None:
        run(CREATE, discount=_discount())
        again = run(CREATE, discount=_discount(code="lp-9f3c", title="Other"))["discountCodeBasicCreate"]

        assert again == {
            "codeDiscountNode": None,
            "userErrors": [
                {
                    "code": "TAKEN",
                    "field": ["basicCodeDiscount", "code"],
                    "message": "Code must be unique. Please try a different code.",
                }
            ],
        }
        known = store.discounts.by_code("LP-9F3C")
        assert known is not None
        assert known.title == "Five off"

    def test_another_customer_may_not_use_it(self, run: Run, buy: Buy) -> None:
        run(CREATE, discount=_discount())

        with pytest.raises(CheckoutError, match="not available to you"):
            buy({"stoneware-mug": 1}, customer_id=CUSTOMERS[1].id, discount_codes=("LP-9F3C",))

    def test_a_deactivated_code_is_over(self, run: Run, buy: Buy) -> None:
        node = run(CREATE, discount=_discount())["discountCodeBasicCreate"]["codeDiscountNode"]
        ended = run(
            """mutation ($id: ID!) { discountCodeDeactivate(id: $id) {
                codeDiscountNode { codeDiscount { ... on DiscountCodeBasic { status endsAt } } }
                userErrors { code } } }""",
            id=node["id"],
        )["discountCodeDeactivate"]

        assert ended["codeDiscountNode"]["codeDiscount"] == {"status": "EXPIRED", "endsAt": "2026-11-22T14:30:00Z"}
        with pytest.raises(CheckoutError, match="not valid"):
            buy({"stoneware-mug": 1}, discount_codes=("LP-9F3C",))

    def test_free_shipping_takes_off_the_shipping_alone(self, run: Run, buy: Buy) -> None:
        run(
            """mutation ($discount: DiscountCodeFreeShippingInput!) {
                discountCodeFreeShippingCreate(freeShippingCodeDiscount: $discount) { userErrors { code } } }""",
            discount={"title": "Ship", "code": "SHIP", "startsAt": "2026-11-22T00:00:00Z", "context": {"all": "ALL"}},
        )
        order = buy({"stoneware-mug": 1}, discount_codes=("SHIP",))

        assert (order["subtotal_price"], order["total_price"]) == ("24.00", "24.00")
        assert order["total_shipping_price_set"]["shop_money"]["amount"] == "6.00"
        assert order["line_items"][0]["discount_allocations"] == []


class TestStoreCredit:
    CREDIT = """mutation ($id: ID!, $input: StoreCreditAccountCreditInput!) {
        storeCreditAccountCredit(id: $id, creditInput: $input) {
            storeCreditAccountTransaction { amount { amount } balanceAfterTransaction { amount currencyCode } }
            userErrors { code } } }"""
    DEBIT = """mutation ($id: ID!, $input: StoreCreditAccountDebitInput!) {
        storeCreditAccountDebit(id: $id, debitInput: $input) {
            storeCreditAccountTransaction { balanceAfterTransaction { amount } } userErrors { code } } }"""

    def test_credit_and_debit_add_up_for_a_customer_whom_nobody_has_seen(self, run: Run) -> None:
        credited = run(self.CREDIT, id=STRANGER, input={"creditAmount": {"amount": "5.50", "currencyCode": "USD"}})
        debited = run(self.DEBIT, id=STRANGER, input={"debitAmount": {"amount": "2.25", "currencyCode": "USD"}})

        transaction = credited["storeCreditAccountCredit"]["storeCreditAccountTransaction"]
        assert transaction == {
            "amount": {"amount": "5.5"},
            "balanceAfterTransaction": {"amount": "5.5", "currencyCode": "USD"},
        }
        left = debited["storeCreditAccountDebit"]["storeCreditAccountTransaction"]["balanceAfterTransaction"]
        assert left == {"amount": "3.25"}
        query = """query ($id: ID!) { customer(id: $id) { storeCreditAccounts(first: 5) { nodes {
            balance { amount } transactions(first: 5, reverse: true) { nodes { amount { amount } } } } } } }"""
        (account,) = run(query, id=STRANGER)["customer"]["storeCreditAccounts"]["nodes"]
        assert account["balance"] == {"amount": "3.25"}
        assert [node["amount"]["amount"] for node in account["transactions"]["nodes"]] == ["-2.25", "5.5"]

    @pytest.mark.parametrize(
        ("owner", "amount", "currency", "code"),
        [
            (ADA, "0", "USD", "NEGATIVE_OR_ZERO_AMOUNT"),
            (ADA, "100000.01", "USD", "CREDIT_LIMIT_EXCEEDED"),
            ("gid://shopify/Order/1", "1", "USD", "OWNER_NOT_FOUND"),
            (ADA, "1", "SEK", "UNSUPPORTED_CURRENCY"),
        ],
    )
    def test_refusals_change_nothing(
        self, run: Run, store: Store, owner: str, amount: str, currency: str, code: str
    ) -> None:
        refused = run(self.CREDIT, id=owner, input={"creditAmount": {"amount": amount, "currencyCode": currency}})

        assert refused["storeCreditAccountCredit"]["userErrors"] == [{"code": code}]
        assert store.documents.all("store_credit") == []

    def test_no_more_is_debited_than_there_is(self, run: Run) -> None:
        refused = run(self.DEBIT, id=ADA, input={"debitAmount": {"amount": "1", "currencyCode": "USD"}})

        assert refused["storeCreditAccountDebit"]["userErrors"] == [{"code": "INSUFFICIENT_FUNDS"}]


class TestMetafieldsAndTags:
    SET = """mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
        metafields { key value compareDigest } userErrors { code field elementIndex } } }"""

    def _metafield(self, **change: Any) -> dict[str, Any]:
        known = {"ownerId": ADA, "namespace": "$app:laurel", "key": "balance", "type": "number_integer", "value": "7"}
        return known | change

    def test_compare_and_set_refuses_a_stale_digest_and_writes_none_of_the_batch(self, run: Run, store: Store) -> None:
        first = run(self.SET, metafields=[self._metafield(compareDigest=None)])["metafieldsSet"]["metafields"][0]
        batch = [self._metafield(key="other"), self._metafield(value="9", compareDigest="stale")]

        stale = run(self.SET, metafields=batch)["metafieldsSet"]

        assert stale["metafields"] is None
        assert [(one["code"], one["elementIndex"]) for one in stale["userErrors"]] == [("STALE_OBJECT", 1)]
        assert store.metafields(ADA)["$app:laurel"].keys() == {"balance"}
        fresh = self._metafield(value="9", compareDigest=first["compareDigest"])
        assert run(self.SET, metafields=[fresh])["metafieldsSet"]["metafields"][0]["value"] == "9"

    def test_a_value_that_does_not_fit_its_type_is_refused(self, run: Run) -> None:
        refused = run(self.SET, metafields=[self._metafield(value="7.5")])["metafieldsSet"]

        assert [one["code"] for one in refused["userErrors"]] == ["INVALID_VALUE"]

    def test_a_metafield_is_read_with_its_customer(self, run: Run) -> None:
        run(self.SET, metafields=[self._metafield(ownerId=STRANGER)])
        query = """query ($id: ID!) { customer(id: $id) { tags
            metafields(first: 5, namespace: "$app:laurel") { nodes { key value } } } }"""

        run("""mutation ($id: ID!) { tagsAdd(id: $id, tags: ["b", "a"]) { userErrors { message } } }""", id=STRANGER)
        run("""mutation ($id: ID!) { tagsRemove(id: $id, tags: ["B"]) { userErrors { message } } }""", id=STRANGER)

        assert run(query, id=STRANGER)["customer"] == {
            "tags": ["a"],
            "metafields": {"nodes": [{"key": "balance", "value": "7"}]},
        }

    def test_a_definition_is_made_once(self, run: Run) -> None:
        text = """mutation ($definition: MetafieldDefinitionInput!) {
            metafieldDefinitionCreate(definition: $definition) { createdDefinition { key } userErrors { code } } }"""
        definition = {
            "name": "Balance",
            "namespace": "$app:laurel",
            "key": "balance",
            "type": "number_integer",
            "ownerType": "CUSTOMER",
        }

        first, second = (run(text, definition=definition)["metafieldDefinitionCreate"] for _ in range(2))

        assert first == {"createdDefinition": {"key": "balance"}, "userErrors": []}
        assert second == {"createdDefinition": None, "userErrors": [{"code": "TAKEN"}]}

"""Orders as the Admin API answers them, against the webhooks that told of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError, OperationType, parse

from plugin.devstore.admin_execution import AdminExecutor
from plugin.devstore.admin_orders import OrderQueries
from plugin.devstore.admin_schema import AdminSchema
from plugin.devstore.admin_values import decimal_text, paginate
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.store import Store
from tests.support.devstore import Clock

Buy = Callable[..., Payload]

ORDER = """
query ($id: ID!) {
  order(id: $id) {
    name updatedAt displayFinancialStatus taxesIncluded currencyCode presentmentCurrencyCode fullyPaid
    totalPriceSet { shopMoney { amount } presentmentMoney { amount } }
    totalRefundedSet { presentmentMoney { amount currencyCode } }
    lineItems(first: 10) { pageInfo { hasNextPage } nodes {
      quantity currentQuantity refundableQuantity isGiftCard
      discountedTotalSet(withCodeDiscounts: true) { shopMoney { amount } }
      discountAllocations { allocatedAmountSet { shopMoney { amount } } }
    } }
    transactions(first: 5) { kind status amountSet { presentmentMoney { amount } } }
    refunds(first: 5) {
      refundLineItems(first: 5) { nodes { quantity restockType subtotalSet { shopMoney { amount } } } }
      refundShippingLines(first: 5) { nodes { subtotalAmountSet { shopMoney { amount } } } }
      orderAdjustments(first: 5) { nodes { reason amountSet { presentmentMoney { amount } } } }
      transactions(first: 5) { nodes { kind amountSet { shopMoney { amount } presentmentMoney { amount } } } }
    }
  }
}
"""
ORDERS = """
query ($query: String!, $first: Int!, $after: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor } nodes { name }
  }
}
"""


@pytest.fixture
def run(store: Store, published_schema: AdminSchema) -> Callable[..., dict[str, Any]]:
    executor = AdminExecutor(store, published_schema)

    def run(text: str, **variables: Any) -> dict[str, Any]:
        document = parse(text)
        assert executor.problems(document) == []
        result = executor.execute(document, OperationType.QUERY, variables, None)
        assert result.errors == []
        assert result.data is not None
        return result.data

    return run


Run = Callable[..., dict[str, Any]]


def test_an_order_with_refunds_is_answered_as_its_webhooks_told_it(buy: Buy, store: Store, run: Run) -> None:
    order = buy({"stoneware-mug": 2, "gift-card": 1}, currency="JPY", discount_codes=("TENOFF",))
    store.refund(order["id"], {order["line_items"][0]["id"]: 1}, shipping=True)
    store.refund(order["id"], {}, amount_only="100")

    answer = run(ORDER, id=order["admin_graphql_api_id"])["order"]

    assert answer["name"] == "#1001"
    assert answer["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert answer["totalPriceSet"] == {"shopMoney": {"amount": "94.0"}, "presentmentMoney": {"amount": "14241.0"}}
    mug, card = answer["lineItems"]["nodes"]
    assert (mug["quantity"], mug["currentQuantity"], mug["refundableQuantity"]) == (2, 1, 1)
    assert mug["discountedTotalSet"]["shopMoney"]["amount"] == "38.0"
    assert (card["isGiftCard"], card["discountAllocations"]) == (True, [])
    first, second = answer["refunds"]
    assert first["refundLineItems"]["nodes"] == [
        {"quantity": 1, "restockType": "NO_RESTOCK", "subtotalSet": {"shopMoney": {"amount": "19.0"}}}
    ]
    assert first["refundShippingLines"]["nodes"] == [{"subtotalAmountSet": {"shopMoney": {"amount": "6.0"}}}]
    assert second["orderAdjustments"]["nodes"] == [
        {"reason": "REFUND_DISCREPANCY", "amountSet": {"presentmentMoney": {"amount": "-100.0"}}}
    ]
    assert second["transactions"]["nodes"][0]["amountSet"]["presentmentMoney"] == {"amount": "100.0"}
    kinds = [transaction["kind"] for transaction in answer["transactions"]]
    assert kinds == ["SALE", "REFUND", "REFUND"]
    refunded = sum(Decimal(one["amountSet"]["presentmentMoney"]["amount"]) for one in answer["transactions"][1:])
    assert Decimal(answer["totalRefundedSet"]["presentmentMoney"]["amount"]) == refunded


def test_orders_are_paged_by_when_they_changed_though_they_change_meanwhile(
    buy: Buy, store: Store, run: Run, clock: Clock
) -> None:
    orders = []
    for _ in range(3):
        orders.append(buy({"stoneware-mug": 1}))
        clock.advance(60)
    query = "updated_at:>='2026-11-22T14:00:00Z'"

    first = run(ORDERS, query=query, first=2)["orders"]
    store.cancel(orders[0]["id"])
    second = run(ORDERS, query=query, first=2, after=first["pageInfo"]["endCursor"])["orders"]

    assert [node["name"] for node in first["nodes"]] == ["#1001", "#1002"]
    assert first["pageInfo"]["hasNextPage"] is True
    assert [node["name"] for node in second["nodes"]] == ["#1003", "#1001"]
    assert second["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["#1001", "#1002"]),
        ("updated_at:>'2026-11-22T14:30:00Z'", ["#1002"]),
        ("updated_at:<=2026-11-22T09:30:00-05:00", ["#1001"]),
        ("name:#1002", ["#1002"]),
        ("created_at:>2026-11-22T14:00:00Z AND name:1001", ["#1001"]),
    ],
)
def test_orders_are_searched_as_shopify_searches(
    buy: Buy, run: Run, clock: Clock, query: str, names: list[str]
) -> None:
    buy({"stoneware-mug": 1})
    clock.advance(1)
    buy({"stoneware-mug": 1})

    assert [node["name"] for node in run(ORDERS, query=query, first=9)["orders"]["nodes"]] == names


@pytest.mark.parametrize("query", ["fulfillment_status:shipped", "mug OR board", "updated_at:>yesterday"])
def test_a_search_that_the_store_does_not_know_is_an_error_and_not_everything(
    buy: Buy, store: Store, query: str
) -> None:
    buy({"stoneware-mug": 1})

    with pytest.raises(GraphQLError):
        OrderQueries(store, lambda _: {}).orders(query=query)


def test_an_order_that_is_not_there_is_null(run: Run) -> None:
    assert run(ORDER, id="gid://shopify/Order/1") == {"order": None}
    assert run(ORDER, id="gid://shopify/Customer/1") == {"order": None}


@pytest.mark.parametrize(("amount", "text"), [("57.00", "57.0"), ("6.07", "6.07"), ("100", "100.0"), ("0.00", "0.0")])
def test_decimals_have_no_zeros_at_their_end(amount: str, text: str) -> None:
    assert decimal_text(amount) == text


class TestPaginate:
    ITEMS = tuple({"id": index} for index in range(5))

    def test_pages_forward_and_backward(self) -> None:
        first = paginate(self.ITEMS, {"first": 2})
        second = paginate(self.ITEMS, {"first": 2, "after": first["pageInfo"]["endCursor"]})
        last = paginate(self.ITEMS, {"last": 2})

        assert [node["id"] for node in second["nodes"]] == [2, 3]
        assert second["pageInfo"]["hasPreviousPage"] is True
        assert [node["id"] for node in last["nodes"]] == [3, 4]
        assert [node["id"] for node in paginate(self.ITEMS, {"first": 2, "reverse": True})["nodes"]] == [4, 3]

    @pytest.mark.parametrize("arguments", [{}, {"first": 251}, {"first": -1}, {"first": 1, "after": "%"}])
    def test_arguments_that_mean_nothing_are_errors(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(GraphQLError):
            paginate(self.ITEMS, arguments)

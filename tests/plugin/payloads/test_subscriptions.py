"""Bodies and nodes of contracts and billing attempts: what is taken, and what is parked with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.billing.news import ContractNews
from engine.billing.settling import AttemptNews
from plugin.payloads import Unreadable
from plugin.payloads.subscription_nodes import bought_by_plan, contract_node
from plugin.payloads.subscriptions import attempt_of, contract_of

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTRACT: dict[str, Any] = {
    "admin_graphql_api_id": "gid://shopify/SubscriptionContract/7103183873", "id": 7_103_183_873,
    "billing_policy": {"interval": "week", "interval_count": 4, "min_cycles": 1, "max_cycles": 2},
    "currency_code": "CAD", "customer_id": 1, "admin_graphql_api_customer_id": "gid://shopify/Customer/1",
    "delivery_policy": {"interval": "week", "interval_count": 2}, "status": "active",
    "admin_graphql_api_origin_order_id": "gid://shopify/Order/1", "origin_order_id": 1, "revision_id": "8906927309",
}  # fmt: skip
ATTEMPT: dict[str, Any] = {
    "id": 24, "admin_graphql_api_id": "gid://shopify/SubscriptionBillingAttempt/24",
    "idempotency_key": "laurel-7-2-1", "order_id": 5, "subscription_contract_id": 7, "ready": True,
    "error_message": None, "error_code": None,
}  # fmt: skip
TOPICS = {
    "succeeded": "subscription_billing_attempts/success", "failed": "subscription_billing_attempts/failure",
    "challenged": "subscription_billing_attempts/challenged",
}  # fmt: skip


def test_given_shopifys_own_sample_when_it_is_read_then_all_that_counts_is_there() -> None:
    assert contract_of(CONTRACT) == ContractNews(
        contract_id=7_103_183_873, revision_id=8_906_927_309, status="active", currency="CAD", interval_unit="week",
        interval_count=4, customer_id=1, origin_order_id=1, maximum_cycles=2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "7"}, "id: is not an integer id"),
        ({"id": True}, "id: is not an integer id"),
        ({"id": 2**63}, "id: is not an integer id"),
        ({"admin_graphql_api_id": "gid://shopify/Order/7"}, "admin_graphql_api_id: is not of kind"),
        ({"billing_policy": None}, "billing_policy: is not an object"),
        ({"billing_policy": {"interval": "eon", "interval_count": 1}}, "billing_policy.interval: is not day"),
        ({"billing_policy": {"interval": "day", "interval_count": 0}}, "billing_policy.interval_count: is not a whole"),
        ({"billing_policy": {"interval": "day", "interval_count": 10**9}}, "billing_policy.interval_count"),
        ({"billing_policy": {"interval": ["day"], "interval_count": 1}}, "billing_policy.interval"),
        (
            {"billing_policy": {"interval": "day", "interval_count": 1, "max_cycles": -1}},
            "billing_policy.max_cycles: is not a whole number",
        ),
        ({"currency_code": "XXXX"}, "currency_code: is not a currency"),
        ({"currency_code": None}, "currency_code: is not a currency"),
        ({"status": "dancing"}, "status: is not a status"),
        ({"status": 7}, "status: is not a status"),
        ({"revision_id": "-1"}, "revision_id: is not a revision"),
        ({"revision_id": "٣"}, "revision_id: is not a revision"),
        ({"revision_id": str(2**64 - 1)}, "revision_id: is not a revision"),
        ({"revision_id": 1.0}, "revision_id: is not a revision"),
        ({"customer_id": "1"}, "customer_id: is not an integer id"),
        ({"origin_order_id": -5}, "origin_order_id: is not an integer id"),
    ],
)
def test_given_a_contract_that_cannot_be_when_it_is_read_then_it_is_parked_with_its_reason(
    change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        contract_of(CONTRACT | change)

    assert refused.value.reason.startswith(reason)


def test_given_outcomes_when_they_are_read_then_each_says_what_belongs_to_it() -> None:
    external_id = "gid://shopify/SubscriptionBillingAttempt/24"

    assert attempt_of(TOPICS["succeeded"], ATTEMPT) == AttemptNews(
        7, "succeeded", "laurel-7-2-1", external_id, order_id=5
    )
    failed = ATTEMPT | {"order_id": None, "error_code": "insufficient_funds"}
    assert attempt_of(TOPICS["failed"], failed) == AttemptNews(
        7, "failed", "laurel-7-2-1", external_id, error_code="INSUFFICIENT_FUNDS"
    )
    url = "https://shop.example/authenticate/1"
    challenged = ATTEMPT | {"order_id": None, "next_action_url": url}
    assert attempt_of(TOPICS["challenged"], challenged).next_action_url == url


@pytest.mark.parametrize(
    ("outcome", "change", "reason"),
    [
        ("succeeded", {"subscription_contract_id": None}, "subscription_contract_id: is not an integer id"),
        ("succeeded", {"order_id": "5"}, "order_id: is not an integer id"),
        ("succeeded", {"idempotency_key": None, "id": None}, "idempotency_key: is missing"),
        ("succeeded", {"idempotency_key": ["a"]}, "idempotency_key: is not a text"),
        ("failed", {"error_code": {"x": 1}}, "error_code: is not a text"),
        ("challenged", {"next_action_url": "javascript:alert(1)"}, "next_action_url: is not an address"),
        ("challenged", {"next_action_url": "http://shop.example/"}, "next_action_url: is not an address"),
        ("challenged", {"next_action_url": "https://[bad"}, "next_action_url: is not an address"),
        ("challenged", {"next_action_url": "https://a.example/" + "x" * 3_000}, "next_action_url: is not an address"),
        ("succeeded", {"admin_graphql_api_id": "gid://shopify/Order/1"}, "admin_graphql_api_id: is not of kind"),
    ],
)
def test_given_an_attempt_that_cannot_be_when_it_is_read_then_it_is_parked_with_its_reason(
    outcome: str, change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        attempt_of(TOPICS[outcome], ATTEMPT | change)

    assert refused.value.reason.startswith(reason)


def _node(**changes: Any) -> dict[str, Any]:
    money = {"amount": "9.0", "currencyCode": "USD"}
    node: dict[str, Any] = {
        "id": "gid://shopify/SubscriptionContract/7", "status": "ACTIVE", "revisionId": "3", "currencyCode": "USD",
        "createdAt": "2026-10-01T00:00:00Z", "updatedAt": "2026-11-22T11:59:30Z",
        "nextBillingDate": "2026-12-01T00:00:00Z",
        "billingPolicy": {"interval": "MONTH", "intervalCount": 1, "maxCycles": None},
        "customer": {"id": "gid://shopify/Customer/1"}, "originOrder": {"id": "gid://shopify/Order/5"},
        "deliveryPrice": {"amount": "1.0", "currencyCode": "USD"},
        "lines": {
            "nodes": [
                {
                    "id": "gid://shopify/SubscriptionLine/a", "productId": "gid://shopify/Product/8",
                    "variantId": "gid://shopify/ProductVariant/9", "sellingPlanId": "gid://shopify/SellingPlan/10",
                    "lineDiscountedPrice": money,
                }
            ],
            "pageInfo": {"hasNextPage": False},
        },
        "customerPaymentMethod": {
            "id": "gid://shopify/CustomerPaymentMethod/x",
            "instrument": {"__typename": "CustomerCreditCard", "expiryMonth": 2, "expiryYear": 2028},
        },
        "billingAttempts": {"nodes": []},
    }  # fmt: skip
    return node | changes


def test_given_a_contract_that_was_asked_for_when_it_is_read_then_price_lines_and_card_are_known() -> None:
    seen = contract_node(_node(), READ_AT)

    assert (seen.news.contract_id, seen.news.customer_id, seen.news.origin_order_id) == (7, 1, 5)
    assert (seen.reading.price_minor, seen.reading.product_ids, seen.reading.selling_plan_ids) == (1000, (8,), (10,))
    assert seen.reading.payment_ends_on == date(2028, 2, 29)
    # What was read is newer than what was told within a minute of the change, but not than its reading.
    assert seen.at == READ_AT
    assert contract_node(_node(), READ_AT + timedelta(hours=1)).at == datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


def test_given_a_card_that_may_not_be_seen_when_it_is_read_then_nothing_is_known_of_its_end() -> None:
    for payment in (None, {"id": "gid://shopify/CustomerPaymentMethod/x", "instrument": None}):
        assert contract_node(_node(customerPaymentMethod=payment), READ_AT).reading.payment_ends_on is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lines": {"nodes": [], "pageInfo": {"hasNextPage": False}}}, "lines: are none"),
        ({"deliveryPrice": {"amount": "1.0", "currencyCode": "EUR"}}, "deliveryPrice: is in another currency"),
        ({"deliveryPrice": {"amount": "-1.0", "currencyCode": "USD"}}, "deliveryPrice: is not an amount"),
        ({"deliveryPrice": {"amount": "NaN", "currencyCode": "USD"}}, "deliveryPrice: is not an amount"),
        ({"billingAttempts": {"nodes": [{"id": "x"}]}}, "id: is no id of an object"),
    ],
)
def test_given_a_contract_node_that_cannot_be_when_it_is_read_then_it_is_refused(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        contract_node(_node(**changes), READ_AT)

    assert refused.value.reason.startswith(reason)


def test_given_states_of_attempts_when_they_are_read_then_each_is_told_and_the_pending_one_waits() -> None:
    states: list[dict[str, Any]] = [
        {"__typename": "SubscriptionBillingAttemptPendingState"},
        {"__typename": "SubscriptionBillingAttemptSuccessState", "order": {"id": "gid://shopify/Order/9"}},
        {"__typename": "SubscriptionBillingAttemptFailedState", "error": {"paymentCode": "EXPIRED_CARD"}},
        {"__typename": "SubscriptionBillingAttemptFailedState", "error": {"__typename": "Unexpected"}},
        {
            "__typename": "SubscriptionBillingAttemptActionRequiredState",
            "action": {"nextActionUrl": "https://shop.example/1"},
        },
    ]
    nodes = [
        {"id": f"gid://shopify/SubscriptionBillingAttempt/{n}", "idempotencyKey": f"k{n}", "state": state}
        for n, state in enumerate(states, 1)
    ]

    news = [one.news for one in contract_node(_node(billingAttempts={"nodes": nodes}), READ_AT).attempts]

    assert [None if one is None else one.outcome for one in news] == [
        None, "succeeded", "failed", "failed", "challenged",
    ]  # fmt: skip
    assert [one.order_id for one in news if one is not None] == [9, None, None, None]
    assert [one.error_code for one in news if one is not None] == [None, "EXPIRED_CARD", None, None]


def test_given_an_orders_lines_when_one_was_bought_by_a_plan_then_its_contract_is_named() -> None:
    plan = {"sellingPlanId": "gid://shopify/SellingPlan/1"}
    lines = [
        {"product": {"id": "gid://shopify/Product/8"}, "sellingPlan": None, "contract": None},
        {"product": {"id": "gid://shopify/Product/8"}, "sellingPlan": plan, "contract": None},
        {"product": None, "sellingPlan": plan, "contract": {"id": "gid://shopify/SubscriptionContract/7"}},
    ]

    assert bought_by_plan({"lineItems": {"nodes": lines}}) == [(8, None), (None, 7)]

"""Contracts and billing attempts as Shopify's webhooks carry them."""

from __future__ import annotations

from plugin.devstore.customer_payloads import Payload, gid
from plugin.devstore.documents import Document


def contract_payload(contract: Document) -> Payload:
    """The body of subscription_contracts/create and update."""
    policy = {"interval": contract["interval"], "interval_count": contract["interval_count"]}
    return {
        "admin_graphql_api_id": gid("SubscriptionContract", contract["id"]),
        "id": contract["id"],
        "billing_policy": {**policy, "min_cycles": 1, "max_cycles": None},
        "currency_code": contract["currency"],
        "customer_id": contract["customer_id"],
        "admin_graphql_api_customer_id": gid("Customer", contract["customer_id"]),
        "delivery_policy": policy,
        "status": contract["status"].lower(),
        "admin_graphql_api_origin_order_id": gid("Order", contract["origin_order_id"]),
        "origin_order_id": contract["origin_order_id"],
        "revision_id": str(contract["revision"]),
    }


def attempt_payload(attempt: Document) -> Payload:
    """The body of subscription_billing_attempts/success, failure and challenged."""
    order_id = attempt["order_id"]
    return {
        "id": attempt["id"],
        "admin_graphql_api_id": gid("SubscriptionBillingAttempt", attempt["id"]),
        "idempotency_key": attempt["key"],
        "order_id": order_id,
        "admin_graphql_api_order_id": None if order_id is None else gid("Order", order_id),
        "subscription_contract_id": attempt["contract_id"],
        "admin_graphql_api_subscription_contract_id": gid("SubscriptionContract", attempt["contract_id"]),
        "ready": attempt["state"] in ("succeeded", "failed"),
        "error_message": None if attempt["error_code"] is None else "The payment was not completed.",
        "error_code": None if attempt["error_code"] is None else attempt["error_code"].lower(),
    }

"""Subscription contracts and billing attempts as the Admin API answers, bills and changes them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from plugin.devstore.admin_values import Node, decimal_text, user_error
from plugin.devstore.contract_book import Refusal
from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.documents import Document
from plugin.devstore.errors import StoreError
from plugin.devstore.seed import product_by_variant
from plugin.devstore.store import Store
from plugin.devstore.times import graphql_time

CustomerNode = Callable[[int], Node]
Input = dict[str, Any]


class SubscriptionRoots:
    """`subscriptionContract`, `subscriptionBillingAttempt` and the mutations on them."""

    def __init__(self, store: Store, customer_node: CustomerNode) -> None:
        self._store, self._customer_node = store, customer_node

    def contract(self, id: str) -> Node | None:  # noqa: A002  # the schema's own name
        """One contract, or null."""
        contract = self._store.contract_book.get(gid_number(id, "SubscriptionContract"))
        return None if contract is None else self._node(contract)

    def attempt(self, id: str) -> Node | None:  # noqa: A002  # the schema's own name
        """One billing attempt, or null."""
        attempt = self._store.contract_book.attempt_by_id(gid_number(id, "SubscriptionBillingAttempt"))
        return None if attempt is None else self._attempt_node(attempt)

    def charge(self, subscriptionContractId: str, subscriptionBillingAttemptInput: Input) -> Node:  # noqa: N803
        """Bill a contract; what comes of it is not known yet when this is answered."""
        number = gid_number(subscriptionContractId, "SubscriptionContract") or 0
        made = self._store.contract_book.charge(number, subscriptionBillingAttemptInput["idempotencyKey"])
        if isinstance(made, Refusal):
            error = user_error(["subscriptionContractId"], made.text, made.code)
            return {"subscriptionBillingAttempt": None, "userErrors": [error]}
        pending = {**made, "state": "pending"} if made["completed_at"] is not None else made
        return {"subscriptionBillingAttempt": self._attempt_node(pending), "userErrors": []}

    def pause(self, subscriptionContractId: str, **_actor: Any) -> Node:  # noqa: N803  # the schema's own name
        """Pause a contract."""
        return self._set(subscriptionContractId, "PAUSED")

    def activate(self, subscriptionContractId: str, **_actor: Any) -> Node:  # noqa: N803  # the schema's own name
        """Activate a contract."""
        return self._set(subscriptionContractId, "ACTIVE")

    def cancel(self, subscriptionContractId: str, **_actor: Any) -> Node:  # noqa: N803  # the schema's own name
        """Cancel a contract for good."""
        return self._set(subscriptionContractId, "CANCELLED")

    def _set(self, contract_gid: str, status: str) -> Node:
        return self._changed(
            lambda: self._store.contract_book.set_status(_number(contract_gid), status), "CONTRACT_TERMINATED"
        )

    def set_next_billing_date(self, contractId: str, date: Any) -> Node:  # noqa: N803  # the schema's own name
        """When the app means to bill next."""
        return self._changed(
            lambda: self._store.contract_book.set_next_billing_date(_number(contractId), str(date)), "INVALID"
        )

    def change_line(self, subscriptionContractId: str, lineId: str, input: Input, **_actor: Any) -> Node:  # noqa: A002, N803
        """Another price, or another product."""
        variant = input.get("productVariantId")
        variant_id = None if variant is None else gid_number(variant, "ProductVariant") or 0
        price = None if input.get("currentPrice") is None else Decimal(str(input["currentPrice"]))
        contract = self._store.contract_book.get(gid_number(subscriptionContractId, "SubscriptionContract"))
        known = contract is not None and contract["line"]["id"] == lineId
        if not known or (variant_id is not None and product_by_variant(variant_id) is None):
            return {"contract": None, "lineUpdated": None, "userErrors": [user_error(["lineId"], "Invalid", "INVALID")]}
        changed = self._store.contract_book.change_line(_number(subscriptionContractId), price, variant_id)
        return {"contract": self._node(changed), "lineUpdated": _line_node(changed), "userErrors": []}

    def _changed(self, change: Callable[[], Document], code: str) -> Node:
        try:
            return {"contract": self._node(change()), "userErrors": []}
        except StoreError as error:
            return {"contract": None, "userErrors": [user_error(["subscriptionContractId"], str(error), code)]}

    def _node(self, contract: Document) -> Node:
        policy = {
            "__typename": "SubscriptionBillingPolicy",
            "interval": contract["interval"].upper(),
            "intervalCount": contract["interval_count"],
            "minCycles": 1,
            "maxCycles": None,
            "anchors": [],
        }
        attempts = self._store.contract_book.attempts(contract)
        return {
            "__typename": "SubscriptionContract",
            "id": gid("SubscriptionContract", contract["id"]),
            "status": contract["status"],
            "revisionId": str(contract["revision"]),
            "currencyCode": contract["currency"],
            "createdAt": graphql_time(contract["created_at"]),
            "updatedAt": graphql_time(contract["updated_at"]),
            "nextBillingDate": contract["next_billing_at"],
            "billingPolicy": policy,
            "deliveryPolicy": {"interval": policy["interval"], "intervalCount": policy["intervalCount"], "anchors": []},
            "deliveryPrice": {"amount": "0.0", "currencyCode": contract["currency"]},
            "customer": lambda: self._customer_node(contract["customer_id"]),
            "originOrder": {"id": gid("Order", contract["origin_order_id"])},
            "lines": [_line_node(contract)],
            "customerPaymentMethod": lambda **_shown: _payment_node(contract),
            "billingAttempts": lambda **_page: [self._attempt_node(one) for one in attempts],
        }

    def _attempt_node(self, attempt: Document) -> Node:
        completed = attempt["state"] in ("succeeded", "failed")
        return {
            "__typename": "SubscriptionBillingAttempt",
            "id": gid("SubscriptionBillingAttempt", attempt["id"]),
            "idempotencyKey": attempt["key"],
            "createdAt": graphql_time(attempt["created_at"]),
            "completedAt": graphql_time(attempt["completed_at"]) if completed else None,
            "state": _state_node(attempt),
            "subscriptionContract": lambda: self.contract(gid("SubscriptionContract", attempt["contract_id"])),
        }


def _number(contract_gid: str) -> int:
    return gid_number(contract_gid, "SubscriptionContract") or 0


def _line_node(contract: Document) -> Node:
    line, product = contract["line"], product_by_variant(contract["line"]["variant_id"])
    price = {"amount": decimal_text(line["price"]), "currencyCode": contract["currency"]}
    whole = decimal_text(Decimal(line["price"]) * line["quantity"])
    return {
        "__typename": "SubscriptionLine",
        "id": line["id"],
        "title": "" if product is None else product.title,
        "quantity": line["quantity"],
        "productId": None if product is None else gid("Product", product.id),
        "variantId": gid("ProductVariant", line["variant_id"]),
        "sellingPlanId": gid("SellingPlan", line["selling_plan_id"]),
        "sellingPlanName": line["selling_plan_name"],
        "currentPrice": price,
        "lineDiscountedPrice": {"amount": whole, "currencyCode": contract["currency"]},
    }


def _payment_node(contract: Document) -> Node:
    card = contract["card"]
    instrument = {
        "__typename": "CustomerCreditCard",
        "brand": "visa",
        "lastDigits": "4242",
        "maskedNumber": "•••• 4242",
        "expiryMonth": card["month"],
        "expiryYear": card["year"],
        "expiresSoon": False,
    }
    return {
        "__typename": "CustomerPaymentMethod",
        "id": gid("CustomerPaymentMethod", card["id"]),
        "revokedAt": None,
        "instrument": instrument,
    }


def _state_node(attempt: Document) -> Node:
    kind = "SubscriptionBillingAttempt"
    if attempt["state"] == "succeeded":
        return {"__typename": f"{kind}SuccessState", "order": {"id": gid("Order", attempt["order_id"])}}
    if attempt["state"] == "failed":
        error = {"__typename": f"{kind}PaymentError", "code": attempt["error_code"]}
        return {"__typename": f"{kind}FailedState", "error": error}
    if attempt["state"] == "challenged":
        action = {"__typename": f"{kind}PaymentChallenge", "nextActionUrl": attempt["next_action_url"]}
        return {"__typename": f"{kind}ActionRequiredState", "action": action | {"status": "ON_SESSION_CHALLENGED"}}
    return {"__typename": f"{kind}PendingState", "processing": True}

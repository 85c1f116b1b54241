"""Subscription contracts: made by a checkout, billed when the app asks, paused, activated and canceled.

A charge is known by its key for ever: asked for again, it is the same attempt.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from plugin.devstore.checkouts import Checkout, RequestedLine
from plugin.devstore.contract_payloads import attempt_payload, contract_payload
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.deliveries import DeliveryLog
from plugin.devstore.documents import Document, Documents
from plugin.devstore.errors import NotThereError, StoreError
from plugin.devstore.seed import SHOP, SellingPlan, product_by_variant, selling_plan_of
from plugin.devstore.times import Clock, graphql_time

Outcome = Literal["success", "failure", "challenge"]
SOURCE_NAME = "subscription_contract"
_ENDED = ("CANCELLED", "EXPIRED")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_CARD_LIFETIME_YEARS = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a charge was not even tried: a code of BillingAttemptUserError and its text."""

    code: str
    text: str


class Contracts:
    """Contracts and the attempts to bill them. `place` makes an order."""

    def __init__(
        self, documents: Documents, deliveries: DeliveryLog, clock: Clock, place: Callable[[Checkout], Payload]
    ) -> None:
        self._documents, self._deliveries, self._clock, self._place = documents, deliveries, clock, place

    def all(self) -> list[Document]:
        """Every contract, oldest first."""
        return self._documents.all("contract")

    def get(self, contract_id: int | None) -> Document | None:
        """A contract, or None."""
        return None if contract_id is None else self._documents.get("contract", contract_id)

    def required(self, contract_id: int) -> Document:
        """A contract. Raises NotThereError."""
        found = self.get(contract_id)
        if found is None:
            raise NotThereError(f"There is no contract {contract_id}.")
        return found

    def attempts(self, contract: Document) -> list[Document]:
        """The attempts to bill a contract, oldest first."""
        found = (self._documents.get("billing_attempt", number) for number in contract["attempts"])
        return [one for one in found if one is not None]

    def attempt_by_id(self, attempt_id: int | None) -> Document | None:
        """An attempt, or None."""
        return None if attempt_id is None else self._documents.get("billing_attempt", attempt_id)

    def sold_with(self, line_id: int) -> Document | None:
        """The selling plan that an order line was bought with (`selling_plan_id`, `name`, `contract_id`), or None."""
        return self._documents.get("sold_line", line_id)

    def open(self, order: Payload, checkout: Checkout) -> list[Document]:
        """The contracts of a new order, one for each line with a selling plan; tells subscription_contracts/create.

        None for a draft order: its lines name the selling plan, and nothing follows from it.
        """
        made = []
        for asked, line in zip(checkout.lines, order["line_items"], strict=True):
            product = product_by_variant(asked.variant_id)
            plan = None if product is None or not asked.selling_plan else selling_plan_of(product)
            if plan is None:
                continue
            contract = None
            if order["customer"] is not None and checkout.source_name != "shopify_draft_order":
                contract = self._new(order, line, plan)
                self._deliveries.emit("subscription_contracts/create", contract_payload(contract))
                made.append(contract)
            sold = {"selling_plan_id": plan.id, "name": plan.name, "contract_id": contract["id"] if contract else None}
            self._documents.put("sold_line", line["id"], sold)
        return made

    def _new(self, order: Payload, line: Payload, plan: SellingPlan) -> Document:
        now = self._clock()
        contract: dict[str, Any] = {
            "id": self._documents.next_id("subscription_contract"),
            "customer_id": order["customer"]["id"],
            "origin_order_id": order["id"],
            "status": "ACTIVE",
            "revision": self._documents.next_id("contract_revision"),
            "currency": SHOP.currency,
            "interval": plan.interval,
            "interval_count": plan.interval_count,
            "created_at": now.isoformat(),
            "updated_at": now.isoformat(),
            "next_billing_at": graphql_time(now + timedelta(days=_DAYS[plan.interval] * plan.interval_count)),
            "line": {
                "id": f"gid://shopify/SubscriptionLine/{secrets.token_hex(8)}",
                "variant_id": line["variant_id"],
                "quantity": line["quantity"],
                "price": line["price"],
                "selling_plan_id": plan.id,
                "selling_plan_name": plan.name,
            },
            "card": {"id": secrets.token_hex(8), "month": now.month, "year": now.year + _CARD_LIFETIME_YEARS},
            "attempts": [],
        }
        self._documents.put("contract", contract["id"], contract)
        return contract

    # -- What the app and the merchant change --------------------------------------------------------------------------

    def set_status(self, contract_id: int, status: str) -> Document:
        """Pause, activate or cancel; tells subscription_contracts/update of a change. Raises StoreError of an end."""
        contract = self.required(contract_id)
        if contract["status"] in _ENDED and status != contract["status"]:
            raise StoreError("Contract is in a terminal state.")
        return contract if contract["status"] == status else self._changed(contract, status=status)

    def set_next_billing_date(self, contract_id: int, date: str) -> Document:
        """When the app says that it will bill next."""
        return self._changed(self.required(contract_id), next_billing_at=graphql_time(date))

    def change_line(self, contract_id: int, price: Decimal | None, variant_id: int | None) -> Document:
        """Another price, or another product, from the next charge on; a new revision."""
        contract = self.required(contract_id)
        line = dict(contract["line"])
        if price is not None:
            line["price"] = f"{price:.2f}"
        if variant_id is not None:
            line["variant_id"] = variant_id
        return self._changed(contract, line=line, revision=self._documents.next_id("contract_revision"))

    def new_card(self, contract_id: int, month: int, year: int) -> Document:
        """The shopper gives another card; charges that would have failed for the old one succeed again."""
        card = {"id": secrets.token_hex(8), "month": month, "year": year}
        return self._changed(self.required(contract_id), card=card)

    def _changed(self, contract: Document, **values: Any) -> Document:
        contract |= {**values, "updated_at": self._clock().isoformat()}
        with self._documents.together():
            self._documents.put("contract", contract["id"], contract)
            self._deliveries.emit("subscription_contracts/update", contract_payload(contract))
        return contract

    # -- Charges -------------------------------------------------------------------------------------------------------

    def plan_outcomes(self, outcomes: list[dict[str, str]]) -> None:
        """How the next charges end, in their order: `{outcome, error_code}`; those after them succeed."""
        self._documents.put("setting", "outcomes", {"list": outcomes})

    def charge(self, contract_id: int, key: str) -> Document | Refusal:
        """Bill a contract once for a key. What comes of it is told by a webhook, soon after."""
        known = self._documents.get("billing_key", key)
        if known is not None:
            found = self.attempt_by_id(known["attempt_id"])
            assert found is not None, "a key stands for an attempt"
            return found
        contract = self.get(contract_id)
        if contract is None:
            return Refusal("CONTRACT_NOT_FOUND", "The contract does not exist.")
        if contract["status"] == "PAUSED":
            return Refusal("CONTRACT_PAUSED", "The contract is paused.")
        if contract["status"] in _ENDED:
            return Refusal("CONTRACT_TERMINATED", "The contract has ended.")
        with self._documents.together():
            attempt = self._new_attempt(contract, key)
            self._finish(contract, attempt, self._next_outcome())
        return attempt

    def _new_attempt(self, contract: Document, key: str) -> Document:
        number = self._documents.next_id("billing_attempt")
        attempt: dict[str, Any] = {
            "id": number, "key": key, "contract_id": contract["id"], "created_at": self._clock().isoformat(),
            "state": "pending", "completed_at": None, "order_id": None, "error_code": None, "next_action_url": None,
        }  # fmt: skip
        self._documents.put("billing_key", key, {"attempt_id": number})
        contract["attempts"].append(number)
        self._documents.put("contract", contract["id"], contract)
        return attempt

    def _next_outcome(self) -> dict[str, str]:
        planned = (self._documents.get("setting", "outcomes") or {"list": []})["list"]
        if not planned:
            return {"outcome": "success"}
        self._documents.put("setting", "outcomes", {"list": planned[1:]})
        return dict(planned[0])

    def confirm(self, attempt_id: int, *, passed: bool) -> Document:
        """The shopper confirms a challenged charge, or fails to. Raises NotThereError, StoreError."""
        attempt = self.attempt_by_id(attempt_id)
        if attempt is None:
            raise NotThereError(f"There is no attempt {attempt_id}.")
        if attempt["state"] != "challenged":
            raise StoreError("That attempt is not waiting for the shopper.")
        ends = {"outcome": "success"} if passed else {"outcome": "failure", "error_code": "AUTHENTICATION_FAILED"}
        with self._documents.together():
            self._finish(self.required(attempt["contract_id"]), attempt, ends)
        return attempt

    def _finish(self, contract: Document, attempt: Document, ends: dict[str, str]) -> None:
        now, outcome = self._clock().isoformat(), ends["outcome"]
        if outcome == "challenge":
            url = f"https://{SHOP.domain}/{SHOP.id}/authenticate/{secrets.token_hex(8)}"
            attempt |= {"state": "challenged", "next_action_url": url}
        elif outcome == "failure":
            code = ends.get("error_code") or "CARD_DECLINED"
            attempt |= {"state": "failed", "completed_at": now, "error_code": code, "next_action_url": None}
        else:
            line = contract["line"]
            bought = RequestedLine(line["variant_id"], line["quantity"], unit_price=Decimal(line["price"]))
            order = self._place(Checkout(lines=(bought,), customer_id=contract["customer_id"], source_name=SOURCE_NAME))
            attempt |= {"state": "succeeded", "completed_at": now, "order_id": order["id"], "next_action_url": None}
        self._documents.put("billing_attempt", attempt["id"], attempt)
        topics = {"failed": "failure", "challenged": "challenged", "succeeded": "success"}
        topic = f"subscription_billing_attempts/{topics[attempt['state']]}"
        self._deliveries.emit(topic, attempt_payload(attempt), order_id=attempt["order_id"])

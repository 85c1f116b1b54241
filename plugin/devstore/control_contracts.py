"""What scripts and tests ask of subscriptions, and what they read of contracts, charges and customers."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from plugin.devstore.control_bodies import CardBody, ConfirmBody, ContractBody, OutcomesBody
from plugin.devstore.control_routes import Answer, control_route, reading_route
from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.documents import Document
from plugin.devstore.store import Store


class ContractControl:
    """The routes, all below /devstore."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """All of them."""
        book = self._store.contract_book
        changes = {"pause": "PAUSED", "activate": "ACTIVE", "cancel": "CANCELLED"}
        return [
            *(
                control_route(f"contracts/{name}", ContractBody, self._change(status))
                for name, status in changes.items()
            ),
            control_route("contracts/outcomes", OutcomesBody, self._outcomes),
            control_route(
                "contracts/card",
                CardBody,
                lambda body: {"contract": self._contract(book.new_card(body.contract_id, body.month, body.year))},
            ),
            control_route(
                "contracts/confirm",
                ConfirmBody,
                lambda body: {"attempt": book.confirm(body.attempt_id, passed=body.passed)},
            ),
            reading_route("contracts", lambda: {"contracts": [self._contract(one) for one in book.all()]}),
            reading_route("customers", lambda: {"customers": [self._customer(one["id"]) for one in self._people()]}),
        ]

    def _change(self, status: str) -> Callable[[ContractBody], Answer]:
        book = self._store.contract_book
        return lambda body: {"contract": self._contract(book.set_status(body.contract_id, status))}

    def _outcomes(self, body: OutcomesBody) -> Answer:
        planned = [one.model_dump(exclude_none=True) for one in body.outcomes]
        self._store.contract_book.plan_outcomes(planned)
        return {"outcomes": planned}

    def _contract(self, contract: Document) -> Answer:
        """A contract with its charges: every order that was ever paid by it, the first one left out."""
        attempts = self._store.contract_book.attempts(contract)
        charges = [
            {"order_id": one["order_id"], "key": one["key"], "at": one["completed_at"]}
            for one in attempts
            if one["state"] == "succeeded"
        ]
        return {**contract, "attempts": attempts, "charges": charges}

    def _people(self) -> list[Document]:
        """Everybody who is known, also those of whom only tags or metafields are."""
        known = {one["id"]: one for one in self._store.customers()}
        marked = {int(key) for key in self._store.documents.keys("tags")}
        owners = (gid_number(key, "Customer") for key in self._store.documents.keys("metafields"))
        marked |= {number for number in owners if number is not None}
        return [*known.values(), *({"id": number} for number in sorted(marked - known.keys()))]

    def _customer(self, customer_id: int) -> Answer:
        store, body = self._store, self._store.customer(customer_id) or {}
        return {
            "id": customer_id,
            "email": body.get("email"),
            "name": " ".join(part for part in (body.get("first_name"), body.get("last_name")) if part) or None,
            "tags": store.people.tags(customer_id),
            "metafields": store.metafields(gid("Customer", customer_id)),
        }

"""Customers as the Admin API answers them, with tags, metafields and store credit.

Every well-formed customer id is answered as an existing customer, also one whom this store has never seen: webhooks
made by scripts may speak of them.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from plugin.devstore.admin_values import Node, money, user_error
from plugin.devstore.customer_payloads import Payload, gid, gid_number
from plugin.devstore.documents import Document
from plugin.devstore.seed import EXCHANGE_RATES, SHOP
from plugin.devstore.store import Store
from plugin.devstore.store_credit import balance
from plugin.devstore.times import graphql_time

_CREDIT_LIMIT = Decimal(100_000)


class CustomerQueries:
    """`customer` and `customers`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def customer(self, id: str) -> Node | None:  # noqa: A002  # the schema's own name
        """One customer, or null when the id is not a customer's."""
        number = gid_number(id, "Customer")
        return None if number is None else self.node(number)

    def customers(self, query: str | None = None, **_arguments: Any) -> list[Node]:
        """The shop's customers; `query` may be `email:…` or a tag."""
        wanted = (query or "").removeprefix("email:").strip("'\"").lower()
        bodies = [body for body in self._store.customers() if not wanted or wanted == (body["email"] or "").lower()]
        return [self.node(body["id"]) for body in bodies]

    def node(self, customer_id: int) -> Node:
        """The customer with that id."""
        body = self._store.customer(customer_id) or {}
        # Of somebody whom the store has never seen nothing is known to have changed, ever.
        at = graphql_time(body.get("created_at") or "2026-01-01T00:00:00Z")
        owner = gid("Customer", customer_id)
        return {
            "__typename": "Customer",
            "id": owner,
            "legacyResourceId": str(customer_id),
            "firstName": body.get("first_name"),
            "lastName": body.get("last_name"),
            "displayName": _display_name(body, customer_id),
            "email": body.get("email"),
            "phone": body.get("phone"),
            "locale": "en",
            "state": (body.get("state") or "disabled").upper(),
            "note": body.get("note"),
            "tags": self._store.people.tags(customer_id),
            "createdAt": at,
            "updatedAt": graphql_time(body["updated_at"]) if body else at,
            "numberOfOrders": lambda: str(len(self._orders(customer_id))),
            "amountSpent": lambda: money(_spent(self._orders(customer_id)), SHOP.currency),
            "verifiedEmail": bool(body.get("verified_email")),
            "defaultEmailAddress": _email(body),
            "storeCreditAccounts": lambda **_page: [credit_node(one) for one in self._store.credit.accounts(owner)],
            "metafields": lambda namespace=None, **_page: self._store.metafield_book.listed(owner, namespace),
            "metafield": lambda key, namespace="$app": self._store.metafields(owner).get(namespace, {}).get(key),
        }

    def _orders(self, customer_id: int) -> list[Payload]:
        return [order for order in self._store.orders() if (order["customer"] or {}).get("id") == customer_id]


def _spent(orders: list[Payload]) -> Decimal:
    return sum((Decimal(order["current_total_price"]) for order in orders), Decimal(0))


def _display_name(body: Payload, customer_id: int) -> str:
    name = " ".join(part for part in (body.get("first_name"), body.get("last_name")) if part)
    return name or body.get("email") or str(customer_id)


def _email(body: Payload) -> Node | None:
    if not body.get("email"):
        return None
    consent = body.get("email_marketing_consent") or {}
    since = consent.get("consent_updated_at")
    return {
        "emailAddress": body["email"],
        "marketingState": (consent.get("state") or "not_subscribed").upper(),
        "marketingUpdatedAt": None if since is None else graphql_time(since),
        "validFormat": True,
    }


# -- Store credit ------------------------------------------------------------------------------------------------------


def credit_node(account: Document) -> Node:
    """A StoreCreditAccount."""
    return {
        "__typename": "StoreCreditAccount",
        "id": account["id"],
        "balance": money(balance(account), account["currency"]),
        "owner": {"__typename": "Customer", "id": account["owner"]},
        "transactions": [_entry_node(account, index) for index in range(len(account["transactions"]))],
    }


def _entry_node(account: Document, index: int) -> Node:
    entry, currency = account["transactions"][index], account["currency"]
    after = sum((Decimal(one["amount"]) for one in account["transactions"][: index + 1]), Decimal(0))
    kind = "Credit" if Decimal(entry["amount"]) > 0 else "Debit"
    return {
        "__typename": f"StoreCreditAccount{kind}Transaction",
        "id": entry["id"],
        "createdAt": entry["at"],
        "event": entry.get("event", "ADJUSTMENT"),
        "amount": money(entry["amount"], currency),
        "balanceAfterTransaction": money(after, currency),
        "expiresAt": entry["expires_at"],
        "account": {"id": account["id"], "balance": money(balance(account), currency)},
    }


class StoreCreditMutations:
    """`storeCreditAccountCredit` and `storeCreditAccountDebit`: not idempotent, as on the platform."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def credit(self, id: str, creditInput: dict[str, Any]) -> Node:  # noqa: A002, N803  # the schema's own names
        """Give store credit to a customer or an account."""
        amount, currency = _amount(creditInput["creditAmount"])
        path = ["creditInput", "creditAmount"]
        account = self._store.credit.account(id, currency)
        expires_at = creditInput.get("expiresAt")
        if account is None:
            return _refused(user_error(["id"], "Owner does not exist", "OWNER_NOT_FOUND"))
        if amount is None or amount <= 0:
            return _refused(user_error(path, "Amount must be positive", "NEGATIVE_OR_ZERO_AMOUNT"))
        if currency not in EXCHANGE_RATES:
            return _refused(user_error(path, "Currency is not supported", "UNSUPPORTED_CURRENCY"))
        if currency != account["currency"]:
            return _refused(user_error(path, "Currency is not the account's", "MISMATCHING_CURRENCY"))
        if expires_at is not None and datetime.fromisoformat(expires_at) <= self._store.clock():
            return _refused(user_error(["creditInput", "expiresAt"], "Must be in the future", "EXPIRES_AT_IN_PAST"))
        if balance(account) + amount > _CREDIT_LIMIT:
            return _refused(user_error(path, "The limit would be exceeded", "CREDIT_LIMIT_EXCEEDED"))
        return self._enter(account, amount, expires_at)

    def debit(self, id: str, debitInput: dict[str, Any]) -> Node:  # noqa: A002, N803  # the schema's own names
        """Take store credit from a customer or an account."""
        amount, currency = _amount(debitInput["debitAmount"])
        path = ["debitInput", "debitAmount"]
        account = self._store.credit.account(id, currency)
        if account is None:
            return _refused(user_error(["id"], "Account does not exist", "ACCOUNT_NOT_FOUND"))
        if amount is None or amount <= 0:
            return _refused(user_error(path, "Amount must be positive", "NEGATIVE_OR_ZERO_AMOUNT"))
        if currency != account["currency"]:
            return _refused(user_error(path, "Currency is not the account's", "MISMATCHING_CURRENCY"))
        if amount > balance(account):
            return _refused(user_error(path, "The account does not hold so much", "INSUFFICIENT_FUNDS"))
        return self._enter(account, -amount, None)

    def _enter(self, account: Document, amount: Decimal, expires_at: str | None) -> Node:
        self._store.credit.enter(account, amount, expires_at)
        node = _entry_node(account, len(account["transactions"]) - 1)
        return {"storeCreditAccountTransaction": node, "userErrors": []}


def _amount(given: dict[str, Any]) -> tuple[Decimal | None, str]:
    try:
        return Decimal(str(given["amount"])), str(given["currencyCode"])
    except InvalidOperation:
        return None, str(given["currencyCode"])


def _refused(error: Node) -> Node:
    return {"storeCreditAccountTransaction": None, "userErrors": [error]}

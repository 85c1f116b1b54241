"""The shopper of `laurel demo --once`: does over HTTP what a browser would, and asks the store what it knows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from plugin.demo.once_evidence import DisagreementError
from plugin.devstore.seed import Product

_DELIVERED_LIMIT_SECONDS = 20.0
_MEMBER_QUERY = """
query OnceMember {
  me { balance { available pending lifetime } transactions(first: 20) { nodes { id kind points } } }
}
"""


@dataclass(frozen=True)
class SentWebhook:
    """A webhook that the store delivered."""

    webhook_id: str
    topic: str
    status: int
    attempts: int


@dataclass(frozen=True)
class SeenMember:
    """What the storefront's GraphQL answered about the shopper. `transactions` are (kind, points), newest first."""

    available: int
    pending: int
    lifetime: int
    transactions: tuple[tuple[str, int], ...]


class Shopper:
    """A browser's session in the store, and the merchant's hand for refunds."""

    def __init__(self, client: httpx.Client, *, proxy_path: str) -> None:
        self._client = client
        self._proxy_path = proxy_path

    def log_in(self, customer_id: int) -> None:
        """Log in as a seeded customer."""
        self._post_form("/account/login", {"customer_id": str(customer_id)})

    def buy(self, product: Product, quantity: int) -> dict[str, Any]:
        """Put units into the cart and check out; returns the order's body as the store has it."""
        self._post_form("/cart/add", {"id": str(product.variant_id), "quantity": str(quantity)})
        location = self._post_form("/checkout", {})
        for order in self._json("GET", "/devstore/orders")["orders"]:
            if f"/account/orders/{order['token']}" in location:
                return dict(order)
        raise DisagreementError(f"the checkout led to {location}, which is no order of the store")

    def refund(self, order: Mapping[str, Any], quantity: int) -> dict[str, Any]:
        """Refund units of the order's only line, as the merchant does; returns the refund's body."""
        [line] = order["line_items"]
        answer = self._json("POST", "/devstore/refund", {"order_id": order["id"], "lines": {str(line["id"]): quantity}})
        return dict(answer["refund"])

    def webhooks_of(self, order_id: int, *, wanted: frozenset[str]) -> list[SentWebhook]:
        """The webhooks of an order, once all are delivered and the `wanted` topics are among them."""
        deadline = time.monotonic() + _DELIVERED_LIMIT_SECONDS
        while True:
            log = self._json("GET", f"/devstore/deliveries?order={order_id}")["deliveries"]
            if wanted <= {one["topic"] for one in log} and all(one["state"] == "delivered" for one in log):
                return [
                    SentWebhook(one["webhook_id"], one["topic"], one["attempts"][-1]["status"], len(one["attempts"]))
                    for one in log
                ]
            if time.monotonic() > deadline:
                states = ", ".join(f"{one['topic']} is {one['state']}" for one in log) or "there are none"
                raise DisagreementError(f"not all webhooks of the order were delivered: {states}")
            time.sleep(0.05)

    def member(self) -> SeenMember:
        """Ask the app for the shopper's member, through the app proxy as the widget does."""
        answer = self._json("POST", f"{self._proxy_path}/graphql", {"query": _MEMBER_QUERY})
        me = (answer.get("data") or {}).get("me")
        if me is None:
            raise DisagreementError(f"GraphQL knows nobody: {str(answer.get('errors') or answer)[:300]}")
        transactions = tuple((node["kind"], int(node["points"])) for node in me["transactions"]["nodes"])
        return SeenMember(**{name: int(points) for name, points in me["balance"].items()}, transactions=transactions)

    def _post_form(self, path: str, fields: Mapping[str, str]) -> str:
        """Send a form; returns the address that it leads to."""
        answer = self._client.post(path, data=dict(fields))
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise DisagreementError(f"the store answered {path} with {answer.status_code}")
        return answer.headers["location"]

    def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        answer = self._client.request(method, path, json=body)
        if not answer.is_success:
            raise DisagreementError(f"{path.partition('?')[0]} answered {answer.status_code}: {answer.text[:300]}")
        return dict(answer.json())

"""What tests of the demo store share: an app's registration, a clock that they set, and the app's end of the line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx

SECRET = "hush-hush-hush-hush-hush-hush-hush"
TOPICS = frozenset(
    {
        "orders/create",
        "orders/paid",
        "orders/updated",
        "orders/edited",
        "orders/cancelled",
        "orders/fulfilled",
        "refunds/create",
        "fulfillments/update",
        "customers/create",
        "customers/update",
        "customers/merge",
        "customers_email_marketing_consent/update",
        "customer.tags_added",
        "customer.tags_removed",
        "products/update",
        "collections/update",
        "app/uninstalled",
        "shop/redact",
        "customers/redact",
        "subscription_contracts/create",
        "subscription_contracts/update",
        "subscription_billing_attempts/success",
        "subscription_billing_attempts/failure",
        "subscription_billing_attempts/challenged",
    }
)
SCOPES = (
    "read_orders",
    "read_products",
    "write_customers",
    "write_discounts",
    "write_gift_cards",
    "write_store_credit_account_transactions",
    "read_store_credit_accounts",
    "read_customer_payment_methods",
    "write_own_subscription_contracts",
)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class Receiver:
    """The app at the other end: notes what it is asked and answers with `status`, or raises `failure`."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.content = b"{}"
        self.failure: Exception | None = None
        self._arrived = asyncio.Condition()

    async def received(self, count: int) -> None:
        """Wait until so many requests have come, for a minute at most."""
        async with asyncio.timeout(60), self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        async with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        if self.failure is not None:
            raise self.failure
        return httpx.Response(self.status, headers=self.headers, content=self.content)

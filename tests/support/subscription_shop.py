"""The demo store of tests about subscriptions, in one process with the program: what shopper and merchant do there.

What is to have happened long ago is bought then.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.memberships.catalog import Plan, create_plan
from engine.memberships.definitions import PlanDefinition
from engine.shops import ShopReference, install_shop
from plugin.background import billing, contract_calls, outside_calls
from plugin.background.draining import Inbox
from plugin.background.outside_calls import OutsideCalls
from plugin.background.tenants import Tenants
from plugin.devstore.application import App
from plugin.devstore.checkouts import Checkout, RequestedLine
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.documents import Document
from plugin.devstore.seed import CUSTOMERS, SELLING_PLAN, SHOP, product_by_handle
from plugin.devstore.server import create_server
from plugin.devstore.store import Store
from plugin.services import create_services
from plugin.settings import Settings
from plugin.shopify.token_endpoint import TokenPair
from tests.support.devstore import SCOPES, TOPICS
from tests.support.fulfilling import Died, Impatient
from tests.support.signing import API_KEY, SECRET

CUSTOMER = CUSTOMERS[0].id
PRICE_MINOR = 900
_KINDS = ("billing-attempt", "contract-follow", "contract-seek")
_ROUNDS_AT_MOST = 30


def monthly(**changes: Any) -> PlanDefinition:
    """The demo's plan, sold by the unit and by the month, with whatever is given instead."""
    product = product_by_handle("laurel-plus")
    assert product is not None
    given: dict[str, Any] = {
        "title": "Laurel Plus", "product_ids": (product.id,), "prices": {"USD": PRICE_MINOR}, "days_per_unit": 30,
        "selling_plan_id": SELLING_PLAN.id,
    }  # fmt: skip
    return PlanDefinition(**given | changes)


class _PastClock:
    """A clock that may be so many days behind."""

    def __init__(self) -> None:
        self.behind = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind


class SubscriptionShop:
    """A shop in memory, and the program beside it."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference, settings: Settings, home: Path) -> None:
        self.engine, self.shop, self.clock = engine, shop, _PastClock()
        app = App(api_key=API_KEY, api_secret=SECRET, url="http://app.test", topics=TOPICS, scopes=SCOPES)
        forward = httpx.MockTransport(lambda _: httpx.Response(200))
        server = create_server(home, app, clock=self.clock, forward=forward)
        self.store: Store = server.state.store
        self.network = Impatient(httpx.ASGITransport(server), self.store.misbehavior)
        self.services = create_services(settings, engine=engine, http=httpx.AsyncClient(transport=self.network))
        self.calls = OutsideCalls(self.services, Tenants(engine))
        self.inbox = Inbox(settings, engine, self.services.redis)

    async def open(self, definition: PlanDefinition | None = None) -> Plan:
        """Install the app and sell the plan."""
        await self.install()
        await self.sql(f"UPDATE shops SET external_id = {SHOP.id}")
        await self.services.admin.run(self.shop, "discount_by_code", {"code": "none"})  # its schema is loaded by now
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await create_plan(
                connection, self.shop.program_id, "laurel-plus", definition or monthly(), actor="tests"
            )

    async def install(self) -> None:
        """The app gets a token that works."""
        tokens = self.store.installation.issue(expiring=True)
        ends_at, scopes = datetime.now(UTC) + timedelta(hours=1), ",".join(SCOPES)
        pair = TokenPair(tokens.access, ends_at, tokens.refresh, ends_at + timedelta(days=90), scopes)
        await self.services.tokens.store(self.shop, pair)

    async def close(self) -> None:
        """Close the shop and what spoke to it; the engine belongs to the test."""
        await self.services.http.aclose()
        await self.services.close_redis()
        self.store.close()

    # -- What happens in the shop --------------------------------------------------------------------------------------

    def buy(self, *, days_ago: float = 0, **more: Any) -> Payload:
        """The customer subscribes; the news of it is not heard yet."""
        self.clock.behind = timedelta(days=days_ago)
        product = product_by_handle("laurel-plus")
        assert product is not None
        line = RequestedLine(product.variant_id, 1, selling_plan=bool(more.pop("subscription", True)))
        try:
            return self.store.place_order(Checkout(lines=(line,), customer_id=CUSTOMER, **more))
        finally:
            self.clock.behind = timedelta(0)

    def fail_next(self, *codes: str) -> None:
        """The next charges fail, each with its code."""
        self.store.contract_book.plan_outcomes([{"outcome": "failure", "error_code": code} for code in codes])

    def challenge_next(self) -> None:
        """The next charge has to be confirmed."""
        self.store.contract_book.plan_outcomes([{"outcome": "challenge"}])

    def charges(self) -> list[Document]:
        """All attempts in the shop that took money."""
        book = self.store.contract_book
        return [one for contract in book.all() for one in book.attempts(contract) if one["state"] == "succeeded"]

    async def return_app(self) -> None:
        """The merchant installs the app again."""
        self.store.reinstall_app()
        await install_shop(
            self.engine, domain=self.shop.domain, external_id=None, name="Demo", currency="USD",
            time_zone="America/New_York", scopes=list(SCOPES), at=datetime.now(UTC),
        )  # fmt: skip
        await self.install()

    async def sql(self, statement: str) -> None:
        """Change the program's rows behind its back."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await connection.execute(text(statement))


def die_at(monkeypatch: Any, name: str) -> None:
    """Let the process die the first time that it comes to a named point."""
    left = [name]

    def crash_point(reached: str) -> None:
        if reached in left:
            left.remove(reached)
            raise Died(reached)

    for module in (billing, contract_calls, outside_calls):
        monkeypatch.setattr(module, "crash_point", crash_point)

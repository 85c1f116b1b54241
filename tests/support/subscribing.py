"""Subscriptions in a demo store beside the program: bought at a time in the past, billed step by step, never waiting.

Time is the database's: what is to have happened long ago is bought then, and days pass by moving rows back.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.billing.attempts import Attempt, attempts_of
from engine.billing.contracts import Contract, ContractKey, read_contract
from engine.billing.due import bill_due
from engine.billing.rounds import follow_up
from engine.database import tenant_transaction
from engine.inbox import STORE
from engine.memberships.catalog import Plan, create_plan
from engine.memberships.definitions import PlanDefinition
from engine.memberships.folding import MembershipStanding
from engine.memberships.store import memberships_of
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
from tests.support.fulfilling import PATIENCE_SECONDS, Died, Impatient
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


class Subscribing:
    """A shop in memory, the program beside it, and a worker that does one thing at a time."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference, settings: Settings, home: Path) -> None:
        self.engine, self.shop, self.clock = engine, shop, _PastClock()
        app = App(api_key=API_KEY, api_secret=SECRET, url="http://app.test", topics=TOPICS, scopes=SCOPES)
        forward = httpx.MockTransport(lambda _: httpx.Response(200))
        server = create_server(home, app, clock=self.clock, forward=forward)
        self.store: Store = server.state.store
        self.network = Impatient(httpx.ASGITransport(server))
        self.services = create_services(settings, engine=engine, http=httpx.AsyncClient(transport=self.network))
        self.calls = OutsideCalls(self.services, Tenants(engine))
        self.inbox = Inbox(settings, engine, self.services.redis)

    async def open(self, definition: PlanDefinition | None = None) -> Plan:
        """Install the app and sell the plan."""
        await self.install()
        await self.sql(f"UPDATE shops SET external_id = {SHOP.id}")
        await self.services.admin.run(self.shop, "discount_by_code", {"code": "none"})  # its schema is loaded by now
        self.network.patience_seconds = PATIENCE_SECONDS
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
        await self.services.redis.aclose(close_connection_pool=True)
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

    # -- What the worker does ------------------------------------------------------------------------------------------

    async def hear(self, *, times: int = 1, backwards: bool = False) -> None:
        """Take in what the shop owes, as often as is said, each delivery under an id of its own."""
        owed = self.store.deliveries.due(datetime.now(UTC).timestamp() + 1, 500)
        for one in owed:
            self.store.deliveries.record_attempt(one, {"status": 200}, retry_at=None)
        for _ in range(times):
            for number, one in enumerate(reversed(owed) if backwards else owed):
                await self._store_delivery(one.topic, one.body, f"{one.webhook_id}-{_}-{number}", one.triggered_at)
                if backwards:
                    await self.inbox.drain()
        while await self.inbox.drain():
            pass

    async def deliver(self, topic: str, body: Payload, *, at: datetime | None = None, name: str = "one") -> None:
        """Take in one delivery that a test makes itself."""
        triggered = None if at is None else at.isoformat()
        await self._store_delivery(topic, json.dumps(body).encode(), f"{topic}-{name}", triggered)
        while await self.inbox.drain():
            pass

    async def _store_delivery(self, topic: str, body: bytes, webhook_id: str, triggered_at: str | None) -> None:
        at = None if triggered_at is None else datetime.fromisoformat(triggered_at.replace("000Z", "+00:00"))
        values = {
            "programs": f"{{{self.shop.program_id}}}", "program_id": self.shop.program_id,
            "shop_id": self.shop.shop_id, "topic": topic, "webhook_id": webhook_id, "event_id": None,
            "api_version": "2026-10", "triggered_at": at, "body": body,
        }  # fmt: skip
        async with self.engine.begin() as connection:
            await connection.execute(STORE, values)

    async def bill(self) -> int:
        """One round of what is due."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await bill_due(connection)

    async def follow_up(self) -> int:
        """One round of what is looked after."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await follow_up(connection)

    async def call(self) -> int:
        """Make every call that is due, whatever its delay; returns how many there were."""
        await self.sql("UPDATE outside_calls SET next_attempt_at = now(), lease_until = now() "
                       "WHERE state IN ('waiting', 'running')")  # fmt: skip
        claimed = await self.calls.claim(8)
        for call in claimed:
            await self.calls.make(call)
        return len(claimed)

    async def settle(self) -> None:
        """Bill, call and hear until nothing is open but what waits for the shopper."""
        for _ in range(_ROUNDS_AT_MOST):
            await self.bill()
            await self.call()
            await self.hear()
            if not await self.open_calls() and not await self.bill():
                return
            if any(one.state == "challenged" for one in await self.attempts()):
                return
        raise AssertionError(f"still open: {await self.open_calls()}")

    async def open_calls(self) -> list[str]:
        """The kinds of calls that are not settled."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            rows = await connection.execute(
                text("SELECT kind FROM outside_calls WHERE state IN ('waiting', 'running') AND kind = ANY(:kinds)"),
                {"kinds": list(_KINDS)},
            )
            return [row.kind for row in rows]

    async def pass_days(self, days: float) -> None:
        """Let days pass for contracts and charges, and for what is known of them."""
        gap = f"interval '{days * 86_400} seconds'"
        await self.sql(
            f"UPDATE billing_attempts SET due_at = due_at - {gap}, created_at = created_at - {gap}, "
            f"asked_at = asked_at - {gap}, settled_at = settled_at - {gap}"
        )
        await self.sql(
            f"UPDATE contracts SET anchor_at = anchor_at - {gap}, next_billing_at = next_billing_at - {gap}, "
            f"paused_until = paused_until - {gap}"
        )
        await self.sql(
            f"UPDATE membership_facts SET occurred_at = occurred_at - {gap}, recorded_at = recorded_at - {gap}"
        )

    async def sql(self, statement: str) -> None:
        """Change the program's rows behind its back."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await connection.execute(text(statement))

    # -- What is known -------------------------------------------------------------------------------------------------

    @property
    def key(self) -> ContractKey:
        """The contract that was bought."""
        (contract,) = self.store.contract_book.all()
        return ContractKey(self.shop.program_id, self.shop.shop_id, contract["id"])

    async def contract(self) -> Contract:
        """The contract as the program has it."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            found = await read_contract(connection, self.key)
        assert found is not None
        return found

    async def attempts(self) -> list[Attempt]:
        """Its attempts as the program has them."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await attempts_of(connection, self.key)

    async def states(self) -> list[tuple[int, int, str]]:
        """(cycle, attempt, state) of each attempt."""
        return [(one.cycle, one.attempt, one.state) for one in await self.attempts()]

    async def facts(self) -> list[str]:
        """The kinds of the facts of memberships, oldest first."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            rows = await connection.execute(text("SELECT kind FROM membership_facts ORDER BY occurred_at, fact_id"))
            return [row.kind for row in rows]

    async def membership(self) -> MembershipStanding:
        """The customer's one membership, worked out now."""
        contract = await self.contract()
        assert contract.member_id is not None
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            (one,) = await memberships_of(connection, self.shop.program_id, contract.member_id)
        return one.standing


def die_at(monkeypatch: Any, name: str) -> None:
    """Let the process die the first time that it comes to a named point."""
    left = [name]

    def crash_point(reached: str) -> None:
        if reached in left:
            left.remove(reached)
            raise Died(reached)

    for module in (billing, contract_calls, outside_calls):
        monkeypatch.setattr(module, "crash_point", crash_point)

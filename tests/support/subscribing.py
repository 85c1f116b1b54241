"""Subscriptions in a demo store beside the program: bought at a time in the past, billed step by step, never waiting.

Time is the database's: days pass by moving rows back.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import text

from engine.billing.attempts import Attempt, attempts_of
from engine.billing.contracts import Contract, ContractKey, read_contract
from engine.billing.due import bill_due
from engine.billing.rounds import follow_up
from engine.database import tenant_transaction
from engine.inbox import STORE
from engine.memberships.folding import MembershipStanding
from engine.memberships.store import memberships_of
from plugin.devstore.customer_payloads import Payload
from tests.support.subscription_shop import SubscriptionShop

_KINDS = ("billing-attempt", "contract-follow", "contract-seek")
_ROUNDS_AT_MOST = 30


class Subscribing(SubscriptionShop):
    """The shop, and a worker that does one thing at a time."""

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

    # -- What is known -------------------------------------------------------------------------------------------------

    @property
    def key(self) -> ContractKey:
        """The contract that was bought last."""
        contract = self.store.contract_book.all()[-1]
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

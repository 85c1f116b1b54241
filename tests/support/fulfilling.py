"""Redemptions fulfilled in a demo store that runs in the same process, with its misbehavior, step by step.

Time is the database's: a test lets it pass by moving what is due back, so that nothing ever sleeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.rewards.definitions import FreeShipping, GiftCard, RewardDefinition, StoreCredit
from engine.rewards.ending import cancel_redemption
from engine.rewards.redemptions import Redemption
from engine.shops import ShopReference
from plugin.background import fulfillment, outside_calls, perk_codes, perk_marks
from plugin.background.outside_calls import OutsideCalls
from plugin.background.tenants import Tenants
from plugin.devstore.application import App
from plugin.devstore.discounts import Discount
from plugin.devstore.dropped import ConnectionDroppedError
from plugin.devstore.misbehavior import Misbehavior
from plugin.devstore.server import create_server
from plugin.devstore.store import Store
from plugin.services import Services, create_services
from plugin.settings import Settings
from plugin.shopify.token_endpoint import TokenPair
from tests.support.devstore import SCOPES, TOPICS
from tests.support.rewards import Rewarding, five_off
from tests.support.signing import API_KEY, SECRET

CUSTOMER = 7_000_000_000_001
TROUBLE = [
    "throttle_next", "fail_before_next", "fail_after_success_next", "drop_connection_before_next",
    "drop_connection_after_next", "hang_after_success_next", "unauthorized_next", "user_error_next",
]  # fmt: skip
"""Every way in which the shop spoils its next answers."""
VALUES = {
    "code": five_off(),
    "shipping": five_off(value=FreeShipping()),
    "credit": five_off(value=StoreCredit(amounts={"USD": 500})),
    "card": five_off(value=GiftCard(amounts={"USD": 500})),
}
"""One reward of each kind that is found and made in its own way."""
SETTLED = ("reward-issue", "reward-withdraw", "perk-issue", "perk-withdraw", "customer-mark")
"""Kinds of calls that end; guards go on for days."""
ROUNDS_AT_MOST = 30


class Died(BaseException):
    """The process is gone: nothing after this point runs."""


class Impatient(httpx.AsyncBaseTransport):
    """A network of one process: it loses patience where the shop hangs, however long a machine takes for what it does
    answer, and a connection that is dropped ends without an answer.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, misbehavior: Misbehavior) -> None:
        self._inner, self._misbehavior = inner, misbehavior
        self.down = False
        misbehavior.hang_ms = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        if self.down:
            raise httpx.ConnectError("refused")
        hung = self._misbehavior.spoiled["hang_after_success"]
        try:
            answer = await self._inner.handle_async_request(request)
        except ConnectionDroppedError:
            raise httpx.RemoteProtocolError("closed") from None
        if self._misbehavior.spoiled["hang_after_success"] > hung:
            raise httpx.ReadTimeout("slow")
        return answer


class Fulfilling(Rewarding):
    """A shop in memory beside the program, and a worker that makes one call at a time."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference, settings: Settings, home: Path) -> None:
        super().__init__(engine, shop)
        app = App(api_key=API_KEY, api_secret=SECRET, url="http://app.test", topics=TOPICS, scopes=SCOPES)
        server = create_server(home, app, forward=httpx.MockTransport(lambda _: httpx.Response(200)))
        self.store: Store = server.state.store
        self.network = Impatient(httpx.ASGITransport(server), self.store.misbehavior)
        self.services: Services = create_services(
            settings, engine=engine, http=httpx.AsyncClient(transport=self.network)
        )
        self.calls = OutsideCalls(self.services, Tenants(engine))

    async def open(self) -> None:
        """Install the app, which gets a token that works; the customer has 1,500 points."""
        tokens = self.store.installation.issue(expiring=True)
        ends_at, scopes = datetime.now(UTC) + timedelta(hours=1), ",".join(SCOPES)
        pair = TokenPair(tokens.access, ends_at, tokens.refresh, ends_at + timedelta(days=90), scopes)
        await self.services.tokens.store(self.shop, pair)
        await self.services.admin.run(self.shop, "discount_by_code", {"code": "none"})  # its schema is loaded by now
        await self.earn(1400, customer=CUSTOMER)

    async def close(self) -> None:
        """Close the shop and what spoke to it; the engine belongs to the test."""
        await self.services.http.aclose()
        await self.services.close_redis()
        self.store.close()

    async def redeemed(self, definition: RewardDefinition | None = None, handle: str = "five-off") -> Redemption:
        """The customer redeems a new reward."""
        return await self.redeem(await self.reward(definition, handle), key=handle, customer=CUSTOMER)

    async def available(self) -> int:
        """The customer's points."""
        return (await self.member(CUSTOMER)).available

    async def cancel(self, one: Redemption) -> Redemption:
        """The customer takes a redemption back."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await cancel_redemption(
                connection, self.shop.program_id, self.shop.shop_id, CUSTOMER, one.redemption_id
            )

    def misbehave(self, **ways: object) -> None:
        """Switch misbehavior on, each by its field's name."""
        for name, value in ways.items():
            assert hasattr(self.store.misbehavior, name), name
            setattr(self.store.misbehavior, name, value)

    async def step(self) -> int:
        """Make every call that is due, whatever its delay, a minute later; returns how many there were."""
        await self.sql("UPDATE outside_calls SET unknown_since = unknown_since - interval '1 minute'")
        await self.sql("UPDATE outside_calls SET next_attempt_at = now(), lease_until = now() "
                       "WHERE state IN ('waiting', 'running')")  # fmt: skip
        claimed = await self.calls.claim(8)
        for call in claimed:
            await self.calls.make(call)
        return len(claimed)

    async def settle(self) -> None:
        """Make calls until none but guards are open."""
        for _ in range(ROUNDS_AT_MOST):
            await self.step()
            if not await self.open_calls():
                return
        raise AssertionError(f"still open after {ROUNDS_AT_MOST} rounds: {await self.open_calls()}")

    async def open_calls(self, kinds: Iterable[str] = SETTLED) -> list[str]:
        """The kinds of calls that are not settled, of those asked for."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            rows = await connection.execute(
                text("SELECT kind FROM outside_calls WHERE state IN ('waiting', 'running') AND kind = ANY(:kinds)"),
                {"kinds": list(kinds)},
            )
            return [row.kind for row in rows]

    async def later(self, minutes: int) -> None:
        """Let so many minutes pass for every redemption and call."""
        await self.sql(f"UPDATE outside_calls SET created_at = created_at - interval '{minutes} minutes', "
                       f"unknown_since = unknown_since - interval '{minutes} minutes'")  # fmt: skip
        await self.sql(f"UPDATE redemptions SET created_at = created_at - interval '{minutes} minutes', "
                       f"unknown_since = unknown_since - interval '{minutes} minutes', "
                       f"expires_at = expires_at - interval '{minutes} minutes'")  # fmt: skip

    async def sql(self, statement: str) -> None:
        """Change the program's rows behind its back."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await connection.execute(text(statement))

    def codes(self) -> list[Discount]:
        """The discounts that the app made."""
        return [one for one in self.store.discounts.all() if one.code.startswith("LRL")]

    def credits(self) -> list[str]:
        """The amounts of all store credit, in the order in which they were entered."""
        accounts = self.store.documents.all("store_credit")
        return [entry["amount"] for account in accounts for entry in account["transactions"]]

    def cards(self) -> list[dict[str, object]]:
        """The gift cards that were issued."""
        return list(self.store.documents.all("gift_card"))

    def existing(self) -> int:
        """How many things of all kinds the app made."""
        return len(self.codes()) + len(self.credits()) + len(self.cards())


def die_at(monkeypatch: object, name: str) -> None:
    """Let the process die the first time that it comes to a named point."""
    left = [name]

    def crash_point(reached: str) -> None:
        if reached in left:
            left.remove(reached)
            raise Died(reached)

    for module in (fulfillment, outside_calls, perk_codes, perk_marks):
        monkeypatch.setattr(module, "crash_point", crash_point)  # type: ignore[attr-defined]

"""What a resolver may know: who asks, in which shop, and the database, opened when the first field needs it.

A request reads in one transaction that sees only its own program. Each mutation writes in one of its own, which is
committed before its result is read back: the answer never reports what a later failure undid.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from weakref import WeakValueDictionary

import strawberry

from engine.database import Connection, Database, tenant_transaction
from engine.leaderboards.keys import BoardRedis
from laurel_graphql.partner_desk import PartnerDesk


@dataclass(kw_only=True)
class RequestContext:
    """The caller's tenant and shop, taken from signed data only. Good for one request; entered by `request.execute`."""

    engine: Database
    program_id: int
    shop_id: int
    locale: str
    redis: BoardRedis | None = None
    """Where leaderboards live, passed through to the engine; None: none can be read, and they say so."""
    app_url: str = ""
    """The app's own origin, which public addresses of badges begin with."""
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    """What fields read for each other, good for as long as the request's read transaction."""
    unavailable_because: Exception | None = field(default=None, init=False, repr=False)
    """Set when the database could not be reached, so that the answer says so instead of failing field by field."""
    _connection: Connection | None = field(default=None, init=False, repr=False)
    _closed: bool = field(default=False, init=False, repr=False)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack, init=False, repr=False)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with self._one_at_a_time:
            self._closed = True
            await self._stack.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """The request's read transaction. Fields that resolve side by side take turns: a connection serves one."""
        async with self._one_at_a_time:
            if self._closed:
                raise RuntimeError("the request is over")
            if self._connection is None:
                self._connection = await self._open(self._stack)
            try:
                with self._noticing_loss_of(self._connection):
                    yield self._connection
            except asyncio.CancelledError as error:
                await self._give_up(error)
                raise

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """A transaction for one mutation, committed at the end of the block.

        What was read before it is over by then: who holds one connection and waits for another keeps both from others.
        """
        await self._stop_reading()
        async with self._one_at_a_time, AsyncExitStack() as stack:
            connection = await self._open(stack)
            with self._noticing_loss_of(connection):
                yield connection

    async def _stop_reading(self) -> None:
        async with self._one_at_a_time:
            await self._stack.aclose()
            self._connection = None
            self.kept.clear()

    async def _give_up(self, error: asyncio.CancelledError) -> None:
        """End a read that was cut off because a field beside it failed; those that read on have a connection anew.

        A statement that is cut off takes its connection with it, which is no outage.
        """
        self._connection = None
        self.kept.clear()
        await self._stack.pop_all().__aexit__(type(error), error, error.__traceback__)

    async def _open(self, stack: AsyncExitStack) -> Connection:
        try:
            return await stack.enter_async_context(tenant_transaction(self.engine, self.program_id))
        except Exception as error:
            self.unavailable_because = error
            raise

    @contextmanager
    def _noticing_loss_of(self, connection: Connection) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if connection.invalidated:
                self.unavailable_because = error
            raise


_turns: WeakValueDictionary[tuple[int, int, int], asyncio.Lock] = WeakValueDictionary()
"""One lock for each customer who is changing something in this process right now."""


@dataclass(kw_only=True)
class StorefrontContext(RequestContext):
    """A shopper's request. `customer_id` is the shop's id of the logged-in customer, None when nobody is logged in."""

    customer_id: int | None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """A transaction for one mutation. Those of one customer come one after the other.

        They would wait for each other in the database anyway, each with a connection that others need: a hundred
        redemptions at once would leave none.
        """
        key = (self.program_id, self.shop_id, self.customer_id or 0)
        turn = _turns.setdefault(key, asyncio.Lock())
        await self._stop_reading()
        async with turn, super().writing() as connection:
            yield connection


@dataclass(kw_only=True)
class MerchantContext(RequestContext):
    """A request of the shop's staff; `staff_id` is who, for the record of what they change."""

    staff_id: str
    email_key: Callable[[str], bytes] | None = None
    """Makes the key by which customers are known from an address, where the caller may look for one."""
    partner_desk: PartnerDesk | None = None
    """Makes and uses keys for partners; None: what needs one is refused."""

    @property
    def actor(self) -> str:
        """Who it is, as the ledger and the record of changes keep it."""
        return f"staff:{self.staff_id}"


StorefrontInfo = strawberry.Info[StorefrontContext, None]
MerchantInfo = strawberry.Info[MerchantContext, None]

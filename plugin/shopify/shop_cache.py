"""Which program and shop a domain belongs to, kept for a few seconds so that the hot routes do not ask each time."""

from __future__ import annotations

import time

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference, find_shop

LIFETIME_SECONDS = 5.0
_MAXIMUM_ENTRIES = 10_000


class ShopCache:
    """Domain → shop. An absent shop is never kept: the webhook after an installation must find it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: dict[str, tuple[float, ShopReference]] = {}

    async def find(self, domain: str) -> ShopReference | None:
        """The shop of a domain that a signature vouches for, None when there is none. Raises SQLAlchemy's errors."""
        now = time.monotonic()
        known = self._known.get(domain)
        if known is not None and known[0] > now:
            return known[1]
        async with self._engine.connect() as connection:
            shop = await find_shop(connection, domain)
        if shop is None:
            self._known.pop(domain, None)
            return None
        if len(self._known) >= _MAXIMUM_ENTRIES:
            self._known.clear()
        self._known[domain] = (now + LIFETIME_SECONDS, shop)
        return shop

    def forget(self, domain: str) -> None:
        """Ask again the next time: the shop was installed or uninstalled just now."""
        self._known.pop(domain, None)

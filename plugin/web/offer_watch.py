"""What changes in the offers of a shopper's program, as one number beside their own version."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.offers.freshness import offers_mark

FRESH_SECONDS = 0.5
"""How long it is remembered: with a second between two questions of a page, news is there within two."""
PROGRAMS_MAXIMUM = 1_000


class OfferWatch:
    """Asks once for all who ask at the same time, however many pages of a program are open."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: dict[int, tuple[float, int]] = {}
        self._reading: dict[int, asyncio.Task[int]] = {}

    async def number(self, program_id: int) -> int:
        """Differs when an offer is published, closed, changed, used up, begins or ends; not in any order."""
        fresh_until, known = self._known.get(program_id, (0.0, 0))
        if time.monotonic() < fresh_until:
            return known
        reading = self._reading.get(program_id)
        if reading is None:
            reading = self._reading[program_id] = asyncio.create_task(self._read(program_id, known))
            reading.add_done_callback(lambda _: self._reading.pop(program_id, None))
        return await asyncio.shield(reading)

    async def _read(self, program_id: int, known: int) -> int:
        try:
            async with tenant_transaction(self._engine, program_id) as connection:
                found = await offers_mark(connection, program_id)
        except SQLAlchemyError:
            return known
        if len(self._known) >= PROGRAMS_MAXIMUM:
            self._known.clear()
        self._known[program_id] = (time.monotonic() + FRESH_SECONDS, found)
        return found

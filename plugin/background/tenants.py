"""The programs that a worker serves: all there are, looked up again every second."""

from __future__ import annotations

import time

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import all_shops

FRESH_SECONDS = 1.0


class Tenants:
    """Remembers the list for a moment, as it is wanted many times a second and changes when a shop installs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._programs: tuple[int, ...] = ()
        self._again_at = 0.0

    async def read(self) -> tuple[int, ...]:
        """The ids of all programs, in order."""
        if time.monotonic() >= self._again_at:
            async with self._engine.begin() as connection:
                self._programs = tuple(sorted({shop.program_id for shop in await all_shops(connection)}))
            self._again_at = time.monotonic() + FRESH_SECONDS
        return self._programs

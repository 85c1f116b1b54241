"""What time alone changes in a shopper's game, as one number beside their own version."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.changes import MemberVersion
from engine.database import tenant_transaction
from engine.game.catalog import games_of
from engine.game.passing import chosen_zone, moments_of, passed
from engine.leaderboards.zones import UTC_ALWAYS, zones_of

FRESH_SECONDS = 10.0
"""How long it is remembered what a program has to play for: what comes by time is known long before it does."""

PROGRAMS_MAXIMUM = 1_000


class _Played(NamedTuple):
    """When what a program has to play for comes and goes, as read not long ago."""

    fresh_until: float
    moments: tuple[datetime, ...]
    zone: ZoneInfo


class GameWatch:
    """The clock of one process beside what its programs have to play for."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._played: dict[int, _Played] = {}
        self._reading: dict[int, asyncio.Task[_Played]] = {}

    async def number(self, program_id: int, member: MemberVersion, now: datetime | None = None) -> int:
        """Rises when a day of this member's ends, and when something opens, is over, or is published."""
        known = self._played.get(program_id)
        if known is None or time.monotonic() >= known.fresh_until:
            reading = self._read_once(program_id)
            known = await asyncio.shield(reading) if known is None else known
        zones = (known.zone, *chosen_zone(member.zone))
        return passed(known.moments, zones, now or datetime.now(UTC)) if known.moments else 0

    def _read_once(self, program_id: int) -> asyncio.Task[_Played]:
        """What all who ask at the same time wait for, or go on without where they know what was there a moment ago."""
        reading = self._reading.get(program_id)
        if reading is None:
            reading = self._reading[program_id] = asyncio.create_task(self._read(program_id))
            reading.add_done_callback(lambda _: self._reading.pop(program_id, None))
        return reading

    async def _read(self, program_id: int) -> _Played:
        try:
            async with tenant_transaction(self._engine, program_id) as connection:
                games = (await games_of(connection, [program_id])).get(program_id, ())
                zone = (await zones_of(connection, [program_id]))[program_id].newest
        except SQLAlchemyError:
            return self._played.get(program_id, _Played(0.0, (), UTC_ALWAYS.newest))
        if len(self._played) >= PROGRAMS_MAXIMUM:
            self._played.clear()
        found = _Played(time.monotonic() + FRESH_SECONDS, moments_of(games), zone)
        self._played[program_id] = found
        return found

"""The zones that a program's days were counted in, one after the other: each from its publication on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.rules.days import zone_of

BEGINNING = datetime.min.replace(tzinfo=UTC)

_READ = text("""
    SELECT program_id, published_at, definition ->> 'time_zone' AS time_zone FROM program_versions
    WHERE program_id = ANY(:programs) ORDER BY program_id, version
""")


class Zones(NamedTuple):
    """Since when which zone is in force: the first one always was, no two behind each other are the same."""

    known: tuple[tuple[datetime, ZoneInfo], ...]

    @classmethod
    def always(cls, zone: ZoneInfo) -> Self:
        """One that never changed."""
        return cls(((BEGINNING, zone),))

    @property
    def newest(self) -> ZoneInfo:
        """The one that was published last."""
        return self.known[-1][1]

    @property
    def changes(self) -> tuple[tuple[datetime, ZoneInfo], ...]:
        """When the program moved to which other zone, oldest first."""
        return self.known[1:]

    def at(self, moment: datetime) -> ZoneInfo:
        """The one in force at a moment."""
        return next(zone for since, zone in reversed(self.known) if since <= moment)

    def then(self, since: datetime, zone: ZoneInfo) -> Zones:
        """The same with another zone from a moment on."""
        return self if zone.key == self.newest.key else Zones((*self.known, (since, zone)))


UTC_ALWAYS = Zones.always(zone_of("UTC"))
"""Those of a program that has published nothing."""


async def zones_of(connection: AsyncConnection, programs: Iterable[int]) -> dict[int, Zones]:
    """The zones of each of these programs."""
    asked = sorted(set(programs))
    found: dict[int, Zones] = {}
    for row in await connection.execute(_READ, {"programs": asked}):
        zone = zone_of(row.time_zone or "UTC")
        known = found.get(row.program_id)
        found[row.program_id] = Zones.always(zone) if known is None else known.then(row.published_at, zone)
    return {program_id: found.get(program_id, UTC_ALWAYS) for program_id in asked}

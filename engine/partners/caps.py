"""How many points were issued and redeemed in each period of a partner, and whether a cap has room for more.

Every period is counted, capped or not: a cap that is agreed upon later holds for what happened before it. What is
taken back counts against the period in which it is taken back, as it does on the statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.partners.definitions import AgreementDefinition, CapKind, CycleKind
from engine.partners.limits import CapReached
from engine.rules.days import local_day, zone_of

PERIODS: tuple[CycleKind, ...] = ("day", "week", "month", "quarter")

Counter = tuple[CapKind, str]
"""What is counted, and the key of the period, e.g. `month:2026-11-01`."""

_READ = text("""
    SELECT kind, period, points FROM partner_period_points
    WHERE program_id = :program_id AND partner_id = :partner_id AND period = ANY(:periods)
""")
_ADD = text("""
    INSERT INTO partner_period_points AS counter (program_id, partner_id, kind, period, points)
    SELECT :program_id, :partner_id, added.kind, added.period, added.points
    FROM unnest(CAST(:kinds AS text[]), CAST(:periods AS text[]), CAST(:points AS bigint[]))
        AS added (kind, period, points)
    ON CONFLICT (program_id, partner_id, kind, period) DO UPDATE SET points = counter.points + EXCLUDED.points
""")


def first_day(kind: CycleKind, day: date) -> date:
    """The first day of the period that a day falls in; weeks begin on Monday."""
    match kind:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def period_keys(definition: AgreementDefinition, at: datetime) -> dict[CycleKind, str]:
    """The keys of the periods of the agreement's zone that a moment falls in."""
    day = local_day(at, zone_of(definition.time_zone))
    return {kind: f"{kind}:{first_day(kind, day).isoformat()}" for kind in PERIODS}


@dataclass(slots=True)
class Counting:
    """The counters that one call moves, as they were read under the partner's lock, and by how much."""

    points: dict[Counter, int]
    added: dict[Counter, int] = field(default_factory=dict)

    def count(
        self, definition: AgreementDefinition, kind: CapKind, points: int, at: datetime, *, limited: bool
    ) -> None:
        """Count points, signed. Raises CapReached where they are limited and a cap has no room for all of them."""
        keys = period_keys(definition, at)
        if limited:
            left = self.room(definition, kind, at)
            if left is not None and points > left[1]:
                raise CapReached(kind, *left)
        for key in keys.values():
            counter = (kind, key)
            self.points[counter] = self.points.get(counter, 0) + points
            self.added[counter] = self.added.get(counter, 0) + points

    def room(self, definition: AgreementDefinition, kind: CapKind, at: datetime) -> tuple[CycleKind, int] | None:
        """The period of the tightest cap and the points it has room for; None where nothing is capped."""
        keys = period_keys(definition, at)
        rooms = [
            (max(0, cap.points - self.points.get((kind, keys[cap.period]), 0)), cap.period)
            for cap in definition.caps
            if cap.kind == kind
        ]
        if not rooms:
            return None
        left, period = min(rooms)
        return period, left


async def read_counters(
    connection: AsyncConnection, program_id: int, partner_id: int, definition: AgreementDefinition,
    moments: Iterable[datetime],
) -> Counting:  # fmt: skip
    """The counters of every period that one of these moments falls in."""
    periods = sorted({key for at in moments for key in period_keys(definition, at).values()})
    given = {"program_id": program_id, "partner_id": partner_id, "periods": periods}
    rows = await connection.execute(_READ, given)
    return Counting({(row.kind, row.period): row.points for row in rows})


async def write_counters(connection: AsyncConnection, program_id: int, partner_id: int, counting: Counting) -> None:
    """Add what was counted. The caller holds the partner's lock."""
    added = sorted((counter, points) for counter, points in counting.added.items() if points)
    if added:
        given = {
            "program_id": program_id, "partner_id": partner_id, "kinds": [kind for (kind, _), _ in added],
            "periods": [period for (_, period), _ in added], "points": [points for _, points in added],
        }  # fmt: skip
        await connection.execute(_ADD, given)

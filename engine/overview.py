"""What a merchant sees first: points issued, taken back and outstanding, and what happened last.

Summed, never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class DayPoints:
    """One day's movement, in the days of UTC."""

    day: date
    issued: int
    taken_back: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A program in figures. issued − taken_back − expired − spent = outstanding − debt."""

    issued: int
    taken_back: int
    expired: int
    outstanding: int
    members: int
    orders: int
    parked: int
    pending_deliveries: int
    days: list[DayPoints]


@dataclass(frozen=True, slots=True)
class Activity:
    """One transaction as the merchant sees it."""

    transaction_id: int
    kind: str
    points: int
    occurred_at: datetime
    recorded_at: datetime
    member_id: int
    detail: dict[str, str]


# By rules, by hand and by file alike; what an import says was used elsewhere is spent, and so in neither.
_ISSUED = "kind IN ('earn', 'bonus', 'adjust', 'import') AND points > 0"
_TAKEN_BACK = "(kind = 'clawback' OR (kind = 'adjust' AND points < 0))"
_TOTALS = text(f"""
    SELECT
        (SELECT COALESCE(sum(points), 0) FROM transactions WHERE program_id = :program_id AND {_ISSUED}),
        (SELECT COALESCE(-sum(points), 0) FROM transactions WHERE program_id = :program_id AND {_TAKEN_BACK}),
        (SELECT COALESCE(-sum(points), 0) FROM transactions WHERE program_id = :program_id AND kind = 'expire'),
        (SELECT COALESCE(sum(available + pending + reserved), 0) FROM members WHERE program_id = :program_id),
        (SELECT count(*) FROM members WHERE program_id = :program_id),
        (SELECT count(*) FROM orders WHERE program_id = :program_id AND paid),
        (SELECT count(*) FROM deliveries WHERE program_id = :program_id AND state = 'parked'),
        (SELECT count(*) FROM deliveries WHERE program_id = :program_id AND state = 'pending')
""")
_DAYS = text(f"""
    SELECT d.day::date,
        COALESCE(sum(t.points) FILTER (WHERE {_ISSUED}), 0), COALESCE(-sum(t.points) FILTER (WHERE {_TAKEN_BACK}), 0)
    FROM generate_series(date_trunc('day', now()) - make_interval(days => :days - 1), date_trunc('day', now()), '1 day')
        AS d(day)
    LEFT JOIN transactions t ON t.program_id = :program_id AND t.recorded_at >= d.day
        AND t.recorded_at < d.day + interval '1 day'
    GROUP BY d.day ORDER BY d.day
""")
_ACTIVITY = text("""
    SELECT transaction_id, kind, points, occurred_at, recorded_at, member_id, detail - 'derivation' FROM transactions
    WHERE program_id = :program_id AND points <> 0 ORDER BY transaction_id DESC LIMIT :first
""")


async def overview(connection: AsyncConnection, program_id: int, days: int = 30) -> Overview:
    """A program's totals and the movement of its last days, today included."""
    totals = (await connection.execute(_TOTALS, {"program_id": program_id})).one()
    rows = await connection.execute(_DAYS, {"program_id": program_id, "days": days})
    issued, taken_back, expired, outstanding, members, orders, parked, pending = (int(total) for total in totals)
    movement = [DayPoints(day, int(given), int(taken)) for day, given, taken in rows]
    return Overview(issued, taken_back, expired, outstanding, members, orders, parked, pending, movement)


async def recent_activity(connection: AsyncConnection, program_id: int, first: int) -> list[Activity]:
    """The newest transactions of a program."""
    rows = await connection.execute(_ACTIVITY, {"program_id": program_id, "first": first})
    return [Activity(*row) for row in rows]

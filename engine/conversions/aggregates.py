"""What a partner's offers brought, counted by offer and by day: numbers only, nothing of whom they are about.

Points and money are those of the partner's books, on the day on which they are booked; refunds count against them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.rules.days import start_of_day

DAYS_MAXIMUM = 400


@dataclass(frozen=True, slots=True)
class OfferFigures:
    """What happened with an offer, in a day or in all: purchases count on the day of the purchase, by their state now.

    `points` were issued less what was taken back; `micros` are what is owed for all of it, in the agreement's
    currency, above zero by the partner.
    """

    offer_id: int
    day: date | None
    claims: int
    clicks: int
    pending: int
    approved: int
    declined: int
    reversed: int
    points: int
    micros: int

    @property
    def purchases(self) -> int:
        """All purchases that were credited to it."""
        return self.pending + self.approved + self.declined + self.reversed


_COUNTED = ("claims", "clicks", "pending", "approved", "declined", "reversed", "points", "micros")


def _happened(table: str, moment: str, **counted: str) -> str:
    """What happened by offer and day, read from an index that holds the moment and all that is counted."""
    sums = ", ".join(f"{counted.get(name, '0')} AS {name}" for name in _COUNTED)
    return f"""SELECT offer_id, width_bucket({moment}, CAST(:begins AS timestamptz[])) AS day, {sums} FROM {table}
        WHERE program_id = :program_id AND partner_id = :partner_id AND offer_id IS NOT NULL
        AND {moment} >= :since AND {moment} < :until GROUP BY 1, 2"""


_STATES = {
    state: f"count(*) FILTER (WHERE state = '{state}')" for state in ("pending", "approved", "declined", "reversed")
}
_POINTS = "sum(CASE kind WHEN 'issued' THEN points WHEN 'clawed_back' THEN -points ELSE 0 END)"
_FIGURES = text(f"""
    SELECT offer_id, day, {", ".join(f"sum({name})" for name in _COUNTED)} FROM (
        {_happened("offer_claims", "created_at", claims="count(*)")}
        UNION ALL {_happened("offer_clicks", "clicked_at", clicks="count(*)")}
        UNION ALL {_happened("conversions", "occurred_at", **_STATES)}
        UNION ALL {_happened("partner_events", "occurred_at", points=_POINTS, micros="sum(micros)")}
    ) happened GROUP BY 1, 2 ORDER BY 2, 1
""")


async def figures_by_day(
    connection: AsyncConnection, program_id: int, partner_id: int, first_day: date, last_day: date, zone: ZoneInfo
) -> list[OfferFigures]:
    """A partner's offers on each day of a zone on which something happened; the last DAYS_MAXIMUM days of them."""
    first_day = max(first_day, last_day - timedelta(days=DAYS_MAXIMUM - 1))
    days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)]
    given = {"program_id": program_id, "partner_id": partner_id, **_between(first_day, last_day, zone)}
    given["begins"] = [start_of_day(day, zone) for day in days]
    rows = await connection.execute(_FIGURES, given)
    return [OfferFigures(row[0], days[row[1] - 1], *(int(number) for number in row[2:])) for row in rows]


async def figures_in_all(
    connection: AsyncConnection, program_id: int, partner_id: int, first_day: date, last_day: date, zone: ZoneInfo
) -> list[OfferFigures]:
    """A partner's offers from one day of a zone to another, both included; those with which something happened."""
    given = {"program_id": program_id, "partner_id": partner_id, **_between(first_day, last_day, zone)}
    rows = await connection.execute(_FIGURES, {**given, "begins": [given["since"]]})
    return [OfferFigures(row[0], None, *(int(number) for number in row[2:])) for row in rows]


def summed_up(days: Iterable[OfferFigures]) -> list[OfferFigures]:
    """The offers of some days, each in all: what `figures_in_all` finds for these days."""
    found: dict[int, list[OfferFigures]] = {}
    for one in days:
        found.setdefault(one.offer_id, []).append(one)
    return [
        OfferFigures(offer_id, None, *(sum(getattr(one, name) for one in own) for name in _COUNTED))
        for offer_id, own in sorted(found.items())
    ]


def _between(first_day: date, last_day: date, zone: ZoneInfo) -> dict[str, Any]:
    return {"since": start_of_day(first_day, zone), "until": start_of_day(last_day + timedelta(days=1), zone)}

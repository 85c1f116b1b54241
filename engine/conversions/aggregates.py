"""What a partner's offers brought, counted by offer and by day: numbers only, nothing of whom they are about.

Points and money are those of the partner's books, on the day on which they are booked; refunds count against them.
"""

from __future__ import annotations

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


def _happened(table: str, moment: str, counted: str) -> str:
    return f"""SELECT offer_id, CAST({moment} AT TIME ZONE :zone AS date) AS day, {counted} FROM {table}
        WHERE program_id = :program_id AND partner_id = :partner_id
        AND offer_id = ANY (ARRAY(SELECT offer_id FROM offers
            WHERE program_id = :program_id AND partner_id = :partner_id))
        AND {moment} >= :since AND {moment} < :until"""


_NONE = "0 AS pending, 0 AS approved, 0 AS declined, 0 AS reversed"
_POINTS = "CASE kind WHEN 'issued' THEN points WHEN 'clawed_back' THEN -points ELSE 0 END"
_STATES = ", ".join(
    f"CASE state WHEN '{state}' THEN 1 ELSE 0 END AS {state}"
    for state in ("pending", "approved", "declined", "reversed")
)
_ALL = f"""WITH happened AS (
        {_happened("offer_claims", "created_at", f"1 AS claims, 0 AS clicks, {_NONE}, 0 AS points, 0 AS micros")}
        UNION ALL
        {_happened("offer_clicks", "clicked_at", f"0, 1, {_NONE}, 0, 0")}
        UNION ALL
        {_happened("conversions", "occurred_at", f"0, 0, {_STATES}, 0, 0")}
        UNION ALL
        {_happened("partner_events", "occurred_at", f"0, 0, {_NONE}, {_POINTS}, micros")}
    )"""
_SUMS = ", ".join(
    f"sum({name})" for name in ("claims", "clicks", "pending", "approved", "declined", "reversed", "points", "micros")
)
_BY_DAY = text(f"{_ALL} SELECT offer_id, day, {_SUMS} FROM happened GROUP BY 1, 2 ORDER BY 2, 1")
_IN_ALL = text(f"{_ALL} SELECT offer_id, CAST(NULL AS date), {_SUMS} FROM happened GROUP BY 1 ORDER BY 1")


async def figures_by_day(
    connection: AsyncConnection, program_id: int, partner_id: int, first_day: date, last_day: date, zone: ZoneInfo
) -> list[OfferFigures]:
    """A partner's offers on each day of a zone on which something happened; the last DAYS_MAXIMUM days of them."""
    first_day = max(first_day, last_day - timedelta(days=DAYS_MAXIMUM - 1))
    return await _figures(connection, _BY_DAY, program_id, partner_id, first_day, last_day, zone)


async def figures_in_all(
    connection: AsyncConnection, program_id: int, partner_id: int, first_day: date, last_day: date, zone: ZoneInfo
) -> list[OfferFigures]:
    """A partner's offers from one day of a zone to another, both included; those with which something happened."""
    return await _figures(connection, _IN_ALL, program_id, partner_id, first_day, last_day, zone)


async def _figures(
    connection: AsyncConnection, statement: Any, program_id: int, partner_id: int, first_day: date, last_day: date,
    zone: ZoneInfo,
) -> list[OfferFigures]:  # fmt: skip
    given = {
        "program_id": program_id, "partner_id": partner_id, "zone": zone.key, "since": start_of_day(first_day, zone),
        "until": start_of_day(last_day + timedelta(days=1), zone),
    }  # fmt: skip
    rows = await connection.execute(statement, given)
    return [OfferFigures(row[0], row[1], *(int(number) for number in row[2:])) for row in rows]

"""What a partner has to credit: points of ours that members exchanged for its own, as orders to it.

They come in the order of their newest events, whose ids are drawn under the partner's lock: of two that are made at
once the one that can be seen first has the lower one, so that whoever reads on from the last one misses none. An order
that is canceled after it was read comes again, by the event that takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# The kinds are those of an index of their own.
_READ = """
    SELECT e.event_id, c.claim_id, o.handle AS offer_handle, c.account, c.points, c.gives,
        CASE WHEN e.kind = 'exchanged' THEN 'made' ELSE 'canceled' END AS state, c.created_at,
        v.definition ->> 'title' AS title, v.definition -> 'gives' ->> 'unit_name' AS unit_name
    FROM partner_events e
    JOIN offer_claims c ON c.program_id = e.program_id AND c.claim_id = e.claim_id AND c.kind = 'exchange'
    JOIN offers o ON o.program_id = c.program_id AND o.offer_id = c.offer_id
    JOIN offer_versions v ON v.program_id = c.program_id AND v.offer_id = c.offer_id AND v.version = c.offer_version
    WHERE e.program_id = :program_id AND e.partner_id = :partner_id
        AND e.kind IN ('exchanged', 'redemption_reversed') AND (e.kind = 'redemption_reversed' OR c.state <> 'void')
"""
_SINCE = text(f"{_READ} AND e.event_id > :after ORDER BY e.event_id LIMIT :first")
_NEWEST = text(f"{_READ} AND e.event_id < :before ORDER BY e.event_id DESC LIMIT :first")
_NEVER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ExchangeOrder:
    """So many of the partner's points (`gives`) for an account there; `claim_id` is what its events refer to.

    `event_id` is its newest event, from which one reads on. `account` is what the member named; None since they were
    forgotten. Canceled: the points went back to the member.
    """

    event_id: int
    claim_id: int
    offer_handle: str
    account: str | None
    points: int
    gives: int
    state: Literal["made", "canceled"]
    created_at: datetime
    title: str
    unit_name: str


async def exchanges_of_partner(
    connection: AsyncConnection, program_id: int, partner_id: int, first: int, after: int = 0
) -> list[ExchangeOrder]:
    """The exchanges with one partner whose newest event came after the event `after`; nothing else of any member."""
    given = {"program_id": program_id, "partner_id": partner_id, "first": first, "after": after}
    return [ExchangeOrder(*row) for row in await connection.execute(_SINCE, given)]


async def newest_exchanges(
    connection: AsyncConnection, program_id: int, partner_id: int, first: int, before: int | None = None
) -> list[ExchangeOrder]:
    """The same for people: newest first, from the one before the event `before` on."""
    given = {"program_id": program_id, "partner_id": partner_id, "first": first, "before": before or _NEVER}
    return [ExchangeOrder(*row) for row in await connection.execute(_NEWEST, given)]

"""What a partner has to credit: points of ours that members exchanged for its own, as orders to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_OF_PARTNER = text("""
    SELECT c.claim_id, o.handle AS offer_handle, c.account, c.points, c.gives,
        CASE WHEN c.state = 'void' THEN 'canceled' ELSE 'made' END AS state, c.created_at
    FROM offer_claims c JOIN offers o ON o.program_id = c.program_id AND o.offer_id = c.offer_id
    WHERE c.program_id = :program_id AND c.partner_id = :partner_id AND c.kind = 'exchange' AND c.claim_id > :after
    ORDER BY c.claim_id LIMIT :first
""")


@dataclass(frozen=True, slots=True)
class ExchangeOrder:
    """So many of the partner's points (`gives`) for an account there; `claim_id` is what its event refers to.

    `account` is what the member named; None since they were forgotten. Canceled: the points went back to the member.
    """

    claim_id: int
    offer_handle: str
    account: str | None
    points: int
    gives: int
    state: Literal["made", "canceled"]
    created_at: datetime


async def exchanges_of_partner(
    connection: AsyncConnection, program_id: int, partner_id: int, first: int, after: int = 0
) -> list[ExchangeOrder]:
    """The exchanges with one partner, oldest first, from the one after `after` on; nothing else of any member."""
    given = {"program_id": program_id, "partner_id": partner_id, "first": first, "after": after}
    return [ExchangeOrder(*row) for row in await connection.execute(_OF_PARTNER, given)]

"""Claims whose time is over: what they held of a budget comes back to the offer. Points that were spent stay spent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.budget import Account, BudgetMove, move_budget

_DUE = text("""
    SELECT program_id, claim_id, offer_id FROM offer_claims
    WHERE state = 'ready' AND expires_at IS NOT NULL AND expires_at <= now()
    ORDER BY program_id, offer_id, claim_id LIMIT :most
""")
_EXPIRE = text("""
    WITH due AS MATERIALIZED (
        SELECT claim_id, kind, budget FROM offer_claims
        WHERE program_id = :program_id AND claim_id = ANY(:claims) AND state = 'ready' AND expires_at <= now()
        ORDER BY claim_id FOR UPDATE SKIP LOCKED
    )
    UPDATE offer_claims c SET state = 'expired', settled_at = now(),
        budget = CASE WHEN c.kind = 'code' AND o.budget_unit NOT IN ('claims', 'points') THEN 0 ELSE c.budget END
    FROM due, offers o
    WHERE c.program_id = :program_id AND c.claim_id = due.claim_id
        AND o.program_id = :program_id AND o.offer_id = c.offer_id
    RETURNING c.claim_id, c.member_id, CASE WHEN c.kind = 'code' AND o.budget_unit NOT IN ('claims', 'points')
        THEN due.budget ELSE 0 END AS held
""")


async def expire_due_claims(connection: AsyncConnection, most: int = 100) -> int:
    """End claims of the named tenants whose time is over, offer by offer; returns how many.

    What they held of a budget comes back. Claims that somebody is just using or voiding are left to them.
    """
    due = (await connection.execute(_DUE, {"most": most})).fetchall()
    by_offer: dict[tuple[int, int], list[int]] = {}
    for program_id, claim_id, offer_id in due:
        by_offer.setdefault((program_id, offer_id), []).append(claim_id)
    ended = 0
    for (program_id, offer_id), claims in by_offer.items():
        ended += await _expire(connection, program_id, offer_id, claims)
    return ended


async def _expire(connection: AsyncConnection, program_id: int, offer_id: int, claims: Sequence[int]) -> int:
    given = {"program_id": program_id, "claims": list(claims)}
    rows = (await connection.execute(_EXPIRE, given)).fetchall()
    moves = [
        BudgetMove(Account.HELD, Account.FREE, row.held, "expire", "program", claim_id=row.claim_id)
        for row in rows
        if row.held
    ]
    if moves:
        moved = await move_budget(connection, program_id, offer_id, *moves)
        assert moved is not None, "what claims hold is on the offer's row"
    return len(rows)

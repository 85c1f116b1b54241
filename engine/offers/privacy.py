"""What offers hold of a person is told, and forgotten with them. What partners owe for them stays, as nobody's."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.redactions import of_nobody

# A person is their member and every member that was merged into it.
_PERSON = """(SELECT f.member_id FROM members f WHERE f.program_id = :program_id
    AND (f.member_id = :member_id OR f.merged_into = :member_id))"""
_OF_PERSON = f"WHERE program_id = :program_id AND member_id IN {_PERSON}"
_CONVERSIONS_OF_PERSON = f"(SELECT conversion_id FROM conversions {_OF_PERSON})"

OFFERS_EXPORT = {
    "offer_claims": "SELECT o.handle AS offer, c.kind, c.state, c.code, c.points, c.gives, c.account, c.created_at, "
    "c.expires_at, c.settled_at, c.note FROM offer_claims c JOIN offers o USING (program_id, offer_id) "
    f"WHERE c.program_id = :program_id AND c.member_id IN {_PERSON} ORDER BY c.claim_id",
    "offer_clicks": "SELECT o.handle AS offer, c.clicked_at FROM offer_clicks c "
    "JOIN offers o USING (program_id, offer_id) "
    f"WHERE c.program_id = :program_id AND c.member_id IN {_PERSON} ORDER BY c.clicked_at",
    "partner_numbers": "SELECT p.handle AS partner, n.number, n.created_at FROM partner_members n "
    "JOIN partners p USING (program_id, partner_id) "
    f"WHERE n.program_id = :program_id AND n.member_id IN {_PERSON} ORDER BY n.created_at",
    "partner_purchases": "SELECT p.handle AS partner, c.reference, c.state, c.reason, c.occurred_at, c.amount_minor, "
    "c.currency, c.refunded_minor, c.points FROM conversions c JOIN partners p USING (program_id, partner_id) "
    f"WHERE c.program_id = :program_id AND c.member_id IN {_PERSON} ORDER BY c.conversion_id",
}
# A number that nobody stands behind any more earns nothing; what was bought by it before can still be returned.
_ERASE = {
    "offer_claims": "UPDATE offer_claims SET customer_id = NULL, account = NULL, note = NULL "
    f"{_OF_PERSON} AND (customer_id IS NOT NULL OR account IS NOT NULL OR note IS NOT NULL)",
    "offer_clicks": f"DELETE FROM offer_clicks {_OF_PERSON}",
    "exchange_quotes": f"DELETE FROM exchange_quotes {_OF_PERSON}",
    "partner_numbers": f"DELETE FROM partner_members {_OF_PERSON}",
    "partner_appeals": "UPDATE conversion_appeals SET said = '', note = NULL "
    f"WHERE program_id = :program_id AND said <> '' AND conversion_id IN {_CONVERSIONS_OF_PERSON}",
}
_GOES_ON = text("SELECT closed_at IS NULL FROM members WHERE program_id = :program_id AND member_id = :member_id")


async def erase_offers(connection: AsyncConnection, program_id: int, member_id: int) -> dict[str, int]:
    """Forget by which numbers partners know a person, where they clicked, and what was written about their purchases.

    Their members are closed and locked. Nothing of who goes on is forgotten.
    """
    key = {"program_id": program_id, "member_id": member_id}
    if (await connection.execute(_GOES_ON, key)).scalar_one():
        return {}
    return {part: (await connection.execute(text(sql), key)).rowcount for part, sql in _ERASE.items()}


_LEFT_BEHIND = {
    "offer_claims": "UPDATE offer_claims o SET customer_id = NULL, account = NULL, note = NULL "
    "WHERE o.program_id = :program_id AND (o.customer_id IS NOT NULL OR o.account IS NOT NULL OR o.note IS NOT NULL) "
    f"AND {of_nobody('o')}",
    "offer_clicks": f"DELETE FROM offer_clicks k WHERE k.program_id = :program_id AND {of_nobody('k')}",
    "partner_numbers": f"DELETE FROM partner_members n WHERE n.program_id = :program_id AND {of_nobody('n')}",
}


async def erase_offers_of_nobody(connection: AsyncConnection, program_id: int) -> dict[str, int]:
    """Forget what offers hold of members of whom no customer is left, after their shop was erased."""
    key = {"program_id": program_id}
    return {part: (await connection.execute(text(sql), key)).rowcount for part, sql in _LEFT_BEHIND.items()}

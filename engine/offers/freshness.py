"""Whether offers are still what a page showed: one number, which differs with everything that members see."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MARK_BITS = 50
"""With a member's version added it is still exact in a browser."""
# What time alone changes counts, too: that an offer begins, and that it is over.
_MARK = text("""
    SELECT hashtextextended(string_agg(concat_ws(' ', o.offer_id, o.version, o.state, o.archived_at, p.paused_at,
        p.archived_at, CAST(v.definition ->> 'starts_at' AS timestamptz) > now(),
        CAST(v.definition ->> 'ends_at' AS timestamptz) > now()), ',' ORDER BY o.offer_id), 0) AS mark
    FROM offers o
    JOIN offer_versions v ON v.program_id = o.program_id AND v.offer_id = o.offer_id AND v.version = o.version
    JOIN partners p ON p.program_id = o.program_id AND p.partner_id = o.partner_id
    WHERE o.program_id = :program_id AND o.state <> 'draft'
""")


async def offers_mark(connection: AsyncConnection, program_id: int) -> int:
    """0 for a program that never published an offer."""
    mark = (await connection.execute(_MARK, {"program_id": program_id})).scalar_one()
    return 0 if mark is None else int(mark) % 2**MARK_BITS

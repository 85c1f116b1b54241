"""Held points become the member's to spend when their time has come."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import release_award
from engine.awards import AwardKey, read_awards, write_awards
from engine.ledger import Ledger, MemberKey
from engine.publishing import versions_of

# Without a lock: the member's row is locked first, here as everywhere; what was released meanwhile is left out then.
_DUE = text("""
    SELECT program_id, shop_id, source, source_id, rule FROM awards
    WHERE held > 0 AND release_at <= now() ORDER BY release_at LIMIT :most
""")


async def release_due(connection: AsyncConnection, most: int = 500) -> int:
    """Release what is due of up to `most` awards of the named tenants; returns how many were released."""
    keys = [AwardKey(*row) for row in await connection.execute(_DUE, {"most": most})]
    if not keys:
        return 0
    owners = await read_awards(connection, keys)
    members = {MemberKey(award.key.program_id, award.member_id) for award in owners.values()}
    ledger = await Ledger.open(connection, members)
    awards = [
        award
        for award in (await read_awards(connection, keys)).values()
        if award.held and award.release_at is not None and award.release_at <= ledger.now
    ]
    versions = await versions_of(connection, sorted({award.key.program_id for award in awards}))
    definitions = {(one.program_id, one.version): one.definition for found in versions.values() for one in found}
    await ledger.draw_ids(2 * len(awards))
    for award in sorted(awards, key=lambda award: award.award_id):
        definition = definitions[award.key.program_id, award.program_version]
        release_award(ledger, award, definition, ledger.root(MemberKey(award.key.program_id, award.member_id)))
    await ledger.write()
    await write_awards(connection, awards)
    return len(awards)

"""Points that end after some time of silence: every purchase moves their end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.ledger import Ledger, MemberKey
from engine.lots import Lot
from engine.program import ProgramVersion
from engine.rules.days import days_later

# Orders are found by their customer, and by their member where a guest's were claimed: both are indexed.
_PURCHASES = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint", "since": "timestamptz"},
    """SELECT g.program_id, g.member_id, o.occurred_at FROM given g
    JOIN customers k ON k.program_id = g.program_id AND k.member_id = g.member_id
    JOIN orders o ON o.program_id = k.program_id AND o.shop_id = k.shop_id AND o.customer_id = k.customer_id
    WHERE o.decided_version IS NOT NULL AND o.occurred_at >= g.since
    UNION SELECT g.program_id, g.member_id, o.occurred_at FROM given g
    JOIN orders o ON o.program_id = g.program_id AND o.member_id = g.member_id
    WHERE o.customer_id IS NULL AND o.decided_version IS NOT NULL AND o.occurred_at >= g.since""",
)


async def move_idle_ends(
    ledger: Ledger, active: Iterable[tuple[MemberKey, datetime]], versions: Mapping[int, list[ProgramVersion]]
) -> None:
    """Move the ends of members' idle lots to so many days after what they did, where that is later.

    `active` says who did something and when; what they did after that counts as well, if it was heard of before.
    Programs that never had such an expiry cost nothing here.
    """
    idle = {program_id for program_id, published in versions.items() if any(one.has_idle_ends for one in published)}
    moments: dict[MemberKey, set[datetime]] = {}
    for member, moment in active:
        if member.program_id in idle:
            moments.setdefault(ledger.root(member), set()).add(moment)
    await ledger.load_lots(moments)
    await _add_later_purchases(ledger.connection, moments)
    for member, found in moments.items():
        zone = max(versions[member.program_id], key=lambda one: one.version).definition.zone
        for lot in ledger.lots_of(member):
            if lot.idle_days is None or lot.expires_at is None or lot.remaining == 0:
                continue
            ends_at = lot.expires_at
            for moment in sorted(found):
                if moment < ends_at:  # what is silent for too long has ended, and nothing later moves that
                    ends_at = max(ends_at, days_later(moment, lot.idle_days, zone))
            _move(ledger, member, lot, ends_at)


def _move(ledger: Ledger, member: MemberKey, lot: Lot, ends_at: datetime) -> None:
    if lot.expires_at is not None and ends_at > lot.expires_at:
        lot.expires_at = ends_at
        ledger.touch(lot)
        ledger.holdings[member].changed = True


async def _add_later_purchases(connection: AsyncConnection, moments: dict[MemberKey, set[datetime]]) -> None:
    since = [(*member, min(found)) for member, found in sorted(moments.items())]
    for program_id, member_id, moment in await _PURCHASES.run(connection, since):
        moments[MemberKey(program_id, member_id)].add(moment)

"""Points that end after some time of silence: every purchase moves their end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from engine.ledger import Ledger, MemberKey
from engine.program import ProgramVersion
from engine.rules.days import days_later


async def move_idle_ends(
    ledger: Ledger, active: Iterable[tuple[MemberKey, datetime]], versions: Mapping[int, list[ProgramVersion]]
) -> None:
    """Move the ends of members' idle lots to so many days after what they did, where that is later.

    `active` says who did something and when. Programs that never had such an expiry cost nothing here.
    """
    idle = {program_id for program_id, published in versions.items() if any(one.has_idle_ends for one in published)}
    latest: dict[MemberKey, datetime] = {}
    for member, moment in active:
        if member.program_id in idle:
            root = ledger.root(member)
            latest[root] = max(moment, latest.get(root, moment))
    await ledger.load_lots(latest)
    for member, moment in latest.items():
        zone = max(versions[member.program_id], key=lambda one: one.version).definition.zone
        for lot in ledger.lots_of(member):
            if lot.idle_days is None or lot.expires_at is None or lot.remaining == 0 or lot.due(ledger.now):
                continue
            ends_at = days_later(moment, lot.idle_days, zone)
            if ends_at > lot.expires_at:
                lot.expires_at = ends_at
                ledger.touch(lot)
                ledger.holdings[member].changed = True

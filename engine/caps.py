"""Caps are taken from counters, under the member's lock, once: what a refund takes back does not come free again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.ledger import MemberKey
from engine.rules.caps import Cap, Granted, period_of, within_caps
from engine.rules.days import local_day
from engine.rules.definitions import Definition
from engine.rules.outcomes import RuleOutcome

PROGRAM = 0
"""`member_id` of what all members of a program share."""


class CounterKey(NamedTuple):
    """What counts against a cap, for whom and in which of its periods."""

    program_id: int
    cap: str
    member_id: int
    period: str


_KEY = {"program_id": "bigint", "cap": "text", "member_id": "bigint", "period": "text"}
# The row is made before it is locked, so that two that are first meet, too.
_PLACE = BulkStatement(
    _KEY,
    """INSERT INTO cap_counters (program_id, cap, member_id, period, used)
    SELECT program_id, cap, member_id, period, 0 FROM given ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING""",
)
_LOCK = BulkStatement(
    _KEY,
    """SELECT c.program_id, c.cap, c.member_id, c.period, c.used
    FROM cap_counters c JOIN given g USING (program_id, cap, member_id, period)
    ORDER BY c.program_id, c.cap, c.member_id, c.period FOR UPDATE OF c""",
)
_STORE = BulkStatement(
    {**_KEY, "used": "bigint"},
    """UPDATE cap_counters c SET used = g.used FROM given g WHERE c.program_id = g.program_id AND c.cap = g.cap
    AND c.member_id = g.member_id AND c.period = g.period""",
)


def counter_key(cap: Cap, member: MemberKey, definition: Definition, outcome: RuleOutcome) -> CounterKey:
    """The counter that an outcome counts against: its period is that of the business day on which it happened."""
    day = local_day(outcome.occurred_at, definition.zone)
    whose = member.member_id if cap.per == "member" else PROGRAM
    return CounterKey(member.program_id, cap.handle, whose, period_of(cap.period, day))


@dataclass(slots=True)
class CapCounters:
    """The counters that a batch takes from, locked in the order of their keys."""

    used: dict[CounterKey, int] = field(default_factory=dict)
    changed: set[CounterKey] = field(default_factory=set)

    @classmethod
    async def open(cls, connection: AsyncConnection, keys: Iterable[CounterKey]) -> CapCounters:
        """Lock these counters; the members have to be locked before."""
        ordered = sorted(set(keys))
        await _PLACE.run(connection, ordered)
        rows = await _LOCK.run(connection, ordered)
        return cls({CounterKey(*row[:4]): row.used for row in rows})

    def grant(self, definition: Definition, member: MemberKey, outcome: RuleOutcome, granted: int | None) -> Granted:
        """What caps leave of what an outcome wants beyond the points `granted` before, taken from the counters.

        The points that come back are all that are granted now.
        """
        before = granted or 0
        keys = {cap.handle: counter_key(cap, member, definition, outcome) for cap in outcome.rule.caps}
        used = {handle: self.used[key] for handle, key in keys.items()}
        more = within_caps(outcome.rule.caps, max(0, outcome.desired - before), used)
        if more.points:
            for key in keys.values():
                self.used[key] += more.points
                self.changed.add(key)
        return Granted(before + more.points, more.cap)

    async def store(self, connection: AsyncConnection) -> None:
        """Write what was taken."""
        await _STORE.run(connection, [(*key, self.used[key]) for key in sorted(self.changed)])

"""The awards of what members do besides buying: joining, a review, a birthday, whatever the merchant's software tells.

Each event is a fact under its source and id, told any number of times and decided once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import Source, Work
from engine.awards import MEMBER_SCOPE
from engine.bulk import BulkStatement
from engine.events import FieldValue, MemberEvent
from engine.ledger import Ledger, MemberKey
from engine.program import ProgramVersion
from engine.rules.deciding import decide_event
from engine.rules.facts import DecidedFrom

SIGN_UP = "sign_up"

_KEY = {"program_id": "bigint", "shop_id": "bigint", "source": "text", "source_id": "text"}
# Joining leaves no event of its own: the awards for it, of whatever rule, say that it was decided.
# Whoever is the same person since a merge joined for them, too: who was merged into them, and who was merged into the
# same member as they. Ids are made texts in a step of its own: under row-level security no index is used for a
# comparison with what a function makes (see `ledger_store`).
_KNOWN = BulkStatement(
    {**_KEY, "member_id": "bigint"},
    """, rooted AS MATERIALIZED (
        SELECT g.program_id, g.shop_id, g.source, g.source_id,
            CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END AS root
        FROM given g JOIN members m USING (program_id, member_id) WHERE g.source = 'sign_up'
    ), merged AS MATERIALIZED (
        SELECT r.program_id, r.shop_id, r.source, r.source_id, m.member_id::text AS gone FROM rooted r
        JOIN members m ON m.program_id = r.program_id AND m.merged_into = r.root
        UNION ALL SELECT program_id, shop_id, source, source_id, root::text FROM rooted
    )
    SELECT e.program_id, e.shop_id, e.source, e.source_id
    FROM given JOIN member_events e USING (program_id, shop_id, source, source_id)
    UNION ALL SELECT g.program_id, g.shop_id, g.source, g.source_id FROM given g JOIN awards a
        ON a.program_id = g.program_id AND a.shop_id = g.shop_id AND a.source_id = g.source_id
    WHERE g.source = 'sign_up' AND a.source = 'member'
    UNION ALL SELECT g.program_id, g.shop_id, g.source, g.source_id FROM merged g JOIN awards a
        ON a.program_id = g.program_id AND a.shop_id = g.shop_id AND a.source = 'member' AND a.source_id = g.gone""",
)
_INSERT = BulkStatement(
    {
        **_KEY, "member_id": "bigint", "occurred_at": "timestamptz", "fields": "jsonb", "decided_version": "integer",
        "decided_from": "jsonb",
    },
    """INSERT INTO member_events (program_id, shop_id, source, source_id, member_id, occurred_at, fields,
        decided_version, decided_from)
    SELECT * FROM given ORDER BY program_id, shop_id, source, source_id ON CONFLICT DO NOTHING
    RETURNING program_id, shop_id, source, source_id""",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventClaim:
    """Something happened for which a member may get points, unless it was told before."""

    member: MemberKey
    shop_id: int
    event: MemberEvent
    received_at: datetime

    @property
    def source(self) -> Source:
        """The fact; joining is one for each member, whatever shop of the program it happened in."""
        shop_id = MEMBER_SCOPE if self.event.source == SIGN_UP else self.shop_id
        return Source(self.member.program_id, shop_id, self.event.source, self.event.source_id)


def joining_claim(member: MemberKey, shop_id: int, occurred_at: datetime, received_at: datetime) -> EventClaim:
    """A member has an account or bought something: whichever comes first is their joining."""
    return EventClaim(member, shop_id, MemberEvent(0, SIGN_UP, str(member.member_id), occurred_at), received_at)


def earliest(claims: Iterable[EventClaim]) -> list[EventClaim]:
    """One claim for each fact, the first that happened."""
    found: dict[Source, EventClaim] = {}
    for claim in sorted(claims, key=lambda claim: (claim.event.occurred_at, claim.source)):
        found.setdefault(claim.source, claim)
    return list(found.values())


def joined_once(ledger: Ledger, claims: Iterable[EventClaim]) -> list[EventClaim]:
    """The claims, of joining only the first for each person: two of one batch may be of members who were merged."""
    found: dict[Source | MemberKey, EventClaim] = {}
    for claim in claims:
        person = ledger.root(claim.member) if claim.event.source == SIGN_UP else claim.source
        found.setdefault(person, claim)
    return list(found.values())


async def told_before(connection: AsyncConnection, claims: Iterable[EventClaim]) -> set[Source]:
    """Those of the facts that were decided before. The members are locked, so that nobody is just deciding them."""
    asked = sorted({(*claim.source, claim.member.member_id) for claim in claims})
    return {Source(*row) for row in await _KNOWN.run(connection, asked)}


def event_work(claim: EventClaim, version: ProgramVersion | None, facts: DecidedFrom) -> Work | None:
    """What an event is due by each rule, or None where nothing was live then."""
    if version is None:
        return None
    event = replace(claim.event, occurred_at=min(claim.event.occurred_at, claim.received_at))
    return Work(
        _award_source(claim.source),
        claim.member,
        version,
        decide_event(version.definition, event, facts).outcomes,
        claim.received_at,
        claim.received_at,
        "bonus",
        {"event": event.source},
    )


def _award_source(source: Source) -> Source:
    """Awards for joining were named by the member before there were other events; that name stays."""
    named = "member" if source.source == SIGN_UP else f"event:{source.source}"
    return source._replace(source=named)


async def store_events(connection: AsyncConnection, decided: Iterable[tuple[EventClaim, Work | None, str]]) -> None:
    """Write what was decided: (claim, what it was due, from which facts as JSON)."""
    decided = [one for one in decided if one[0].event.source != SIGN_UP]
    await _INSERT.run(
        connection,
        [
            (
                *claim.source, claim.member.member_id, claim.event.occurred_at, _fields(claim.event.fields),
                work.version.version if work else None, facts,
            )
            for claim, work, facts in decided
        ],
    )  # fmt: skip


def _fields(fields: object) -> str:
    return orjson.dumps(fields, default=_number, option=orjson.OPT_SORT_KEYS).decode()


def _number(value: object) -> list[str]:
    """A decimal as [its text], so that it does not come back as a float."""
    assert isinstance(value, Decimal)
    return [str(value)]


def fields_of_json(document: dict[str, str | bool | list[str]]) -> dict[str, FieldValue]:
    """The fields of a stored event again."""
    return {name: Decimal(value[0]) if isinstance(value, list) else value for name, value in document.items()}

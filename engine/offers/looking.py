"""What a claim needs to know, in two looks: what is offered to whom, and what the member's lock holds still.

Each is one statement of its own, since a statement sees what was there when it began, not what it waited for: what a
member had before is looked for once they are locked. So is what the key stands for: a key is a customer's own, and all
claims of a customer wait for the one member that they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.idempotency import KeyedRequest, known_object
from engine.ledger import MemberKey
from engine.offers.catalog import OFFER_COLUMNS, OFFER_TABLES, Offer, offer_of_row
from engine.offers.standing import FAMILY, program_zone
from engine.partners.agreements import read_agreement
from engine.partners.facts import Agreement
from engine.rewards.standing import period_start

KIND = "claim"
CLAIMS_PER_MINUTE = 30

# The scope is a keyed hash of the customer: it outlives their erasure. By itself, as what is worked out may not stand
# in a join under row-level security.
_LOOK = text(f"""
    WITH g AS MATERIALIZED (
        SELECT program_id, 'claim ' || encode(subject_hash(redaction_key, 'claim', :shop_id, :customer_id), 'hex')
            AS scope, code_key FROM programs WHERE program_id = :program_id
    )
    SELECT now() AS now, g.scope, g.code_key, nextval('ledger_ids') AS new_id, k.input_hash, k.object_kind, k.object_id,
        u.member_id AS customer_member, u.tags, {OFFER_COLUMNS},
        a.version AS agreed_version, a.definition::text AS agreed, a.effective_from, a.created_at AS agreed_at,
        a.created_by AS agreed_by
    FROM g
    LEFT JOIN idempotency_keys k ON k.program_id = g.program_id AND k.scope = g.scope AND k.idempotency_key = :key
    LEFT JOIN customers u ON u.program_id = g.program_id AND u.shop_id = :shop_id AND u.customer_id = :customer_id
    LEFT JOIN ({OFFER_TABLES}) ON o.program_id = g.program_id AND o.offer_id = :offer_id
    LEFT JOIN LATERAL (
        SELECT * FROM agreement_versions e WHERE e.program_id = o.program_id AND e.partner_id = o.partner_id
        AND e.effective_from <= now() ORDER BY e.version DESC LIMIT 1
    ) a ON true
""")
_BEFORE = text(f"""
    SELECT (
        SELECT count(*) FROM (
            SELECT created_at FROM offer_claims WHERE program_id = :program_id AND member_id = :member_id
            ORDER BY claim_id DESC LIMIT :most
        ) newest WHERE created_at > now() - interval '1 minute'
    ) AS recent, (
        SELECT count(*) FROM offer_claims WHERE program_id = :program_id AND offer_id = :offer_id
        AND member_id = ANY ({FAMILY}) AND state <> 'void' AND created_at >= CAST(:since AS timestamptz)
    ) AS had, k.input_hash, k.object_kind, k.object_id
    FROM (SELECT 1) one LEFT JOIN idempotency_keys k
        ON k.program_id = :program_id AND k.scope = :scope AND k.idempotency_key = :key
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants what."""

    program_id: int
    shop_id: int
    customer_id: int
    offer_id: int
    quote_id: int | None
    account: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """The claim that the key stands for by now, or else the offer and who asks; `member_id` None: nobody yet.

    `new_id` is what the claim will be called, if it is made.
    """

    made: int | None
    new_id: int
    request: KeyedRequest
    code_key: bytes
    now: datetime
    offer: Offer | None
    agreement: Agreement | None
    member_id: int | None
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Before:
    """What a member claimed: by this key, of all offers in the last minute, and of this one in its limit's period."""

    made: int | None
    too_often: bool
    had: int


async def look(connection: AsyncConnection, asked: Asked, request: KeyedRequest) -> Look:
    """Read what a claim begins with; the scope of its key is found here. Raises IdempotencyKeyReused."""
    given = {
        "program_id": asked.program_id, "shop_id": asked.shop_id, "customer_id": asked.customer_id,
        "offer_id": asked.offer_id, "key": request.key,
    }  # fmt: skip
    row = (await connection.execute(_LOOK, given)).one()
    agreement = None
    if row.agreed is not None:
        agreement = read_agreement(
            row.partner_id, row.agreed_version, row.agreed, row.effective_from, row.agreed_at, row.agreed_by
        )
    return Look(
        _made(request, row), row.new_id, replace(request, scope=row.scope), bytes(row.code_key), row.now,
        None if row.offer_id is None else offer_of_row(row), agreement, row.customer_member,
        frozenset(row.tags or ()),
    )  # fmt: skip


async def look_back(connection: AsyncConnection, member: MemberKey, offer: Offer, known: Look) -> Before:
    """Count what a member claimed before; void ones count among the recent ones only. Raises IdempotencyKeyReused."""
    limit = offer.definition.member_limit
    since = None
    if limit is not None:
        by_day = limit.period != "ever"
        zone = await program_zone(connection, member.program_id, known.now) if by_day else ZoneInfo("UTC")
        since = period_start(limit.period, known.now, zone)
    given = {
        **member._asdict(), "offer_id": offer.offer_id, "since": since, "most": CLAIMS_PER_MINUTE,
        "scope": known.request.scope, "key": known.request.key,
    }  # fmt: skip
    row = (await connection.execute(_BEFORE, given)).one()
    return Before(_made(known.request, row), row.recent >= CLAIMS_PER_MINUTE, row.had)


def _made(request: KeyedRequest, row: Any) -> int | None:
    return None if row.object_id is None else known_object(request, KIND, row)

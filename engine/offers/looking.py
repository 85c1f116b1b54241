"""What a claim needs to know, in three looks: its key, what is offered to whom, what the member's lock holds still.

Each is one statement of its own, since a statement sees what was there when it began, not what it waited for: the
key's object is looked for once the key is held, what a member had before once the member is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
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

# Others with the same key wait until this transaction ends. The scope is a keyed hash of the customer: it outlives
# their erasure.
_WAIT = text("""
    SELECT pg_advisory_xact_lock(hashtextextended(asking.scope || ' ' || :key, :program_id)), asking.scope,
        asking.code_key, nextval('ledger_ids') AS claim_id
    FROM (SELECT 'claim ' || encode(subject_hash(redaction_key, 'claim', :shop_id, :customer_id), 'hex') AS scope,
        code_key FROM programs WHERE program_id = :program_id) asking
""")
_LOOK = text(f"""
    SELECT now() AS now, k.input_hash, k.object_kind, k.object_id, u.member_id AS customer_member, u.tags,
        {OFFER_COLUMNS},
        a.version AS agreed_version, a.definition::text AS agreed, a.effective_from, a.created_at AS agreed_at,
        a.created_by AS agreed_by
    FROM programs g
    LEFT JOIN idempotency_keys k ON k.program_id = g.program_id AND k.scope = :scope AND k.idempotency_key = :key
    LEFT JOIN customers u ON u.program_id = g.program_id AND u.shop_id = :shop_id AND u.customer_id = :customer_id
    LEFT JOIN ({OFFER_TABLES}) ON o.program_id = g.program_id AND o.offer_id = :offer_id
    LEFT JOIN LATERAL (
        SELECT * FROM agreement_versions e WHERE e.program_id = o.program_id AND e.partner_id = o.partner_id
        AND e.effective_from <= now() ORDER BY e.version DESC LIMIT 1
    ) a ON true
    WHERE g.program_id = :program_id
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
    ) AS had
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants what; `claim_id` is what the claim will be called, if it is made."""

    program_id: int
    shop_id: int
    customer_id: int
    offer_id: int
    quote_id: int | None
    account: str | None
    code_key: bytes = b""
    claim_id: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """The claim that the key stands for by now, or else the offer and who asks; `member_id` None: nobody yet."""

    claim_id: int | None
    now: datetime
    offer: Offer | None
    agreement: Agreement | None
    member_id: int | None
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Before:
    """What a member claimed: of all offers in the last minute, and of this one in the period of its limit."""

    too_often: bool
    had: int


async def take_turn(
    connection: AsyncConnection, asked: Asked, request: KeyedRequest
) -> tuple[KeyedRequest, Asked]:  # fmt: skip
    """Hold the key of a request, whose scope is found here."""
    given = {
        "program_id": asked.program_id, "shop_id": asked.shop_id, "customer_id": asked.customer_id, "key": request.key
    }  # fmt: skip
    row = (await connection.execute(_WAIT, given)).one()
    return replace(request, scope=row.scope), replace(asked, code_key=bytes(row.code_key), claim_id=row.claim_id)


async def look(connection: AsyncConnection, asked: Asked, request: KeyedRequest) -> Look:
    """Read what a claim begins with, under its key. Raises IdempotencyKeyReused."""
    given = {
        "program_id": asked.program_id, "shop_id": asked.shop_id, "customer_id": asked.customer_id,
        "offer_id": asked.offer_id, "scope": request.scope, "key": request.key,
    }  # fmt: skip
    row = (await connection.execute(_LOOK, given)).one()
    claim_id = None if row.object_id is None else known_object(request, KIND, row)
    offer = None if row.offer_id is None else offer_of_row(row)
    agreement = None
    if row.agreed is not None:
        agreement = read_agreement(
            row.partner_id, row.agreed_version, row.agreed, row.effective_from, row.agreed_at, row.agreed_by
        )
    return Look(claim_id, row.now, offer, agreement, row.customer_member, frozenset(row.tags or ()))


async def look_back(connection: AsyncConnection, member: MemberKey, offer: Offer, now: datetime) -> Before:
    """Count what a member claimed before; void ones count among the recent ones only."""
    limit = offer.definition.member_limit
    since = None
    if limit is not None:
        by_day = limit.period != "ever"
        zone = await program_zone(connection, member.program_id, now) if by_day else ZoneInfo("UTC")
        since = period_start(limit.period, now, zone)
    given = {**member._asdict(), "offer_id": offer.offer_id, "since": since, "most": CLAIMS_PER_MINUTE}
    row = (await connection.execute(_BEFORE, given)).one()
    return Before(row.recent >= CLAIMS_PER_MINUTE, row.had)

"""Who asks for offers: their points, tags, tier and how many they had, read once for any number of offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.database import transaction_time
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.offers.availability import Asker, Moment
from engine.offers.catalog import Offer
from engine.partners.agreements import agreements_by_partner
from engine.partners.facts import Agreement, in_force
from engine.publishing import live_version
from engine.rewards.standing import customer_tags, period_start
from engine.rules.facts import Status
from engine.standings import read_status

FAMILY = """ARRAY(SELECT member_id FROM members WHERE program_id = :program_id
    AND (member_id = :member_id OR merged_into = :member_id))"""
"""The ids of a member and of those who were merged into them, in a statement."""
_HAD = BulkStatement(
    {"program_id": "bigint", "offer_id": "bigint", "member_id": "bigint", "since": "timestamptz"},
    """SELECT g.offer_id, count(*) FROM given g
    JOIN members m ON m.program_id = g.program_id AND (m.member_id = g.member_id OR m.merged_into = g.member_id)
    JOIN offer_claims c ON c.program_id = g.program_id AND c.offer_id = g.offer_id AND c.member_id = m.member_id
    WHERE c.created_at >= g.since AND c.state <> 'void' GROUP BY g.offer_id""",
)
_EXCHANGED = text(f"""
    SELECT COALESCE(sum(points), 0) FROM offer_claims WHERE program_id = :program_id AND offer_id = :offer_id
    AND member_id = ANY ({FAMILY}) AND state <> 'void' AND created_at >= :since
""")


@dataclass(frozen=True, slots=True)
class Desk:
    """What is known of a shopper and of the agreements behind some offers, as of `now`."""

    now: datetime
    asker: Asker | None
    had: Mapping[int, int]
    agreements: Mapping[int, Agreement]

    def moment(self, offer: Offer, codes_left: int | None = None) -> Moment:
        """What a claim of one of the offers depends on."""
        agreement = self.agreements.get(offer.partner_id)
        return Moment(self.now, agreement, codes_left, self.had.get(offer.offer_id, 0))


async def open_desk(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int | None, offers: Iterable[Offer]
) -> Desk:
    """Read what these offers ask of a customer (None: nobody is signed in)."""
    offers = list(offers)
    now = await transaction_time(connection)
    agreements = await _agreements(connection, program_id, offers, now)
    if customer_id is None:
        return Desk(now, None, {}, agreements)
    member = await member_of_customer(connection, program_id, shop_id, customer_id)
    tags: frozenset[str] = frozenset()
    if any(offer.definition.customer_tags for offer in offers):
        tags = await customer_tags(connection, program_id, shop_id, customer_id)
    status = Status()
    if any(offer.definition.tiers or offer.definition.plans for offer in offers):
        status = await read_status(connection, MemberKey(program_id, member.member_id))
    had = await _had_before(connection, program_id, member.member_id, offers, now)
    asker = Asker(member.member_id, member.available, tags, status.tier, frozenset(status.plans))
    return Desk(now, asker, had, agreements)


async def _agreements(
    connection: AsyncConnection, program_id: int, offers: Iterable[Offer], now: datetime
) -> dict[int, Agreement]:
    """What is in force with each partner of the offers."""
    found = await agreements_by_partner(connection, program_id, {offer.partner_id for offer in offers})
    current = {partner_id: in_force(versions, now) for partner_id, versions in found.items()}
    return {partner_id: agreement for partner_id, agreement in current.items() if agreement is not None}


async def _had_before(
    connection: AsyncConnection, program_id: int, member_id: int, offers: Iterable[Offer], now: datetime
) -> dict[int, int]:
    """How many of each limited offer a member claimed in the period that its limit counts, by offer id.

    Void ones do not count; those of who was merged into this member do.
    """
    limited = [(offer, offer.definition.member_limit) for offer in offers if offer.definition.member_limit is not None]
    if not limited:
        return {}
    by_day = any(limit.period != "ever" for _, limit in limited if limit is not None)
    zone = await program_zone(connection, program_id, now) if by_day else ZoneInfo("UTC")
    rows = [
        (program_id, offer.offer_id, member_id, period_start(limit.period, now, zone))
        for offer, limit in limited
        if limit is not None
    ]
    return {row.offer_id: row.count for row in await _HAD.run(connection, rows)}


async def exchanged_today(
    connection: AsyncConnection, program_id: int, member_id: int, offer_id: int, now: datetime
) -> int:
    """How many points a member exchanged by an offer on this day of the program's zone."""
    since = period_start("day", now, await program_zone(connection, program_id, now))
    given = {"program_id": program_id, "member_id": member_id, "offer_id": offer_id, "since": since}
    return int((await connection.execute(_EXCHANGED, given)).scalar_one())


async def program_zone(connection: AsyncConnection, program_id: int, now: datetime) -> ZoneInfo:
    """The zone that a program's days are counted in."""
    live = await live_version(connection, program_id, now)
    return ZoneInfo(live.definition.time_zone if live is not None else "UTC")

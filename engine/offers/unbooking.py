"""What was owed to a partner for points, taken back with their claim: an event of its own that names the first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.claims import Claim
from engine.partners.agreements import agreement_of
from engine.partners.events import NewEvent, record_events
from engine.partners.kinds import micros_for

_BOOKED = text("""
    SELECT event_id FROM partner_events
    WHERE program_id = :program_id AND partner_id = :partner_id AND effect = :effect
""")


def claim_effect(claim_id: int) -> str:
    """What the event of a claim is the one effect of."""
    return f"claim {claim_id}"


async def take_back_event(connection: AsyncConnection, claim: Claim, now: datetime, actor: str) -> None:
    """Take back what was booked for a claim's points, at the rates that it was booked by."""
    if not claim.points:
        return
    key = {"program_id": claim.program_id, "partner_id": claim.partner_id, "effect": claim_effect(claim.claim_id)}
    booked = (await connection.execute(_BOOKED, key)).scalar_one()
    agreement = await agreement_of(connection, claim.program_id, claim.partner_id, claim.agreement_version)
    assert agreement is not None, "versions of agreements are never deleted"
    event = NewEvent(
        partner_id=claim.partner_id, agreement_version=agreement.version, kind="redemption_reversed",
        effect=f"{claim_effect(claim.claim_id)} void", points=claim.points,
        micros=micros_for("redemption_reversed", claim.points, agreement.definition),
        currency=agreement.definition.currency, occurred_at=now, member_id=claim.member_id, offer_id=claim.offer_id,
        offer_handle=claim.offer_handle, claim_id=claim.claim_id,
        reference=claim.made_code or str(claim.claim_id), corrects=booked,
    )  # fmt: skip
    await record_events(connection, claim.program_id, [event], agreement=agreement, actor=actor)

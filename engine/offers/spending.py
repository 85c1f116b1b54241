"""Points that a claim takes from its member, and gives back to the same lots when it is void."""

from __future__ import annotations

from engine.accounts import ProgramAccount
from engine.ledger import InsufficientPoints, Ledger, MemberKey
from engine.offers.catalog import Offer
from engine.offers.refusals import ClaimRefused, ReasonCode
from engine.reservations import hold_points, restore_captured, settle_hold

PURPOSE = "offer"


async def spend_for_claim(ledger: Ledger, key: MemberKey, offer: Offer, claim_id: int, points: int) -> int:
    """Spend points of a locked member for a claim; returns the hold that remembers their lots. The caller writes.

    Points that become a partner's go through the clearing between the two programs. Raises ClaimRefused.
    """
    told = claim_detail(offer, claim_id)
    try:
        reservation_id = await hold_points(
            ledger, key, points, purpose=PURPOSE, actor="member", expires_at=ledger.now, detail=told
        )
    except InsufficientPoints as error:
        missing = {"needed": error.wanted, "available": error.available, "missing": error.wanted - error.available}
        raise ClaimRefused(ReasonCode.NOT_ENOUGH_POINTS, missing) from None
    through = ProgramAccount.PARTNER_CLEARING if offer.definition.kind == "exchange" else None
    await settle_hold(
        ledger, key.program_id, reservation_id, capture_points=points, actor="member", detail=told, through=through
    )
    return reservation_id


async def give_back_for_claim(
    ledger: Ledger, program_id: int, reservation_id: int, points: int, *, actor: str, detail: dict[str, str]
) -> None:
    """Return all points that a claim took. The caller writes the ledger."""
    await restore_captured(ledger, program_id, reservation_id, restored_in_all=points, actor=actor, detail=detail)


def claim_detail(offer: Offer, claim_id: int) -> dict[str, str]:
    """What a member's history says of an entry about a claim; nothing personal."""
    return {"claim": str(claim_id), "offer": offer.handle, "title": offer.definition.title}

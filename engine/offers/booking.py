"""A claim is written down: its own row, the offer's budget, and what is owed between the program and the partner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.idempotency import REMEMBER_SQL, KeyedRequest, to_remember
from engine.offers.budget import MOVE_SQL, Account, BudgetMove, to_move
from engine.offers.catalog import Offer
from engine.offers.claims import Claim, ClaimState
from engine.offers.costs import claim_cost, next_cost
from engine.offers.exchanging import TakenQuote
from engine.offers.looking import KIND
from engine.offers.promising import Promise
from engine.offers.refusals import ClaimRefused, ReasonCode
from engine.offers.unbooking import claim_effect
from engine.partners.events import NewEvent, record_events
from engine.partners.facts import Agreement
from engine.partners.kinds import EventKind, micros_for
from engine.partners.limits import PartnerLimit

# The offer's row is what others wait for: it is taken by the last statement of most claims, with all that is written of
# them; where it cannot be had, nothing is. What is shown to a member who spends nothing is no longer as it was, either.
_BOOK = text(f"""
    WITH {MOVE_SQL}, remembered AS ({REMEMBER_SQL} FROM moved), seen AS (
        UPDATE members SET version = version + 1 WHERE program_id = :program_id AND member_id = :member_id
            AND :spends_nothing AND EXISTS (SELECT FROM moved)
    )
    INSERT INTO offer_claims (program_id, claim_id, offer_id, offer_version, partner_id, agreement_version, member_id,
        shop_id, customer_id, kind, state, code, points, reservation_id, gives, account, budget, expires_at, settled_at)
    SELECT :program_id, :object_id, :offer_id, :offer_version, :partner_id, :agreement_version, :member_id,
        :shop_id, :customer_id, :kind, :state, :code, :points, :reservation_id, :gives, :account, :budget, :expires_at,
        CASE WHEN CAST(:state AS text) = 'used' THEN now() END FROM moved
""")


@dataclass(frozen=True, slots=True)
class Booking:
    """All that a claim is made of, before it is written."""

    offer: Offer
    agreement: Agreement
    claim_id: int
    member_id: int
    shop_id: int
    customer_id: int
    promised: Promise
    points: int
    reservation_id: int | None
    quote: TakenQuote | None
    account: str | None
    now: datetime


async def book(connection: AsyncConnection, booking: Booking, request: KeyedRequest) -> bool:
    """Write the claim and what its key stands for, take its part of the budget, and owe the partner its points.

    False: the offer was changed meanwhile, or cannot cover it; then nothing of the claim may stay. Raises ClaimRefused
    CAP_REACHED.
    """
    offer, definition, agreed = booking.offer, booking.offer.definition, booking.agreement.definition
    amount, into = claim_cost(definition, agreed, booking.points)
    move = BudgetMove(Account.FREE, into, amount, "claim", "member", claim_id=booking.claim_id)
    moves = to_move(
        offer.program_id, offer.offer_id, [move], claims=1, version=offer.version,
        following=next_cost(definition, agreed),
    )  # fmt: skip
    row = {**_row(booking), **to_remember(request, KIND, booking.claim_id), "spends_nothing": not booking.points}
    if not (await connection.execute(_BOOK, {**moves, **row})).rowcount:
        return False
    crash_point("claim-after-budget")
    await _record(connection, booking)
    return True


def written_claim(booking: Booking) -> Claim:
    """The claim as it was written just now, by the offer's present version."""
    offer, expires_at = booking.offer, booking.promised.expires_at
    return Claim(
        program_id=offer.program_id, claim_id=booking.claim_id, offer_id=offer.offer_id, offer_version=offer.version,
        partner_id=offer.partner_id, agreement_version=booking.agreement.version, member_id=booking.member_id,
        shop_id=booking.shop_id, customer_id=booking.customer_id, kind=offer.definition.kind, state=_state(offer),
        made_code=booking.promised.code, points=booking.points, reservation_id=booking.reservation_id,
        gives=booking.quote.gives if booking.quote is not None else None, account=booking.account,
        budget=_cost(booking), created_at=booking.now, expires_at=expires_at,
        settled_at=booking.now if _state(offer) == "used" else None, note=None, offer_handle=offer.handle,
        partner_handle=offer.partner.handle, partner_name=offer.partner.name, definition=offer.definition,
        over=expires_at is not None and expires_at <= booking.now,
    )  # fmt: skip


def _state(offer: Offer) -> ClaimState:
    return "used" if offer.definition.kind == "exchange" else "ready"


def _cost(booking: Booking) -> int:
    return claim_cost(booking.offer.definition, booking.agreement.definition, booking.points)[0]


def _row(booking: Booking) -> dict[str, object]:
    offer, quote = booking.offer, booking.quote
    return {
        "offer_version": quote.offer_version if quote is not None else offer.version, "partner_id": offer.partner_id,
        "agreement_version": booking.agreement.version, "member_id": booking.member_id, "shop_id": booking.shop_id,
        "customer_id": booking.customer_id, "kind": offer.definition.kind, "state": _state(offer),
        "code": booking.promised.code, "points": booking.points, "reservation_id": booking.reservation_id,
        "gives": quote.gives if quote is not None else None, "account": booking.account, "budget": _cost(booking),
        "expires_at": booking.promised.expires_at,
    }  # fmt: skip


async def _record(connection: AsyncConnection, booking: Booking) -> None:
    """What the program owes the partner from now on, for points that are spent there."""
    offer, agreement = booking.offer, booking.agreement
    if not booking.points:
        return
    kind: EventKind = "exchanged" if offer.definition.kind == "exchange" else "redeemed"
    event = NewEvent(
        partner_id=offer.partner_id, agreement_version=agreement.version, kind=kind,
        effect=claim_effect(booking.claim_id), points=booking.points,
        micros=micros_for(kind, booking.points, agreement.definition), currency=agreement.definition.currency,
        occurred_at=booking.now, member_id=booking.member_id, offer_id=offer.offer_id, offer_handle=offer.handle,
        claim_id=booking.claim_id, reference=booking.promised.code or str(booking.claim_id),
    )  # fmt: skip
    try:
        await record_events(connection, offer.program_id, [event], agreement=agreement, actor="member")
    except PartnerLimit:
        raise ClaimRefused(ReasonCode.CAP_REACHED) from None
    crash_point("claim-after-event")

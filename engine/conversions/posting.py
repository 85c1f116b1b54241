"""Brings everything that a purchase at a partner moves to what is due: points, the offer's budget, the partner's books.

The member is locked, then the conversion; the offer's row and the partner's come last. Budget is used from the report
on, the books know of a purchase once it is approved. What a limit refuses leaves no trace but the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.dues import minor_at_most
from engine.conversions.limits import NotCovered
from engine.conversions.points import post_points
from engine.conversions.store import Conversion, store_conversion
from engine.crash import crash_point
from engine.ledger import MemberKey
from engine.offers.budget import BudgetUsedUp
from engine.offers.capturing import return_for_conversion, spend_for_conversion
from engine.partners.agreements import agreement_of
from engine.partners.events import NewEvent, record_events
from engine.partners.facts import Agreement
from engine.partners.kinds import EventKind, micros_for
from engine.partners.limits import CapReached, PartnerLimit

# What the books know of a conversion by now.
_RECORDED = text("""
    SELECT COALESCE(sum(CASE kind WHEN 'issued' THEN points WHEN 'clawed_back' THEN -points END), 0) AS points,
        COALESCE(sum(micros) FILTER (WHERE kind IN ('payment', 'payment_reversed')), 0) AS micros
    FROM partner_events WHERE program_id = :program_id AND conversion_id = :conversion_id
""")
_LEFT = text("""
    SELECT closed_at IS NOT NULL FROM members WHERE program_id = :program_id AND member_id = :member_id
""")
_OFFER = text("""
    SELECT o.handle, o.budget_unit, p.name FROM offers o
    JOIN partners p ON p.program_id = o.program_id AND p.partner_id = o.partner_id
    WHERE o.program_id = :program_id AND o.offer_id = :offer_id
""")


@dataclass(frozen=True, slots=True)
class _Named:
    """What the postings say of an offer, and what its budget counts."""

    offer_handle: str
    budget_unit: str | None
    partner_name: str

    @property
    def detail(self) -> dict[str, str]:
        """What a member's entry says."""
        return {"title": self.partner_name, "offer": self.offer_handle}


async def use_budget(connection: AsyncConnection, one: Conversion, actor: str) -> Conversion:
    """Take what a conversion needs of its offer's budget, and use up its code. Raises NotCovered: nothing changed."""
    try:
        used = await spend_for_conversion(
            connection, one.program_id, one.offer_id, claim_id=one.claim_id, conversion_id=one.conversion_id,
            points=one.due_points, money_minor=minor_at_most(one.due_micros), actor=actor,
        )  # fmt: skip
    except BudgetUsedUp:
        raise NotCovered("BUDGET_USED_UP") from None
    return replace(one, budget=one.budget + used)


async def has_left(connection: AsyncConnection, member: MemberKey) -> bool:
    """Whether a locked member left the program: what they bought before gives nobody anything any more."""
    left: bool = (await connection.execute(_LEFT, member._asdict())).scalar_one()
    return left


async def settle(connection: AsyncConnection, one: Conversion, *, at: datetime, actor: str) -> Conversion:
    """Bring points, budget and books of a locked conversion to what is due, and store it; `at` dates its events.

    Its budget was taken before: here it only comes back. Raises NotCovered; then nothing was changed but its row, which
    the caller brings back, and the transaction can go on.
    """
    named = _Named(*(await connection.execute(_OFFER, _key(one) | {"offer_id": one.offer_id})).one())
    try:
        async with connection.begin_nested():
            award_id = await post_points(connection, one, named.detail)
            crash_point("conversion-between-points-and-budget")
            one = replace(one, award_id=award_id, revision=one.revision + 1)
            one = await _return_budget(connection, one, named, actor)
            crash_point("conversion-between-budget-and-books")
            if one.state != "pending":
                await _record(connection, one, named, at, actor)
            crash_point("conversion-between-books-and-row")
            return await store_conversion(connection, one)
    except PartnerLimit as limit:
        raise NotCovered("CAP_REACHED" if isinstance(limit, CapReached) else "PREPAID_USED_UP") from None


async def _return_budget(connection: AsyncConnection, one: Conversion, named: _Named, actor: str) -> Conversion:
    due = {None: 0, "claims": 0, "points": one.due_points}.get(named.budget_unit, minor_at_most(one.due_micros))
    back = one.budget - min(one.budget, due)
    if back:
        await return_for_conversion(
            connection, one.program_id, one.offer_id, conversion_id=one.conversion_id, amount=back, actor=actor
        )
    return replace(one, budget=one.budget - back)


async def _record(connection: AsyncConnection, one: Conversion, named: _Named, at: datetime, actor: str) -> None:
    points, micros = (await connection.execute(_RECORDED, _key(one))).one()
    points, micros = one.due_points - int(points), one.due_micros - int(micros)
    if not points and not micros:
        return
    agreement = await agreement_of(connection, one.program_id, one.partner_id, one.agreement_version)
    assert agreement is not None, "a conversion names a version that there is"
    events = []
    if points:
        kind: EventKind = "issued" if points > 0 else "clawed_back"
        priced = micros_for(kind, abs(points), agreement.definition)
        events.append(_event(one, named, agreement, kind, abs(points), priced, at))
    if micros:
        # Money goes the way in which the conversion pays; what goes the other way undoes it.
        kind = "payment" if (micros > 0) == (one.payment_micros > 0) else "payment_reversed"
        events.append(_event(one, named, agreement, kind, 0, micros, at))
    await record_events(connection, one.program_id, events, agreement=agreement, actor=actor)


def _event(
    one: Conversion, named: _Named, agreement: Agreement, kind: EventKind, points: int, micros: int, at: datetime
) -> NewEvent:  # fmt: skip
    return NewEvent(
        one.partner_id, agreement.version, kind, f"conversion:{one.conversion_id}:{one.revision}:{kind}", points,
        micros, agreement.definition.currency, at, one.member_id, one.offer_id, named.offer_handle, one.claim_id,
        one.conversion_id, one.reference,
    )  # fmt: skip


def _key(one: Conversion) -> dict[str, int]:
    return {"program_id": one.program_id, "conversion_id": one.conversion_id}

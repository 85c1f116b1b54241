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
from engine.conversions.store import ChangeKind, Conversion, store_conversion
from engine.crash import crash_point
from engine.offers.budget import BudgetUsedUp
from engine.offers.capturing import Spending, return_for_conversion, spend_for_conversion
from engine.partners.agreements import read_agreement
from engine.partners.events import NewEvent, record_events
from engine.partners.facts import Agreement
from engine.partners.kinds import EventKind, micros_for
from engine.partners.limits import CapReached, PartnerLimit

# With what the books know of the conversion by now; its lock holds that still.
_BEHIND = text("""
    SELECT o.handle, o.budget_unit, p.name, e.points, e.micros, a.version, a.definition::text AS definition,
        a.effective_from, a.created_at, a.created_by
    FROM offers o
    JOIN partners p ON p.program_id = o.program_id AND p.partner_id = o.partner_id
    JOIN agreement_versions a ON a.program_id = o.program_id AND a.partner_id = o.partner_id
        AND a.version = :agreement_version
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(CASE kind WHEN 'issued' THEN points WHEN 'clawed_back' THEN -points END), 0) AS points,
            COALESCE(sum(micros) FILTER (WHERE kind IN ('payment', 'payment_reversed')), 0) AS micros
        FROM partner_events WHERE program_id = :program_id AND conversion_id = :conversion_id
    ) e
    WHERE o.program_id = :program_id AND o.offer_id = :offer_id
""")


@dataclass(frozen=True, slots=True)
class _Behind:
    """What the postings say of an offer, what its budget counts, and what the books know of a conversion of it."""

    offer_handle: str
    budget_unit: str | None
    partner_name: str
    agreement: Agreement
    recorded_points: int
    recorded_micros: int

    @property
    def detail(self) -> dict[str, str]:
        """What a member's entry says."""
        return {"title": self.partner_name, "offer": self.offer_handle}


async def use_budget(connection: AsyncConnection, one: Conversion, actor: str) -> Conversion:
    """Take what a conversion needs of its offer's budget, and use up its code. Raises NotCovered: nothing changed."""
    asked = Spending(
        one.conversion_id, one.claim_id, one.occurred_at, one.due_points, minor_at_most(one.due_micros), actor
    )
    try:
        used = await spend_for_conversion(connection, one.program_id, one.offer_id, asked)
    except BudgetUsedUp:
        raise NotCovered("BUDGET_USED_UP") from None
    return replace(one, budget=one.budget + used)


async def settle(
    connection: AsyncConnection, one: Conversion, kind: ChangeKind, *, at: datetime, actor: str,
    reason: str | None = None,
) -> Conversion:  # fmt: skip
    """Bring points, budget and books of a locked conversion to what is due, and store it; `at` dates its events.

    `kind`, `actor` and `reason` are told of the change.

    Its budget was taken before: here it only comes back. Raises NotCovered; then nothing was changed but its row, which
    the caller brings back, and the transaction can go on.
    """
    behind = await _behind(connection, one)
    try:
        async with connection.begin_nested():
            award_id = await post_points(connection, one, behind.detail)
            crash_point("conversion-between-points-and-budget")
            one = replace(one, award_id=award_id, revision=one.revision + 1)
            one = await _return_budget(connection, one, behind, actor)
            crash_point("conversion-between-budget-and-books")
            if one.state != "pending":
                await _record(connection, one, behind, at, actor)
            crash_point("conversion-between-books-and-row")
            return await store_conversion(connection, one, kind, actor=actor, reason=reason)
    except PartnerLimit as limit:
        raise NotCovered("CAP_REACHED" if isinstance(limit, CapReached) else "PREPAID_USED_UP") from None


async def _behind(connection: AsyncConnection, one: Conversion) -> _Behind:
    given = {
        "program_id": one.program_id, "conversion_id": one.conversion_id, "offer_id": one.offer_id,
        "agreement_version": one.agreement_version,
    }  # fmt: skip
    row = (await connection.execute(_BEHIND, given)).one()
    agreement = read_agreement(
        one.partner_id, row.version, row.definition, row.effective_from, row.created_at, row.created_by
    )
    return _Behind(row.handle, row.budget_unit, row.name, agreement, int(row.points), int(row.micros))


async def _return_budget(connection: AsyncConnection, one: Conversion, behind: _Behind, actor: str) -> Conversion:
    due = {None: 0, "claims": 0, "points": one.due_points}.get(behind.budget_unit, minor_at_most(one.due_micros))
    back = one.budget - min(one.budget, due)
    if back:
        await return_for_conversion(
            connection, one.program_id, one.offer_id, conversion_id=one.conversion_id, amount=back, actor=actor
        )
    return replace(one, budget=one.budget - back)


async def _record(connection: AsyncConnection, one: Conversion, behind: _Behind, at: datetime, actor: str) -> None:
    points, micros = one.due_points - behind.recorded_points, one.due_micros - behind.recorded_micros
    if not points and not micros:
        return
    agreement, events = behind.agreement, []
    if points:
        kind: EventKind = "issued" if points > 0 else "clawed_back"
        priced = micros_for(kind, abs(points), agreement.definition)
        events.append(_event(one, behind, kind, abs(points), priced, at))
    if micros:
        # Money goes the way in which the conversion pays; what goes the other way undoes it.
        kind = "payment" if (micros > 0) == (one.payment_micros > 0) else "payment_reversed"
        events.append(_event(one, behind, kind, 0, micros, at))
    await record_events(connection, one.program_id, events, agreement=agreement, actor=actor)


def _event(one: Conversion, behind: _Behind, kind: EventKind, points: int, micros: int, at: datetime) -> NewEvent:
    agreement = behind.agreement
    return NewEvent(
        one.partner_id, agreement.version, kind, f"conversion:{one.conversion_id}:{one.revision}:{kind}", points,
        micros, agreement.definition.currency, at, one.member_id, one.offer_id, behind.offer_handle, one.claim_id,
        one.conversion_id, one.reference,
    )  # fmt: skip

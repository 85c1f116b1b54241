"""A purchase that was credited to a claim becomes a conversion: pending, approved at once, or declined by a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.attribution import Touch
from engine.conversions.dues import worth_of
from engine.conversions.limits import NotCovered
from engine.conversions.posting import settle, use_budget
from engine.conversions.refunding import Applied, apply_refunds, counted
from engine.conversions.report_store import ReportAnswer
from engine.conversions.reports import Purchase, Refund
from engine.conversions.store import (
    Conversion,
    NewConversion,
    insert_conversion,
    store_conversion,
)
from engine.money import Money
from engine.offers.claims import Claim
from engine.offers.definitions import OfferDefinition, read_definition
from engine.partners.facts import Agreement
from engine.rules.days import days_later, zone_of

_VERSION_AT = text("""
    SELECT version, definition::text FROM offer_versions
    WHERE program_id = :program_id AND offer_id = :offer_id AND version >= :version
    AND (version = :version OR created_at <= :at) ORDER BY version DESC LIMIT 1
""")
_USE_CODE = text("""
    UPDATE offer_claims SET state = 'used', settled_at = CASE WHEN settled_at IS NULL THEN now() ELSE settled_at END
    WHERE program_id = :program_id AND claim_id = :claim_id AND kind IN ('code', 'redemption')
    AND state IN ('ready', 'expired')
""")


@dataclass(frozen=True, slots=True)
class Credited:
    """A purchase with the claim that it is credited to; the member and the claim are locked."""

    purchase: Purchase
    agreement: Agreement
    claim: Claim
    touch: Touch
    member_id: int
    now: datetime


async def credit(
    connection: AsyncConnection, credited: Credited, refunds: Sequence[Refund], actor: str
) -> Applied:  # fmt: skip
    """Make the conversion of a purchase, with the refunds that came before it.

    Raises CurrencyNotAccepted, and MoneyError for an amount that is too large; then nothing was changed.
    """
    new = await _new(connection, credited)
    one = await insert_conversion(connection, new)
    early = [refund for refund in refunds if refund.occurred_at <= new.approves_at]
    late = [refund for refund in refunds if refund.occurred_at > new.approves_at]
    answers: list[ReportAnswer] = []
    for refund in early:  # the books know of these and of the purchase at one time
        one, answer = counted(one, refund)
        answers.append(answer)
    one = await _post(connection, one, new.approves_at, credited.now, actor)
    if credited.claim.kind == "redemption":  # an offer's code was used up with the budget
        await _use_code(connection, one)
    if late:
        one, more = await apply_refunds(connection, one, late, actor)
        answers += more
    return one, answers


async def _new(connection: AsyncConnection, credited: Credited) -> NewConversion:
    purchase, claim, agreement = credited.purchase, credited.claim, credited.agreement
    version, offer = await _offer(connection, credited)
    amount = Money(purchase.amount_minor, purchase.currency)
    worth = worth_of(offer, agreement.definition, amount)
    zone = zone_of(agreement.definition.time_zone)
    return NewConversion(
        claim.program_id, claim.partner_id, purchase.order, claim.offer_id, version, agreement.version,
        claim.claim_id, credited.touch.click_id, credited.touch.how, credited.member_id, purchase.occurred_at,
        days_later(purchase.occurred_at, agreement.definition.hold_days, zone), purchase.amount_minor,
        purchase.currency, worth.points, worth.payment_micros,
    )  # fmt: skip


async def _offer(connection: AsyncConnection, credited: Credited) -> tuple[int, OfferDefinition]:
    """What was promised: a code or link as it was claimed, a standing number as it earned on the day."""
    claim = credited.claim
    if claim.kind != "accrual":
        return claim.offer_version, claim.definition
    given = {
        "program_id": claim.program_id, "offer_id": claim.offer_id, "version": claim.offer_version,
        "at": credited.purchase.occurred_at,
    }  # fmt: skip
    row = (await connection.execute(_VERSION_AT, given)).one()
    return row.version, read_definition(row.definition)


async def _post(
    connection: AsyncConnection, one: Conversion, approves_at: datetime, now: datetime, actor: str
) -> Conversion:  # fmt: skip
    """Give what a new one gives, or decline it with the limit that it met."""
    at = min(approves_at, now)
    if one.counts and approves_at <= now:
        one = replace(one, state="approved", approves_at=None, approved_at=at)
    try:
        with_budget = await use_budget(connection, one, actor)
    except NotCovered as limit:
        await _use_code(connection, one)
        one = _declined(one, limit)
        return await store_conversion(connection, one, "reported", actor=actor, reason=one.reason)
    try:
        return await settle(connection, with_budget, "reported", at=at, actor=actor, reason=one.reason)
    except NotCovered as limit:
        one = _declined(with_budget, limit)
        return await settle(connection, one, "reported", at=at, actor=actor, reason=one.reason)


async def _use_code(connection: AsyncConnection, one: Conversion) -> None:
    """A code is for one purchase, whatever becomes of that."""
    await connection.execute(_USE_CODE, {"program_id": one.program_id, "claim_id": one.claim_id})


def _declined(one: Conversion, limit: NotCovered) -> Conversion:
    return replace(one, state="declined", reason=limit.code, approves_at=None, approved_at=None)

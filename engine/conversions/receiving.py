"""A partner's report takes effect once, or is refused with a reason; in whichever order and how often reports come.

One transaction takes one report: it locks the order, the report, the member, the conversion, the claim, the offer and
the partner, in this order, and with two reports it would take them in another.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.candidates import NotAttributed, find_claim, is_usable
from engine.conversions.crediting import Credited, credit
from engine.conversions.dues import CurrencyNotAccepted
from engine.conversions.refunding import apply_refunds
from engine.conversions.report_store import (
    KnownReport,
    Look,
    ReportAnswer,
    Via,
    await_turn,
    keep_report,
    look,
    settle_waiting,
    waiting_refunds,
)
from engine.conversions.reports import Purchase, Refund, Report
from engine.conversions.store import conversion_of_order
from engine.ledger import Ledger, MemberKey
from engine.money import MoneyError
from engine.offers.claims import lock_claim

__all__ = ["ReportAnswer", "receive_report"]

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far a partner's clock may be ahead of ours."""
_CLAIM_TRIES = 3


class _Refused(Exception):  # noqa: N818  # a report's answer, not an accident
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def receive_report(
    connection: AsyncConnection, program_id: int, partner_id: int, report: Report, *, via: Via, actor: str
) -> ReportAnswer:
    """Take a report. The transaction takes no other one; see the module.

    A report that was refused has no effect and is looked at again when it comes again, as what it missed may be there
    by then. Codes of refusals: PARTNER_NOT_FOUND, PARTNER_PAUSED, NO_AGREEMENT, IN_THE_FUTURE, TOO_OLD,
    CURRENCY_NOT_ACCEPTED, AMOUNT_INVALID, MEMBER_UNKNOWN, NOT_ATTRIBUTED, CODE_USED, ORDER_ALREADY_REPORTED,
    REPORT_CHANGED, TOO_MANY_REFUNDS.
    """
    await await_turn(connection, program_id, partner_id, report)
    seen = await look(connection, program_id, partner_id, report)
    if seen is None:
        return ReportAnswer(report.report_id, "refused", code="PARTNER_NOT_FOUND")
    known = seen.known
    if known is not None and (not known.same or known.state != "refused"):
        return _repeated(report, known)
    try:
        if report.occurred_at > seen.now + CLOCKS_DIFFER:
            raise _Refused("IN_THE_FUTURE")
        if isinstance(report, Refund):
            answer = await _refund(connection, program_id, partner_id, report, seen, actor)
        else:
            answer = await _purchase(connection, program_id, partner_id, report, seen, actor)
    except _Refused as refused:
        answer = ReportAnswer(report.report_id, "refused", known is not None, refused.code)
    await keep_report(connection, program_id, partner_id, report, answer, via=via, actor=actor)
    return answer


def _repeated(report: Report, known: KnownReport) -> ReportAnswer:
    if not known.same:
        return ReportAnswer(report.report_id, "refused", code="REPORT_CHANGED", conversion_id=known.conversion_id)
    return ReportAnswer(report.report_id, known.state, True, known.refusal, known.conversion_id)


async def _refund(
    connection: AsyncConnection, program_id: int, partner_id: int, refund: Refund, seen: Look, actor: str
) -> ReportAnswer:
    if not seen.room_for_refund:
        raise _Refused("TOO_MANY_REFUNDS")
    if seen.conversion_id is None:
        return ReportAnswer(refund.report_id, "waiting")
    conversion = await conversion_of_order(connection, program_id, partner_id, refund.order)
    assert conversion is not None, "it was just seen"
    [answer] = (await apply_refunds(connection, conversion, [refund], actor))[1]
    return answer


async def _purchase(
    connection: AsyncConnection, program_id: int, partner_id: int, purchase: Purchase, seen: Look, actor: str
) -> ReportAnswer:
    if not seen.partner_active:
        raise _Refused("PARTNER_PAUSED")
    if seen.conversion_id is not None:
        raise _Refused("ORDER_ALREADY_REPORTED")
    credited = await _credited(connection, program_id, partner_id, purchase, seen)
    refunds = []
    if seen.refunds_wait:
        refunds = await waiting_refunds(connection, program_id, partner_id, purchase.order)
    try:
        conversion, answers = await credit(connection, credited, refunds, actor)
    except CurrencyNotAccepted:
        raise _Refused("CURRENCY_NOT_ACCEPTED") from None
    except MoneyError:
        raise _Refused("AMOUNT_INVALID") from None
    await settle_waiting(connection, program_id, partner_id, answers)
    declined = conversion.reason if conversion.state == "declined" else None
    return ReportAnswer(purchase.report_id, "applied", code=declined, conversion_id=conversion.conversion_id)


async def _credited(
    connection: AsyncConnection, program_id: int, partner_id: int, purchase: Purchase, seen: Look
) -> Credited:
    """The claim of a purchase with its member and its row locked, under the agreement of its day."""
    agreement = seen.agreement
    if agreement is None:
        raise _Refused("NO_AGREEMENT")
    if purchase.occurred_at < seen.now - timedelta(days=agreement.definition.report_days):
        raise _Refused("TOO_OLD")
    for _ in range(_CLAIM_TRIES):  # again only when somebody used the code while its member was waited for
        try:
            rule = agreement.definition.attribution
            touch, found = await find_claim(connection, program_id, partner_id, purchase, rule)
        except NotAttributed as nobody:
            raise _Refused(nobody.code) from None
        key = MemberKey(program_id, found.member_id)
        ledger = await Ledger.open(connection, [key])
        root = ledger.root(key)
        if ledger.holdings[root].has_left:
            raise _Refused("MEMBER_UNKNOWN")
        claim = await lock_claim(connection, program_id, touch.claim_id)
        assert claim is not None, "a claim that was just found is there for good"
        if claim.state != "void" and (touch.how != "code" or is_usable(claim, purchase.occurred_at)):
            return Credited(purchase, agreement, claim, touch, root.member_id, seen.now)
    raise _Refused("NOT_ATTRIBUTED")

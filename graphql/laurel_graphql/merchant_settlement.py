"""What the staff settle with partners: statements, payments, what is booked by hand, and what does not match."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from engine.database import Connection, transaction_time
from engine.money import MoneyError, minor_units
from engine.partners.adjusting import adjust
from engine.partners.agreements import agreement_at
from engine.settlement.closing import issue_statement
from engine.settlement.payments import PaymentKind, record_payment
from engine.settlement.suspense import settle_suspense
from laurel_graphql.changes import given_of
from laurel_graphql.context import MerchantContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.merchant_partners import PartnerGiven, known_partner, partner_given
from laurel_graphql.partnering import in_transaction, refused, staff_mutation
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.payment_records import PartnerPaymentKind, PaymentRecord, payment_of
from laurel_graphql.types.statement_records import StatementRecord, statement_of
from laurel_graphql.types.suspense_records import SuspenseRecord, suspense_row_of

_PAYMENT_KINDS: dict[PartnerPaymentKind, PaymentKind] = {
    PartnerPaymentKind.PREPAYMENT: "prepayment", PartnerPaymentKind.SETTLEMENT: "settlement",
}  # fmt: skip


_STATEMENT_GIVEN = given_of("statement", StatementRecord, "The statement, null when refused.")
_PAYMENT_GIVEN = given_of("payment", PaymentRecord, "The payment, null when refused.")
_SUSPENSE_GIVEN = given_of("suspense_row", SuspenseRecord, "The row as it stands now, null when refused.")


@strawberry.input(description="For whom a statement is issued.")
class StatementIssueInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    until: datetime | None = strawberry.field(
        default=None, description="What happened from then on is on the next one; by default now, or its cycle's end."
    )


@strawberry.input(description="A payment to write down.")
class PartnerPaymentRecordInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    kind: PartnerPaymentKind = strawberry.field(description="What it is for.")
    amount: Decimal = strawberry.field(
        description="In the currency's main unit: above zero the partner paid, below zero the shop."
    )
    currency_code: CurrencyCode = strawberry.field(description="Its currency.")
    reference: str = strawberry.field(
        description="By what it is found on an account, 1 to 100 characters. The same once more is the same payment."
    )
    paid_on: date = strawberry.field(description="The day of it.")
    statement_id: strawberry.ID | None = strawberry.field(
        default=None, description="The statement that is paid, by its global id; null for a prepayment."
    )


@strawberry.input(description="The row to settle.")
class SuspenseSettleInput:
    suspense_row_id: strawberry.ID = strawberry.field(description="The row's global id.")
    note: str = strawberry.field(description="What was found out, 1 to 200 characters.")


@strawberry.input(description="Money to book by hand.")
class PartnerAdjustInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    amount: Decimal = strawberry.field(
        description="In the currency's main unit: above zero the partner owes it, below zero the shop."
    )
    currency_code: CurrencyCode = strawberry.field(description="The agreement's currency.")
    points: Points = strawberry.field(default=Points(0), description="Points that it is about, for the record only.")
    reason: str = strawberry.field(description="Why; the partner reads it. 1 to 200 characters that name no person.")
    corrects: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the entry that it corrects, as statements have it."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same input books "
        "nothing more."
    )


@in_transaction
async def _adjust(connection: Connection, context: MerchantContext, given: PartnerAdjustInput) -> Mapping[str, Any]:
    partner = await known_partner(connection, context, number_of(given.partner_id, "Partner"))
    now = await transaction_time(connection)
    agreement = await agreement_at(connection, context.program_id, partner.partner_id, now)
    if agreement is None:
        raise refused("NO_AGREEMENT", context, "partnerId")
    if agreement.definition.currency != given.currency_code:
        raise refused("CURRENCY_INVALID", context, "currencyCode")
    await adjust(
        connection, context.program_id, partner.partner_id, reason=readable(given.reason), actor=context.actor,
        amount_minor=_minor(given.amount, given.currency_code, context), points=given.points,
        corrects=None if given.corrects is None else _event(given.corrects, context),
        idempotency_key=given.idempotency_key,
    )  # fmt: skip
    return await partner_given(connection, context, await known_partner(connection, context, partner.partner_id))


def _minor(amount: Decimal, currency: str, context: MerchantContext) -> int:
    """An amount of either sign in minor units. Raises ChangeRefused."""
    try:
        minor = minor_units(abs(amount), currency)
    except MoneyError:
        raise refused("AMOUNT_INVALID", context, "amount") from None
    return minor if amount >= 0 else -minor


def _event(event_id: str, context: MerchantContext) -> int:
    """The number of an entry of the books, which both sides know it by. Raises ChangeRefused."""
    if not (event_id.isascii() and event_id.isdecimal() and len(event_id) <= 18):
        raise refused("EVENT_NOT_FOUND", context, "corrects")
    return int(event_id)


@in_transaction
async def _issue(connection: Connection, context: MerchantContext, given: StatementIssueInput) -> Mapping[str, Any]:
    number = number_of(given.partner_id, "Partner")
    if context.partner_desk is None:
        raise refused("UNAVAILABLE", context)
    sign = await context.partner_desk.signer(connection, context.program_id)
    made = await issue_statement(
        connection, context.program_id, number, until=given.until, sign=sign, actor=context.actor
    )
    return {"statement": statement_of(made)}


@in_transaction
async def _pay(connection: Connection, context: MerchantContext, given: PartnerPaymentRecordInput) -> Mapping[str, Any]:
    statement = None if given.statement_id is None else number_of(given.statement_id, "Statement")
    made = await record_payment(
        connection, context.program_id, number_of(given.partner_id, "Partner"), kind=_PAYMENT_KINDS[given.kind],
        amount_minor=_minor(given.amount, given.currency_code, context), currency=given.currency_code,
        reference=readable(given.reference), paid_on=given.paid_on, statement_id=statement, actor=context.actor,
    )  # fmt: skip
    return {"payment": payment_of(made)}


@in_transaction
async def _settle(connection: Connection, context: MerchantContext, given: SuspenseSettleInput) -> Mapping[str, Any]:
    number = number_of(given.suspense_row_id, "SuspenseRow")
    made = await settle_suspense(connection, context.program_id, number, note=readable(given.note), actor=context.actor)
    return {"suspense_row": suspense_row_of(made)}


@strawberry.type
class SettlementMutations:
    """Mutations of books between the shop and its partners, for the merchant's schema."""

    statement_issue = staff_mutation(
        "statement_issue", "Issue a partner's next statement before its time.", refused="no statement was issued",
        takes=StatementIssueInput, gives=_STATEMENT_GIVEN,
        codes="PARTNER_NOT_FOUND NO_AGREEMENT UNTIL_INVALID NOTHING_TO_SETTLE UNAVAILABLE", does=_issue,
    )  # fmt: skip
    partner_payment_record = staff_mutation(
        "partner_payment_record", "Write down that money changed hands.", refused="no payment was written down",
        takes=PartnerPaymentRecordInput, gives=_PAYMENT_GIVEN,
        codes="PARTNER_NOT_FOUND STATEMENT_NOT_FOUND STATEMENT_REQUIRED STATEMENT_NOT_WANTED REFERENCE_INVALID "
        "REFERENCE_USED AMOUNT_INVALID CURRENCY_INVALID DATE_INVALID NOT_PREPAID PREPAID_USED_UP",
        does=_pay,
    )  # fmt: skip
    suspense_settle = staff_mutation(
        "suspense_settle", "Settle a row that does not match, and say how.", refused="a row was not settled",
        takes=SuspenseSettleInput, gives=_SUSPENSE_GIVEN, codes="ROW_NOT_FOUND ALREADY_SETTLED NOTE_INVALID",
        does=_settle,
    )  # fmt: skip
    partner_adjust = staff_mutation(
        "partner_adjust", "Book money between the shop and a partner by hand; it is on the next statement.",
        refused="nothing was booked", takes=PartnerAdjustInput, gives=PartnerGiven,
        codes="PARTNER_NOT_FOUND NO_AGREEMENT CURRENCY_INVALID AMOUNT_INVALID EVENT_NOT_FOUND INVALID "
        "INVALID_IDEMPOTENCY_KEY IDEMPOTENCY_KEY_REUSED",
        does=_adjust,
    )  # fmt: skip

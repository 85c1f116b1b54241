"""Payments between a program and a partner: beforehand, or for a statement. Each is recorded once, by its reference."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.money import MINOR_UNITS_MAXIMUM, Money
from engine.partners.adjusting import AMOUNT_MINOR_MAXIMUM
from engine.partners.catalog import agreements_of, partner_of
from engine.partners.facts import Agreement, in_force
from engine.partners.prepaid import move_prepaid
from engine.settlement.locks import lock_settlement
from engine.settlement.payment_rows import follow_payment
from engine.settlement.reading import statement_of
from engine.settlement.statements import Statement

PaymentKind = Literal["prepayment", "settlement"]
REFERENCE_MAXIMUM = 100
PAGE_MAXIMUM = 1_000
_REFERENCE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", re.ASCII)
_FIRST_DAY = date(2000, 1, 1)


class PaymentRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A payment was not recorded.

    `code`: PARTNER_NOT_FOUND, STATEMENT_NOT_FOUND, STATEMENT_REQUIRED, STATEMENT_NOT_WANTED, REFERENCE_INVALID,
    REFERENCE_USED, AMOUNT_INVALID, CURRENCY_INVALID, DATE_INVALID, NOT_PREPAID, PREPAID_USED_UP.
    """

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that changed hands; above zero the partner paid, below zero the program did.

    `repeated` says that it was recorded before.
    """

    payment_id: int
    partner_id: int
    kind: PaymentKind
    amount_minor: int
    currency: str
    reference: str
    paid_on: date
    statement_id: int | None
    recorded_at: datetime
    recorded_by: str
    repeated: bool = False

    @property
    def amount(self) -> Decimal:
        """The amount in the currency's main unit, exact."""
        return Money(self.amount_minor, self.currency).decimal()


_PAYMENT = """
    SELECT payment_id, partner_id, kind, amount_minor, currency, reference, paid_on, statement_id, recorded_at,
        recorded_by FROM partner_payments WHERE program_id = :program_id AND partner_id = :partner_id
"""
_KNOWN = text(f"{_PAYMENT} AND reference = :reference")
_LIST = text(f"""{_PAYMENT} AND (statement_id = :statement_id OR CAST(:statement_id AS bigint) IS NULL)
    AND (payment_id < :after OR CAST(:after AS bigint) IS NULL) ORDER BY payment_id DESC LIMIT :first
""")
_INSERT = text("""
    INSERT INTO partner_payments (program_id, payment_id, partner_id, kind, amount_minor, currency, reference, paid_on,
        statement_id, recorded_by)
    VALUES (:program_id, nextval('ledger_ids'), :partner_id, :kind, :amount_minor, :currency, :reference, :paid_on,
        :statement_id, :actor)
""")
_PAID = text("""
    SELECT COALESCE(sum(amount_minor), 0) FROM partner_payments WHERE program_id = :program_id
    AND partner_id = :partner_id AND statement_id = :statement_id AND currency = :currency
""")


async def record_payment(
    connection: AsyncConnection, program_id: int, partner_id: int, *, kind: PaymentKind, amount_minor: int,
    currency: str, reference: str, paid_on: date, statement_id: int | None = None, actor: str,
) -> Payment:  # fmt: skip
    """Record that money changed hands, in minor units: above zero the partner paid, below zero the program.

    A settlement names its statement, and closes what was open of it; a prepayment names none. One that was recorded
    wrongly is undone by another one the other way round. The same reference with the same content is the same payment.
    Raises PaymentRefused.
    """
    now = await transaction_time(connection)
    asked = Payment(0, partner_id, kind, amount_minor, currency, reference, paid_on, statement_id, now, actor)
    _refuse_invalid(asked, now)
    await lock_settlement(connection, program_id, partner_id)
    partner = await partner_of(connection, program_id, partner_id)
    if partner is None:
        raise PaymentRefused("PARTNER_NOT_FOUND", None, "The program has no such partner.")
    known = await _known(connection, program_id, partner_id, reference)
    if known is not None:
        if _content(known) != _content(asked):
            raise PaymentRefused("REFERENCE_USED", "reference", "Another payment of this partner has this reference.")
        return replace(known, repeated=True)
    agreements = await agreements_of(connection, program_id, partner_id)
    statement = await _statement(connection, program_id, asked)
    if statement is None:
        await _put_in(connection, program_id, asked, agreements)
    given = {
        "program_id": program_id, "partner_id": partner_id, "kind": kind, "amount_minor": amount_minor,
        "currency": currency, "reference": reference, "paid_on": paid_on, "statement_id": statement_id, "actor": actor,
    }  # fmt: skip
    await connection.execute(_INSERT, given)
    if statement is not None:
        paid = int((await connection.execute(_PAID, given)).scalar_one())
        tolerance = tolerance_of(agreements, statement, currency)
        await follow_payment(connection, statement, currency, paid, tolerance, reference=reference, actor=actor)
    made = await _known(connection, program_id, partner_id, reference)
    assert made is not None, "it was written just now"
    return made


async def payments_of(
    connection: AsyncConnection, program_id: int, partner_id: int, *, statement_id: int | None = None,
    first: int = 20, after: int | None = None,
) -> list[Payment]:  # fmt: skip
    """The payments of a partner, or of one statement, newest first; `after` is the id of one, older ones are read."""
    given = {
        "program_id": program_id, "partner_id": partner_id, "statement_id": statement_id, "after": after,
        "first": min(max(first, 0), PAGE_MAXIMUM),
    }  # fmt: skip
    return [_payment(row) for row in await connection.execute(_LIST, given)]


def tolerance_of(agreements: tuple[Agreement, ...], statement: Statement, currency: str) -> int:
    """By how many minor units of a currency two sides may differ, as agreed when the statement's cycle ended."""
    agreed = in_force(agreements, statement.ends_at - timedelta(microseconds=1))
    if agreed is None or agreed.definition.currency != currency:
        return 0
    return agreed.definition.tolerance_minor


def _refuse_invalid(asked: Payment, now: datetime) -> None:
    if len(asked.reference) > REFERENCE_MAXIMUM or not _REFERENCE.fullmatch(asked.reference):
        message = f"A reference is 1 to {REFERENCE_MAXIMUM} visible ASCII characters."
        raise PaymentRefused("REFERENCE_INVALID", "reference", message)
    # What is paid beforehand is counted in micros, as events are.
    most = AMOUNT_MINOR_MAXIMUM if asked.kind == "prepayment" else MINOR_UNITS_MAXIMUM
    if not 0 < abs(asked.amount_minor) <= most:
        message = f"An amount is a whole number of minor units other than 0, at most {most}."
        raise PaymentRefused("AMOUNT_INVALID", "amount", message)
    # A day has begun somewhere up to 14 hours before it does in UTC.
    if not _FIRST_DAY <= asked.paid_on <= (now + timedelta(hours=14)).date():
        raise PaymentRefused("DATE_INVALID", "paidOn", "A payment was made in this millennium, and not in the future.")
    if asked.kind == "settlement" and asked.statement_id is None:
        raise PaymentRefused("STATEMENT_REQUIRED", "statementId", "A settlement names the statement that it pays.")
    if asked.kind == "prepayment" and asked.statement_id is not None:
        raise PaymentRefused("STATEMENT_NOT_WANTED", "statementId", "A prepayment is made for no statement.")


async def _statement(connection: AsyncConnection, program_id: int, asked: Payment) -> Statement | None:
    if asked.statement_id is None:
        return None
    statement = await statement_of(connection, program_id, asked.statement_id)
    if statement is None or statement.partner_id != asked.partner_id:
        raise PaymentRefused("STATEMENT_NOT_FOUND", "statementId", "The partner has no such statement.")
    if all(due.currency != asked.currency for due in statement.totals.dues):
        raise PaymentRefused("CURRENCY_INVALID", "currencyCode", "Nothing on this statement is in this currency.")
    return statement


async def _put_in(
    connection: AsyncConnection, program_id: int, asked: Payment, agreements: tuple[Agreement, ...]
) -> None:
    prepaid = [one.definition for one in agreements if one.definition.billing == "prepaid"]
    if not prepaid:
        raise PaymentRefused("NOT_PREPAID", "kind", "Nothing is agreed with this partner that is paid beforehand.")
    if prepaid[0].currency != asked.currency:
        message = f"What is paid beforehand is agreed in {prepaid[0].currency}."
        raise PaymentRefused("CURRENCY_INVALID", "currencyCode", message)
    if not await move_prepaid(connection, program_id, asked.partner_id, asked.amount_minor):
        if asked.amount_minor < 0:
            raise PaymentRefused("PREPAID_USED_UP", "amount", "So much is not left of what was paid beforehand.")
        raise PaymentRefused("AMOUNT_INVALID", "amount", "So much cannot be kept.")


def _content(payment: Payment) -> tuple[Any, ...]:
    return payment.kind, payment.amount_minor, payment.currency, payment.paid_on, payment.statement_id


async def _known(connection: AsyncConnection, program_id: int, partner_id: int, reference: str) -> Payment | None:
    given = {"program_id": program_id, "partner_id": partner_id, "reference": reference}
    row = (await connection.execute(_KNOWN, given)).one_or_none()
    return None if row is None else _payment(row)


def _payment(row: Any) -> Payment:
    return Payment(
        row.payment_id, row.partner_id, row.kind, row.amount_minor, row.currency, row.reference, row.paid_on,
        row.statement_id, row.recorded_at, row.recorded_by,
    )  # fmt: skip

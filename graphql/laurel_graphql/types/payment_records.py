"""Payments of and to partners, as the staff see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum

import strawberry

from engine.settlement.payments import Payment
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cut
from laurel_graphql.types.money import Money, money_of


@strawberry.enum(description="What a payment is for.")
class PartnerPaymentKind(Enum):
    PREPAYMENT = strawberry.enum_value("PREPAYMENT", description="Money beforehand, which points then come out of.")
    SETTLEMENT = strawberry.enum_value("SETTLEMENT", description="What a statement came to.")


@strawberry.type(name="PartnerPayment", description="Money that was paid.")
class PaymentRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The payment's global id.")
    kind: PartnerPaymentKind = strawberry.field(description="What it is for.")
    amount: Money = strawberry.field(description="Above zero the partner paid, below zero the shop.")
    reference: str = strawberry.field(description="By what it is found on an account.")
    paid_on: date = strawberry.field(description="The day of it.")
    statement_id: strawberry.ID | None = strawberry.field(description="The global id of the statement that was paid.")
    recorded_at: datetime = strawberry.field(description="When it was written down.")
    recorded_by: str = strawberry.field(description="Who did it.")


@strawberry.type(description="A page of payments.")
class PartnerPaymentConnection:
    nodes: list[PaymentRecord] = strawberry.field(description="The payments, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


def payment_of(record: Payment) -> PaymentRecord:
    """The payment of an engine's record."""
    statement = record.statement_id
    return PaymentRecord(
        number=record.payment_id,
        id=strawberry.ID(gid("PartnerPayment", record.payment_id)),
        kind=PartnerPaymentKind[record.kind.upper()],
        amount=money_of(record.amount_minor, record.currency),
        reference=record.reference,
        paid_on=record.paid_on,
        statement_id=None if statement is None else strawberry.ID(gid("Statement", statement)),
        recorded_at=record.recorded_at,
        recorded_by=record.recorded_by,
    )


def payments_page(records: Sequence[Payment], first: int, after: str | None) -> PartnerPaymentConnection:
    """A page of `first`, when `first + 1` payments were asked for and these were found."""
    found = [payment_of(record) for record in records]
    return PartnerPaymentConnection(nodes=found[:first], page_info=cut(found, "PartnerPayment", first, after))

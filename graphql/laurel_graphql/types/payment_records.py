"""Payments of and to partners, and what of their books does not match, as the staff see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum

import strawberry

from engine.settlement.payments import Payment
from engine.settlement.suspense import SuspenseRow as SuspenseFacts
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.types.money import Money, money_of


@strawberry.enum(description="What a payment is for.")
class PartnerPaymentKind(Enum):
    PREPAYMENT = strawberry.enum_value("PREPAYMENT", description="Money beforehand, which points then come out of.")
    SETTLEMENT = strawberry.enum_value("SETTLEMENT", description="What a statement came to.")


@strawberry.enum(description="What does not match.")
class SuspenseProblem(Enum):
    ONLY_OURS = strawberry.enum_value("ONLY_OURS", description="The partner's books do not have it.")
    ONLY_THEIRS = strawberry.enum_value("ONLY_THEIRS", description="Our books do not have it.")
    DIFFERENT = strawberry.enum_value("DIFFERENT", description="Both have it, with other amounts.")
    UNPAID = strawberry.enum_value("UNPAID", description="A statement was not paid.")
    PAID_DIFFERENTLY = strawberry.enum_value(
        "PAID_DIFFERENTLY", description="A statement was paid with another amount."
    )


@strawberry.enum(description="For how long something has not matched, in days.")
class SuspenseAge(Enum):
    DAYS_0_30 = strawberry.enum_value("DAYS_0_30", description="Up to 30.")
    DAYS_31_60 = strawberry.enum_value("DAYS_31_60", description="31 to 60.")
    DAYS_61_90 = strawberry.enum_value("DAYS_61_90", description="61 to 90.")
    DAYS_OVER_90 = strawberry.enum_value("DAYS_OVER_90", description="More than 90.")


_AGES = {
    "0-30": SuspenseAge.DAYS_0_30, "31-60": SuspenseAge.DAYS_31_60, "61-90": SuspenseAge.DAYS_61_90,
    "90+": SuspenseAge.DAYS_OVER_90,
}  # fmt: skip


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


@strawberry.type(description="A value of a row that does not match.")
class SuspenseValue:
    name: str = strawberry.field(description="What it is: points, amount, …")
    value: str = strawberry.field(description="As the books have it.")


@strawberry.type(name="SuspenseRow", description="Something of a statement that the two books do not agree about.")
class SuspenseRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The row's global id.")
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    statement_id: strawberry.ID = strawberry.field(description="The statement's global id.")
    statement_number: int = strawberry.field(description="The statement's number.")
    problem: SuspenseProblem = strawberry.field(description="What does not match.")
    reference: str = strawberry.field(description="What it is about: an entry, an order, the statement.")
    event_id: str | None = strawberry.field(description="The id of our entry, null where we have none.")
    ours: list[SuspenseValue] = strawberry.field(description="What our books say; empty where they do not have it.")
    theirs: list[SuspenseValue] = strawberry.field(description="What the partner's say; empty where they do not.")
    opened_at: datetime = strawberry.field(description="Since when it does not match.")
    age_days: int = strawberry.field(description="For how many days.")
    age: SuspenseAge = strawberry.field(description="The same, as it is sorted by.")
    settled_at: datetime | None = strawberry.field(description="When it was settled, null while it is open.")
    settled_by: str | None = strawberry.field(description="Who settled it.")
    note: str | None = strawberry.field(description="How it was settled.")


@strawberry.type(name="SuspenseRowEdge", description="A row on a page.")
class SuspenseRecordEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: SuspenseRecord = strawberry.field(description="The row.")


@strawberry.type(description="A page of what does not match.")
class SuspenseRowConnection:
    nodes: list[SuspenseRecord] = strawberry.field(description="The rows, oldest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The rows, each with its cursor.")
    def edges(self) -> list[SuspenseRecordEdge]:
        """Made only where they are asked for."""
        return [SuspenseRecordEdge(cursor=cursor_of("SuspenseRow", node.number), node=node) for node in self.nodes]


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


def suspense_row_of(record: SuspenseFacts) -> SuspenseRecord:
    """The row of an engine's record."""
    return SuspenseRecord(
        number=record.row_id,
        id=strawberry.ID(gid("SuspenseRow", record.row_id)),
        partner_id=strawberry.ID(gid("Partner", record.partner_id)),
        statement_id=strawberry.ID(gid("Statement", record.statement_id)),
        statement_number=record.statement_number,
        problem=SuspenseProblem[record.problem.upper()],
        reference=record.reference,
        event_id=None if record.event_id is None else str(record.event_id),
        ours=_values(record.ours),
        theirs=_values(record.theirs),
        opened_at=record.opened_at,
        age_days=record.age_days,
        age=_AGES[record.bucket],
        settled_at=record.settled_at,
        settled_by=record.settled_by,
        note=record.note,
    )


def suspense_page(records: Sequence[SuspenseFacts], first: int, after: str | None) -> SuspenseRowConnection:
    """A page of `first`, when `first + 1` rows were asked for and these were found."""
    found = [suspense_row_of(record) for record in records]
    return SuspenseRowConnection(nodes=found[:first], page_info=cut(found, "SuspenseRow", first, after))


def _values(found: Mapping[str, object]) -> list[SuspenseValue]:
    return [SuspenseValue(name=name, value=str(value)) for name, value in sorted(found.items()) if value is not None]

"""Entries of a partner's books, and what they come to: what statements and the running cycle both are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.partners.money import exact_amount
from engine.settlement.reading import StatementLine
from engine.settlement.totals import Totals
from laurel_graphql.pages import PageInfo, cut
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.types.money import Money, money_of


@strawberry.enum(description="What happened between a program and a partner.")
class PartnerEventKind(Enum):
    ISSUED = strawberry.enum_value("ISSUED", description="Points for a purchase: the partner owes their price.")
    CLAWED_BACK = strawberry.enum_value("CLAWED_BACK", description="Points taken back after a refund.")
    PAYMENT = strawberry.enum_value("PAYMENT", description="Money for a purchase.")
    PAYMENT_REVERSED = strawberry.enum_value("PAYMENT_REVERSED", description="That money, given back after a refund.")
    REDEEMED = strawberry.enum_value("REDEEMED", description="Points spent on a voucher: the shop owes their price.")
    REDEMPTION_REVERSED = strawberry.enum_value("REDEMPTION_REVERSED", description="A voucher that was taken back.")
    EXCHANGED = strawberry.enum_value("EXCHANGED", description="Points that became the partner's.")
    ADJUSTED = strawberry.enum_value("ADJUSTED", description="Booked by hand.")


@strawberry.type(description="The sum of the entries of one kind, not rounded.")
class StatementTotal:
    kind: PartnerEventKind = strawberry.field(description="What happened.")
    events: Points = strawberry.field(description="How many entries.")
    points: Points = strawberry.field(description="Their points.")
    amount: Money = strawberry.field(description="Their money: above zero the partner owes it.")


@strawberry.type(description="What a statement comes to in one currency, rounded once.")
class StatementDue:
    due: Money = strawberry.field(description="Above zero the partner owes it, below zero the shop.")
    covered: Money = strawberry.field(description="What of it was taken from what the partner paid beforehand.")
    to_pay: Money = strawberry.field(description="What is left to pay.")


@strawberry.type(name="StatementLine", description="One entry of a statement. It names no shopper.")
class StatementLineRecord:
    number: strawberry.Private[int]
    event_id: str = strawberry.field(description="The entry's id, the same on both sides.")
    kind: PartnerEventKind = strawberry.field(description="What happened.")
    points: Points = strawberry.field(description="Its points.")
    amount: Money = strawberry.field(description="Its money, not rounded: above zero the partner owes it.")
    agreement_version: int = strawberry.field(description="The version of the agreement that it was priced by.")
    subject: str | None = strawberry.field(description="The member, by a name that only these two books have.")
    offer: str | None = strawberry.field(description="The offer's handle.")
    reference: str | None = strawberry.field(description="The partner's own name for it, or the reason.")
    corrects: str | None = strawberry.field(description="The id of the entry that it corrects.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    late: bool = strawberry.field(description="Whether it happened in a cycle that was closed already.")
    leaf_hash: str = strawberry.field(description="The hash of the entry, as hexadecimal digits.")


@strawberry.type(description="A page of entries.")
class StatementLineConnection:
    nodes: list[StatementLineRecord] = strawberry.field(description="The entries, in the statement's order.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


def lines_page(records: Sequence[StatementLine], first: int, after: str | None) -> StatementLineConnection:
    """A page of `first`, when `first + 1` entries were asked for and these were found."""
    lines = [_line(one) for one in records]
    return StatementLineConnection(nodes=lines[:first], page_info=cut(lines, "StatementLine", first, after))


def totals_of(totals: Totals) -> list[StatementTotal]:
    """Sums by currency and kind."""
    return [
        StatementTotal(
            kind=PartnerEventKind[one.kind.upper()], events=Points(one.events), points=Points(one.points),
            amount=exact_money(one.micros, one.currency),
        )
        for one in totals.kinds
    ]  # fmt: skip


def dues_of(totals: Totals) -> list[StatementDue]:
    """What it comes to, by currency."""
    return [
        StatementDue(
            due=money_of(one.due_minor, one.currency), covered=money_of(one.covered_minor, one.currency),
            to_pay=money_of(one.to_pay_minor, one.currency),
        )
        for one in totals.dues
    ]  # fmt: skip


def exact_money(micros: int, currency: str) -> Money:
    """Money of the books, not rounded."""
    return Money(amount=exact_amount(micros, currency), currency_code=CurrencyCode(currency))


def _line(record: StatementLine) -> StatementLineRecord:
    return StatementLineRecord(
        number=record.position + 1,
        event_id=str(record.event_id),
        kind=PartnerEventKind[record.kind.upper()],
        points=Points(record.points),
        amount=exact_money(record.micros, record.currency),
        agreement_version=record.agreement_version,
        subject=record.subject,
        offer=record.offer,
        reference=record.reference,
        corrects=None if record.corrects is None else str(record.corrects),
        occurred_at=record.occurred_at,
        late=record.late,
        leaf_hash=record.leaf_hash.hex(),
    )

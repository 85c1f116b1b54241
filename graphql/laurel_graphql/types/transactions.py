"""Transactions of points, with why they happened, and pages of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

import strawberry

from engine.members import HistoryEntry
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.scalars import CurrencyCode, Points
from laurel_graphql.texts import language_of, reason_text
from laurel_graphql.types.money import Money


@strawberry.enum(description="Why points came or went.")
class TransactionKind(Enum):
    EARN = strawberry.enum_value("EARN", description="An order was paid.")
    BONUS = strawberry.enum_value("BONUS", description="A fixed reward, such as for joining.")
    CLAWBACK = strawberry.enum_value("CLAWBACK", description="A refund, or a change of the order, took points back.")
    EXPIRE = strawberry.enum_value("EXPIRE", description="Points were not used in time.")
    RESERVE = strawberry.enum_value("RESERVE", description="Points were given for a reward.")
    CAPTURE = strawberry.enum_value("CAPTURE", description="A reward was used; its points are spent for good.")
    RELEASE = strawberry.enum_value("RELEASE", description="The points of an unused reward came back.")
    RESTORE = strawberry.enum_value("RESTORE", description="A refund of an order with a reward gave points back.")
    SPEND = strawberry.enum_value("SPEND", description="A reward was used although its points had come back.")
    MATURE = strawberry.enum_value("MATURE", description="Points that were held back can be spent now.")
    ADJUST = strawberry.enum_value("ADJUST", description="The shop gave or took points.")
    IMPORT = strawberry.enum_value("IMPORT", description="Points of another program were taken over.")
    MERGE = strawberry.enum_value("MERGE", description="Two members became one.")
    UNMERGE = strawberry.enum_value("UNMERGE", description="Members who had become one were parted again.")
    TRANSFER = strawberry.enum_value("TRANSFER", description="A member gave points to another one.")


@strawberry.type(description="A change of a member's points. It is never edited: a correction is another transaction.")
class Transaction:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The transaction's global id.")
    kind: TransactionKind = strawberry.field(description="Why points came or went.")
    points: Points = strawberry.field(description="Signed: above 0 they came, below 0 they went.")
    occurred_at: datetime = strawberry.field(description="When its cause happened in the shop.")
    reason: str = strawberry.field(description="Why, in the caller's language, for people to read.")
    order_name: str | None = strawberry.field(
        description="The order's name, such as `#1001`, where an order is the cause."
    )
    base: Money | None = strawberry.field(description="The amount that earned, where an order is the cause.")
    rate: Decimal | None = strawberry.field(description="Points per unit of that amount's currency.")


@strawberry.type(description="A transaction on a page.")
class TransactionEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: Transaction = strawberry.field(description="The transaction.")


@strawberry.type(description="A page of transactions.")
class TransactionConnection:
    nodes: list[Transaction] = strawberry.field(description="The transactions.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The transactions, each with its cursor.")
    def edges(self) -> list[TransactionEdge]:
        """Made only where they are asked for."""
        return [TransactionEdge(cursor=cursor_of("Transaction", node.number), node=node) for node in self.nodes]


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """What a transaction's detail says of the order behind it, typed."""

    name: str | None
    base: Money | None
    rate: Decimal | None


def order_detail(detail: Mapping[str, str]) -> OrderDetail:
    """Read the detail that the engine stores with a transaction."""
    base = None
    if detail.get("order") and "base" in detail and detail.get("currency"):
        base = Money(amount=Decimal(detail["base"]), currency_code=CurrencyCode(detail["currency"]))
    return OrderDetail(detail.get("order"), base, Decimal(detail["rate"]) if base and "rate" in detail else None)


def kind_of(kind: str) -> TransactionKind:
    """The engine's kind, as the schema names it; the two sides of a move have one."""
    return TransactionKind[kind.removesuffix("-in").removesuffix("-out").upper()]


def transaction_of(entry: HistoryEntry, locale: str) -> Transaction:
    """The transaction of a line of a member's history."""
    order = order_detail(entry.detail)
    return Transaction(
        number=entry.transaction_id,
        id=strawberry.ID(gid("Transaction", entry.transaction_id)),
        kind=kind_of(entry.kind),
        points=Points(entry.points),
        occurred_at=entry.occurred_at,
        reason=reason_text(entry.kind, entry.detail, language_of(locale)),
        order_name=order.name,
        base=order.base,
        rate=order.rate,
    )


def connection_of(entries: Sequence[HistoryEntry], first: int, after: str | None, locale: str) -> TransactionConnection:
    """A page of `first`, when `first + 1` lines were asked for and these were found."""
    found = [transaction_of(entry, locale) for entry in entries]
    page = found[:first]
    return TransactionConnection(nodes=page, page_info=cut(found, "Transaction", first, after))

"""The merchant's first page: sums over the ledger, the last days, and what happened lately."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from engine.overview import Activity as ActivityRecord
from engine.overview import Overview as OverviewRecord
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points
from laurel_graphql.texts import language_of, reason_text
from laurel_graphql.types.transactions import TransactionKind, kind_of, order_detail


@strawberry.type(description="The points of one day, in UTC.")
class DayPoints:
    day: date = strawberry.field(description="The day.")
    issued: Points = strawberry.field(description="Points issued on it.")
    taken_back: Points = strawberry.field(description="Points that refunds took back on it.")


@strawberry.type(description="The program in numbers, summed from the ledger.")
class Overview:
    issued: Points = strawberry.field(description="All points ever issued.")
    taken_back: Points = strawberry.field(description="Points that refunds and cancellations took back.")
    expired: Points = strawberry.field(description="Points that were not used in time.")
    outstanding: Points = strawberry.field(description="Points that members can still spend.")
    members: int = strawberry.field(description="How many members there are.")
    orders: int = strawberry.field(description="How many orders were accepted.")
    parked: int = strawberry.field(description="Deliveries that wait for a person.")
    pending_deliveries: int = strawberry.field(description="Deliveries that are stored and not yet applied.")
    days: list[DayPoints] = strawberry.field(description="The last 30 days, oldest first.")


@strawberry.type(description="A transaction as the merchant sees it in the list of what happened lately.")
class Activity:
    id: strawberry.ID = strawberry.field(description="The transaction's global id.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    kind: TransactionKind = strawberry.field(description="Why points came or went.")
    points: Points = strawberry.field(description="Signed: above 0 they came, below 0 they went.")
    occurred_at: datetime = strawberry.field(description="When its cause happened in the shop.")
    recorded_at: datetime = strawberry.field(description="When the ledger took it in.")
    order_name: str | None = strawberry.field(description="The order's name, where an order is the cause.")
    reason: str = strawberry.field(description="Why, in the caller's language, for people to read.")


def overview_of(record: OverviewRecord) -> Overview:
    """The overview of an engine's record."""
    return Overview(
        issued=Points(record.issued),
        taken_back=Points(record.taken_back),
        expired=Points(record.expired),
        outstanding=Points(record.outstanding),
        members=record.members,
        orders=record.orders,
        parked=record.parked,
        pending_deliveries=record.pending_deliveries,
        days=[
            DayPoints(day=day.day, issued=Points(day.issued), taken_back=Points(day.taken_back)) for day in record.days
        ],
    )


def activity_of(record: ActivityRecord, locale: str) -> Activity:
    """One line of what happened lately."""
    return Activity(
        id=strawberry.ID(gid("Transaction", record.transaction_id)),
        member_id=strawberry.ID(gid("Member", record.member_id)),
        kind=kind_of(record.kind),
        points=Points(record.points),
        occurred_at=record.occurred_at,
        recorded_at=record.recorded_at,
        order_name=order_detail(record.detail).name,
        reason=reason_text(record.kind, record.detail, language_of(locale)),
    )

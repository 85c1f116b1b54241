"""Redemptions as the staff see them: whose, in what state the calls to the shop left them, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.rewards.redemptions import Redemption as RedemptionFacts
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.scalars import Points
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.redemptions import RedeemedReward, RedemptionStatus, reward_of
from laurel_graphql.types.reward_values import RewardValue, promised_value


@strawberry.enum(description="The exact state of a redemption.")
class RedemptionState(Enum):
    PENDING = strawberry.enum_value("PENDING", description="The shop, or the staff, is to give what was promised.")
    UNKNOWN = strawberry.enum_value("UNKNOWN", description="The shop's answer was unclear; it is being looked up.")
    READY = strawberry.enum_value("READY", description="It can be used.")
    CANCELING = strawberry.enum_value("CANCELING", description="The member cancels it; the shop is being asked.")
    EXPIRING = strawberry.enum_value("EXPIRING", description="It ran out; the shop is being asked.")
    USED = strawberry.enum_value("USED", description="An order used it, or the staff gave it.")
    CANCELED = strawberry.enum_value("CANCELED", description="It was canceled.")
    EXPIRED = strawberry.enum_value("EXPIRED", description="It was not used in time.")
    FAILED = strawberry.enum_value("FAILED", description="It could not be given; its points were given back.")


@strawberry.type(name="Redemption", description="Points that a member gave for a reward, and what became of them.")
class RedemptionRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The redemption's global id.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    customer_id: strawberry.ID | None = strawberry.field(
        description="The shop's customer, as `gid://shopify/Customer/…`; null once they were erased."
    )
    status: RedemptionStatus = strawberry.field(description="What became of it, as the member is told.")
    state: RedemptionState = strawberry.field(description="Its exact state.")
    points: Points = strawberry.field(description="The points that it took.")
    points_restored: Points = strawberry.field(description="Those that came back since, because orders were refunded.")
    code: str | None = strawberry.field(description="The code for the checkout, while it is or was good there.")
    reward: RedeemedReward = strawberry.field(description="What was promised.")
    value: RewardValue = strawberry.field(description="What it is worth.")
    applied: Money | None = strawberry.field(description="What its order really took off, null until one used it.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    ready_at: datetime | None = strawberry.field(description="When it could first be used.")
    expires_at: datetime | None = strawberry.field(description="The first moment at which it can no longer be used.")
    unknown_since: datetime | None = strawberry.field(description="Since when nobody knows whether the shop made it.")
    settled_at: datetime | None = strawberry.field(description="When it ended.")
    order_name: str | None = strawberry.field(description="The name of the order that used it.")
    failure: str | None = strawberry.field(description="Why it could not be given, as a code.")
    note: str | None = strawberry.field(description="What the staff wrote to the member about it.")
    can_fulfill: bool = strawberry.field(description="Whether it waits for the staff to give or refuse it.")


@strawberry.type(name="RedemptionEdge", description="A redemption on a page.")
class RedemptionRecordEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: RedemptionRecord = strawberry.field(description="The redemption.")


@strawberry.type(description="A page of redemptions.")
class RedemptionConnection:
    nodes: list[RedemptionRecord] = strawberry.field(description="The redemptions, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The redemptions, each with its cursor.")
    def edges(self) -> list[RedemptionRecordEdge]:
        """Made only where they are asked for."""
        return [RedemptionRecordEdge(cursor=cursor_of("Redemption", node.number), node=node) for node in self.nodes]


def redemption_of(record: RedemptionFacts) -> RedemptionRecord:
    """The redemption of an engine's record."""
    customer_id, applied = record.customer_id, record.applied_minor
    return RedemptionRecord(
        number=record.redemption_id,
        id=strawberry.ID(gid("Redemption", record.redemption_id)),
        member_id=strawberry.ID(gid("Member", record.member_id)),
        customer_id=None if customer_id is None else strawberry.ID(f"gid://shopify/Customer/{customer_id}"),
        status=RedemptionStatus[record.status],
        state=RedemptionState[record.state.upper()],
        points=Points(record.points),
        points_restored=Points(record.restored),
        code=record.code,
        reward=reward_of(record),
        value=promised_value(record.promise),
        applied=None if applied is None else money_of(applied, record.promise.currency),
        created_at=record.created_at,
        ready_at=record.ready_at,
        expires_at=record.expires_at,
        unknown_since=record.unknown_since,
        settled_at=record.settled_at,
        order_name=record.order_name,
        failure=record.failure,
        note=record.note,
        can_fulfill=record.kind == "manual" and record.state == "pending",
    )


def connection_of(records: Sequence[RedemptionFacts], first: int, after: str | None) -> RedemptionConnection:
    """A page of `first`, when `first + 1` redemptions were asked for and these were found."""
    found = [redemption_of(record) for record in records]
    return RedemptionConnection(nodes=found[:first], page_info=cut(found, "Redemption", first, after))

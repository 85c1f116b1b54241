"""Redemptions: points that a member gave for a reward, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import strawberry

from engine.rewards.definitions import CODE_KINDS
from engine.rewards.redemptions import Redemption as RedemptionRecord
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.scalars import Points
from laurel_graphql.types.reward_values import RewardKind, RewardValue, promised_value


@strawberry.enum(description="What became of a redemption.")
class RedemptionStatus(Enum):
    PENDING = strawberry.enum_value("PENDING", description="The shop is being asked; it takes a moment.")
    READY = strawberry.enum_value("READY", description="It can be used: its code is here, or its reward was given.")
    USED = strawberry.enum_value("USED", description="An order used it.")
    CANCELED = strawberry.enum_value("CANCELED", description="It was canceled and its points given back.")
    EXPIRED = strawberry.enum_value("EXPIRED", description="It was not used in time.")
    FAILED = strawberry.enum_value("FAILED", description="It could not be given; its points were given back.")
    UNKNOWN = strawberry.enum_value(
        "UNKNOWN", description="The shop did not answer clearly. It is looked up and settled within 15 minutes."
    )


@strawberry.type(description="The reward of a redemption, as it was when it was promised.")
class RedeemedReward:
    id: strawberry.ID = strawberry.field(description="The reward's global id.")
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title.")
    kind: RewardKind = strawberry.field(description="What it gives.")


@strawberry.type(description="Points given for a reward. It ends in exactly one code or gift, or in all points back.")
class Redemption:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The redemption's global id.")
    status: RedemptionStatus = strawberry.field(description="What became of it.")
    points: Points = strawberry.field(description="The points that it took.")
    code: str | None = strawberry.field(description="The code for the checkout, once it can be used.")
    reward: RedeemedReward = strawberry.field(description="What was promised.")
    value: RewardValue = strawberry.field(description="What it is worth.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    expires_at: datetime | None = strawberry.field(description="The first moment at which it can no longer be used.")
    can_cancel: bool = strawberry.field(description="Whether the member can have the points back by canceling it.")
    apply_url: str | None = strawberry.field(
        description="The path in the shop that applies the code to the cart, such as `/discount/LRL-…`."
    )
    order_name: str | None = strawberry.field(description="The name of the order that used it, such as `#1001`.")
    note: str | None = strawberry.field(description="What the shop's staff wrote to the member about it.")


@strawberry.type(description="A redemption on a page.")
class RedemptionEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: Redemption = strawberry.field(description="The redemption.")


@strawberry.type(description="A page of redemptions.")
class RedemptionConnection:
    nodes: list[Redemption] = strawberry.field(description="The redemptions, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The redemptions, each with its cursor.")
    def edges(self) -> list[RedemptionEdge]:
        """Made only where they are asked for."""
        return [RedemptionEdge(cursor=cursor_of("Redemption", node.number), node=node) for node in self.nodes]


def redemption_of(record: RedemptionRecord) -> Redemption:
    """The redemption of an engine's record."""
    return Redemption(
        number=record.redemption_id,
        id=strawberry.ID(gid("Redemption", record.redemption_id)),
        status=RedemptionStatus[record.status],
        points=Points(record.points),
        code=record.code,
        reward=reward_of(record),
        value=promised_value(record.promise),
        created_at=record.created_at,
        expires_at=record.expires_at,
        can_cancel=record.can_cancel,
        apply_url=apply_url(record),
        order_name=record.order_name,
        note=record.note,
    )


def reward_of(record: RedemptionRecord) -> RedeemedReward:
    """What was promised, by the version that promised it."""
    return RedeemedReward(
        id=strawberry.ID(gid("Reward", record.reward_id)),
        handle=record.reward_handle,
        title=record.definition.title,
        kind=RewardKind[record.kind.upper()],
    )


def apply_url(record: RedemptionRecord) -> str | None:
    """Where the code is applied to the cart, while it can be."""
    usable = record.status == "READY" and record.kind in CODE_KINDS
    return f"/discount/{record.code}" if usable and record.code is not None else None


def connection_of(records: Sequence[RedemptionRecord], first: int, after: str | None) -> RedemptionConnection:
    """A page of `first`, when `first + 1` redemptions were asked for and these were found."""
    found = [redemption_of(record) for record in records]
    return RedemptionConnection(nodes=found[:first], page_info=cut(found, "Redemption", first, after))

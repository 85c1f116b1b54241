"""What points buy: rewards as a shopper sees them, locked ones included, each with the reason why it is locked."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import strawberry

from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.pages import PageInfo, cursor_of
from laurel_graphql.scalars import Points
from laurel_graphql.types.money import Money, MoneyInput


@strawberry.enum(description="What a reward gives.")
class RewardKind(Enum):
    AMOUNT_OFF = strawberry.enum_value("AMOUNT_OFF", description="A code that takes an amount of money off.")
    PERCENT_OFF = strawberry.enum_value("PERCENT_OFF", description="A code that takes a percentage off.")
    FREE_SHIPPING = strawberry.enum_value("FREE_SHIPPING", description="A code for delivery without charge.")
    FREE_PRODUCT = strawberry.enum_value("FREE_PRODUCT", description="A code for a product without charge.")
    STORE_CREDIT = strawberry.enum_value("STORE_CREDIT", description="Money on the customer's account in the shop.")
    GIFT_CARD = strawberry.enum_value("GIFT_CARD", description="A gift card of the shop.")
    MANUAL = strawberry.enum_value("MANUAL", description="Something that the shop's staff hand over or send.")


@strawberry.enum(description="Why a reward cannot be had now, or not with so many points or for such a cart.")
class RewardReason(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Nobody is logged in.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="The shop gives it no more.")
    NOT_STARTED = strawberry.enum_value("NOT_STARTED", description="It can be had from a later moment on.")
    ENDED = strawberry.enum_value("ENDED", description="It could be had until an earlier moment.")
    CURRENCY_NOT_OFFERED = strawberry.enum_value(
        "CURRENCY_NOT_OFFERED", description="It has no value in the currency that this shop sells in."
    )
    TIER_LOCKED = strawberry.enum_value("TIER_LOCKED", description="It is for members of other tiers.")
    SEGMENT_LOCKED = strawberry.enum_value("SEGMENT_LOCKED", description="It is for other customers.")
    LIMIT_REACHED = strawberry.enum_value("LIMIT_REACHED", description="The member had as many as each may have.")
    OUT_OF_STOCK = strawberry.enum_value("OUT_OF_STOCK", description="None is left.")
    INVALID_POINTS = strawberry.enum_value(
        "INVALID_POINTS", description="It cannot be had for that many points: too few, too many, or not in its steps."
    )
    NOT_ENOUGH_POINTS = strawberry.enum_value("NOT_ENOUGH_POINTS", description="The member has too few points.")
    BELOW_MINIMUM_SUBTOTAL = strawberry.enum_value(
        "BELOW_MINIMUM_SUBTOTAL", description="The cart holds too little for it."
    )


@strawberry.type(description="What a reward costs: a fixed number of points, or as many as the shopper chooses.")
class RewardCost:
    points: Points | None = strawberry.field(description="The fixed price, null where the shopper chooses.")
    minimum: Points = strawberry.field(description="The fewest points that it can be had for.")
    maximum: Points = strawberry.field(description="The most points that it can be had for.")
    step: Points = strawberry.field(description="The points come in steps of this many.")


@strawberry.type(description="What a reward is worth. What does not fit its kind is null.")
class RewardValue:
    money: Money | None = strawberry.field(
        description="The amount of money, null where the shopper chooses the points or where it is no money."
    )
    money_per_step: Money | None = strawberry.field(
        description="The amount for each step of points, where the shopper chooses."
    )
    percentage: Decimal | None = strawberry.field(description="The percentage that is taken off, such as `15`.")
    maximum: Money | None = strawberry.field(
        description="The most that it takes off the price or the delivery, null where nothing bounds it."
    )
    minimum_subtotal: Money | None = strawberry.field(
        description="What a cart must hold for it, null where any will do."
    )


@strawberry.type(description="Whether a reward can be had by this shopper now.")
class RewardAvailability:
    allowed: bool = strawberry.field(description="Whether it can be had now.")
    reason: RewardReason | None = strawberry.field(description="The first thing that is in the way, null for nothing.")
    message: str | None = strawberry.field(
        description="The same in the caller's language with its numbers, such as `You need 120 more points`."
    )


@strawberry.type(description="One thing that is in the way of a reward.")
class RewardObstacle:
    code: RewardReason = strawberry.field(description="What it is, for programs.")
    message: str = strawberry.field(description="The same in the caller's language, with its numbers.")


@strawberry.type(description="Which other discounts the shop's checkout takes together with a code.")
class RewardCombinations:
    order: bool = strawberry.field(description="Discounts on the whole order.")
    product: bool = strawberry.field(description="Discounts on products.")
    shipping: bool = strawberry.field(description="Discounts on delivery.")


@strawberry.enum(description="What bounds the points of a quote.")
class RewardCap(Enum):
    BALANCE = strawberry.enum_value("BALANCE", description="The member's points.")
    MAXIMUM_POINTS = strawberry.enum_value("MAXIMUM_POINTS", description="The most points that the reward takes.")
    MAXIMUM_MONEY = strawberry.enum_value("MAXIMUM_MONEY", description="The most money that the reward is worth.")
    SUBTOTAL_SHARE = strawberry.enum_value(
        "SUBTOTAL_SHARE", description="The share of a cart that can be paid with points."
    )
    SUBTOTAL = strawberry.enum_value("SUBTOTAL", description="The cart: what it holds, less what must be paid.")


@strawberry.type(description="What a reward would give for some points, asked before anything is spent.")
class RewardQuote:
    points: Points = strawberry.field(description="The points that it would take, after every cap.")
    money: Money | None = strawberry.field(description="What they would give, where that is an amount of money.")
    percentage: Decimal | None = strawberry.field(description="What they would give, where that is a percentage.")
    allowed: bool = strawberry.field(description="Whether it could be redeemed so now.")
    reasons: list[RewardObstacle] = strawberry.field(description="Everything that is in the way.")
    binding_cap: RewardCap | None = strawberry.field(description="What kept it from more points, null for nothing.")
    binding_cap_message: str | None = strawberry.field(description="The same in the caller's language.")
    combines_with: RewardCombinations = strawberry.field(description="What its code can be used together with.")
    minimum_points: Points = strawberry.field(description="The fewest points that this member can choose now.")
    maximum_points: Points = strawberry.field(description="The most points that this member can choose now.")
    step: Points = strawberry.field(description="The points come in steps of this many.")


@strawberry.type(description="Something that points buy.")
class Reward:
    number: strawberry.Private[int]
    record: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="The reward's global id.")
    handle: str = strawberry.field(description="Its handle, unique in the program.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    kind: RewardKind = strawberry.field(description="What it gives.")
    cost: RewardCost = strawberry.field(description="What it costs.")
    value: RewardValue = strawberry.field(description="What it is worth.")
    stock_left: int | None = strawberry.field(description="How many are left, null where there is no end to them.")
    terms: str = strawberry.field(description="Terms, as the merchant wrote them; empty for none.")
    starts_at: datetime | None = strawberry.field(description="From when on it can be had, null for always.")
    ends_at: datetime | None = strawberry.field(description="The first moment at which it is over, null for never.")

    @computed("Whether this shopper can have it now, and if not, why.")
    async def availability(self, info: StorefrontInfo) -> RewardAvailability:
        """The quote for the fewest points, without a cart."""
        raise NotImplementedError

    @computed("What it would give for some points and a cart, and what is in the way. Spends nothing.")
    async def quote(
        self,
        info: StorefrontInfo,
        points: Annotated[
            Points | None,
            strawberry.argument(description="How many points; null for its fixed price, or the most possible."),
        ] = None,
        subtotal: Annotated[
            MoneyInput | None, strawberry.argument(description="What the cart holds, before this reward.")
        ] = None,
    ) -> RewardQuote:
        """Worked out by the same function that decides a redemption."""
        raise NotImplementedError


@strawberry.type(description="A reward on a page.")
class RewardEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: Reward = strawberry.field(description="The reward.")


@strawberry.type(description="A page of rewards.")
class RewardConnection:
    nodes: list[Reward] = strawberry.field(description="The rewards, in the merchant's order.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The rewards, each with its cursor.")
    def edges(self) -> list[RewardEdge]:
        """Made only where they are asked for."""
        return [RewardEdge(cursor=cursor_of("Reward", node.number), node=node) for node in self.nodes]

"""What a reward costs and gives, what is in the way of it, and quotes: the parts that shoppers and merchants share."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import strawberry

from engine.rewards.definitions import FreeProduct, FreeShipping, PercentOff, RewardDefinition, SliderCost
from engine.rewards.quoting import Quote, fixed_value
from engine.rewards.reasons import Reason
from engine.rewards.redemptions import Promise
from laurel_graphql.gids import gids_of_shop
from laurel_graphql.refusals import Words, refusal_text
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.money import Money, money_of


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
    PLAN_LOCKED = strawberry.enum_value("PLAN_LOCKED", description="It is for members of paid plans.")
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
    maximum: Points | None = strawberry.field(
        description="The most points that it can be had for, null where nothing but the balance bounds them."
    )
    step: Points = strawberry.field(description="The points come in steps of this many.")


@strawberry.type(description="What a reward is worth, in the shop's currency. What does not fit its kind is null.")
class RewardValue:
    money: Money | None = strawberry.field(
        description="The amount of money, null where the shopper chooses the points or where it is no money."
    )
    money_per_step: Money | None = strawberry.field(
        description="The amount for each step of points, where the shopper chooses."
    )
    percentage: Decimal | None = strawberry.field(description="The percentage that is taken off, such as `15`.")
    maximum: Money | None = strawberry.field(
        description="The dearest delivery that it makes free, or the most money that points can be turned into; null "
        "where nothing bounds it."
    )
    minimum_subtotal: Money | None = strawberry.field(
        description="What a cart must hold for it, null where any will do."
    )
    variant_ids: list[strawberry.ID] = strawberry.field(
        description="The products of which one is free, as `gid://shopify/ProductVariant/…`; empty for other kinds."
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


def cost_of(definition: RewardDefinition) -> RewardCost:
    """What a reward costs."""
    cost = definition.cost
    if isinstance(cost, SliderCost):
        most = None if cost.maximum_points is None else Points(cost.maximum_points)
        return RewardCost(points=None, minimum=Points(cost.minimum_points), maximum=most, step=Points(cost.step))
    price = Points(cost.points)
    return RewardCost(points=price, minimum=price, maximum=price, step=price)


def value_of(definition: RewardDefinition, currency: str) -> RewardValue:
    """What a reward is worth in a shop of that currency."""
    cost, value = definition.cost, definition.value
    slider = cost if isinstance(cost, SliderCost) else None
    maximum = slider.maximum_money if slider else value.maximum_price if isinstance(value, FreeShipping) else None
    return RewardValue(
        money=_money(fixed_value(definition, currency), currency),
        money_per_step=_money(slider.value_per_step.get(currency) if slider else None, currency),
        percentage=percentage_of(definition),
        maximum=_money((maximum or {}).get(currency), currency),
        minimum_subtotal=_money((definition.minimum_subtotal or {}).get(currency), currency),
        variant_ids=gids_of_shop("ProductVariant", value.variant_ids if isinstance(value, FreeProduct) else ()),
    )


def promised_value(promise: Promise) -> RewardValue:
    """What a redemption promised."""
    return RewardValue(
        money=_money(promise.amount_minor, promise.currency),
        money_per_step=None,
        percentage=promise.percentage,
        maximum=_money(promise.maximum_price_minor, promise.currency),
        minimum_subtotal=_money(promise.minimum_subtotal_minor, promise.currency),
        variant_ids=gids_of_shop("ProductVariant", promise.variant_ids),
    )


def percentage_of(definition: RewardDefinition) -> Decimal | None:
    """The percentage that a reward takes off, None where it is none."""
    return definition.value.percentage if isinstance(definition.value, PercentOff) else None


def obstacle_of(reason: Reason, words: Words) -> RewardObstacle:
    """One thing in the way, in words."""
    return RewardObstacle(code=RewardReason[reason.code], message=refusal_text(reason.code, reason.details, words))


def quote_of(quote: Quote, definition: RewardDefinition, words: Words) -> RewardQuote:
    """A quote of the engine, in words."""
    cap = None if quote.binding_cap is None else RewardCap[quote.binding_cap]
    combines = quote.combines_with
    return RewardQuote(
        points=Points(quote.points),
        money=_money(quote.value_minor or None, quote.currency),
        percentage=percentage_of(definition),
        allowed=quote.allowed,
        reasons=[obstacle_of(reason, words) for reason in quote.reasons],
        binding_cap=cap,
        binding_cap_message=None if cap is None else TEXTS[words.language][f"cap.{cap.name.lower()}"],
        combines_with=RewardCombinations(order=combines.order, product=combines.product, shipping=combines.shipping),
        minimum_points=Points(quote.minimum_points),
        maximum_points=Points(quote.maximum_points),
        step=Points(quote.step),
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else money_of(minor, currency)

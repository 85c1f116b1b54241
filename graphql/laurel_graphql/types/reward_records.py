"""Rewards as the staff see them: everything that their definition says, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import strawberry

from engine.rewards.catalog import Reward as RewardFacts
from engine.rewards.definitions import AmountOff, FreeProduct, FreeShipping, GiftCard, Manual, SliderCost, StoreCredit
from laurel_graphql.gids import gid, gids_of_shop
from laurel_graphql.inputs.rewards import RewardOnExpiry
from laurel_graphql.inputs.rule_enums import CalendarPeriod
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.reward_values import RewardCombinations, RewardCost, RewardKind, cost_of, percentage_of


@strawberry.type(description="How often one member may have a reward.")
class MemberLimit:
    count: int = strawberry.field(description="How often.")
    period: CalendarPeriod = strawberry.field(description="In which period.")


@strawberry.type(description="What points are worth where the shopper chooses them.")
class SliderTerms:
    value_per_step: list[Money] = strawberry.field(description="What a step is worth, in each currency.")
    maximum_money: list[Money] = strawberry.field(description="The most money; empty: no bound.")
    maximum_subtotal_percent: int | None = strawberry.field(description="How much of a cart can be paid so.")
    minimum_payable: list[Money] = strawberry.field(description="What must be left to pay of a cart.")


@strawberry.type(name="Reward", description="Something that points buy.")
class RewardRecord:
    id: strawberry.ID = strawberry.field(description="The reward's global id.")
    handle: str = strawberry.field(description="Its handle.")
    version: int = strawberry.field(description="Counts its changes. A redemption keeps the one that promised it.")
    position: int = strawberry.field(description="Its place in the list.")
    archived_at: datetime | None = strawberry.field(description="When it was archived, null while it is offered.")
    stock: int | None = strawberry.field(description="How many there are in all; null: no end.")
    stock_left: int | None = strawberry.field(description="How many are left; null: no end.")
    title: str = strawberry.field(description="Its title.")
    description: str = strawberry.field(description="What it is; empty for nothing.")
    terms: str = strawberry.field(description="Terms; empty for none.")
    kind: RewardKind = strawberry.field(description="What it gives.")
    cost: RewardCost = strawberry.field(description="What it costs.")
    slider: SliderTerms | None = strawberry.field(description="What points are worth, where the shopper chooses.")
    amounts: list[Money] = strawberry.field(description="The amount of money that it gives, in each currency.")
    percentage: Decimal | None = strawberry.field(description="The percentage that it takes off.")
    maximum_price: list[Money] = strawberry.field(description="The dearest delivery that it makes free.")
    variant_ids: list[strawberry.ID] = strawberry.field(description="The products of which one is free.")
    lasts_days: int | None = strawberry.field(description="How long the credit or gift card lasts; null: for good.")
    instructions: str | None = strawberry.field(description="For the staff, where it is given by hand.")
    minimum_subtotal: list[Money] = strawberry.field(description="What a cart must hold for it.")
    limit: MemberLimit | None = strawberry.field(description="How often each member may have it.")
    starts_at: datetime | None = strawberry.field(description="From when on it can be had.")
    ends_at: datetime | None = strawberry.field(description="The first moment at which it is over.")
    tiers: list[str] = strawberry.field(description="Only for members of these tiers; empty: for all.")
    plans: list[str] = strawberry.field(description="Only for members of these plans; empty: for all.")
    customer_tags: list[str] = strawberry.field(
        description="Only for customers with one of these tags; empty: for all."
    )
    combines_with: RewardCombinations = strawberry.field(description="What its code goes together with.")
    code_days: int = strawberry.field(description="For how many days its code can be used.")
    on_expiry: RewardOnExpiry = strawberry.field(description="What becomes of the points of an unused code.")


def reward_of(record: RewardFacts) -> RewardRecord:
    """The reward of an engine's record."""
    definition = record.definition
    value, cost, limit = definition.value, definition.cost, definition.limit
    combines = definition.combines_with
    return RewardRecord(
        id=strawberry.ID(gid("Reward", record.reward_id)),
        handle=record.handle,
        version=record.version,
        position=record.position,
        archived_at=record.archived_at,
        stock=definition.stock,
        stock_left=record.stock_left,
        title=definition.title,
        description=definition.description,
        terms=definition.terms,
        kind=RewardKind[definition.kind.upper()],
        cost=cost_of(definition),
        slider=_slider(cost) if isinstance(cost, SliderCost) else None,
        amounts=_amounts(value.amounts if isinstance(value, AmountOff | StoreCredit | GiftCard) else None),
        percentage=percentage_of(definition),
        maximum_price=_amounts(value.maximum_price if isinstance(value, FreeShipping) else None),
        variant_ids=gids_of_shop("ProductVariant", value.variant_ids if isinstance(value, FreeProduct) else ()),
        lasts_days=value.lasts_days if isinstance(value, StoreCredit | GiftCard) else None,
        instructions=value.instructions if isinstance(value, Manual) else None,
        minimum_subtotal=_amounts(definition.minimum_subtotal),
        limit=None if limit is None else MemberLimit(count=limit.count, period=CalendarPeriod[limit.period.upper()]),
        starts_at=definition.starts_at,
        ends_at=definition.ends_at,
        tiers=list(definition.tiers),
        plans=list(definition.plans),
        customer_tags=list(definition.customer_tags),
        combines_with=RewardCombinations(order=combines.order, product=combines.product, shipping=combines.shipping),
        code_days=definition.code_days,
        on_expiry=RewardOnExpiry[definition.on_expiry.upper()],
    )


def _slider(cost: SliderCost) -> SliderTerms:
    return SliderTerms(
        value_per_step=_amounts(cost.value_per_step),
        maximum_money=_amounts(cost.maximum_money),
        maximum_subtotal_percent=cost.maximum_subtotal_percent,
        minimum_payable=_amounts(cost.minimum_payable),
    )


def _amounts(amounts: Mapping[str, int] | None) -> list[Money]:
    return [money_of(minor, currency) for currency, minor in (amounts or {}).items()]

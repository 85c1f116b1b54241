"""Rewards as merchants write them. Money comes as amounts in the currencies of the program's shops."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from laurel_graphql.gids import shopify_number_of
from laurel_graphql.inputs.given import OneOfError, one_of, plain
from laurel_graphql.inputs.rule_enums import CalendarPeriod
from laurel_graphql.scalars import Points
from laurel_graphql.types.money import MoneyInput


@strawberry.enum(description="What becomes of the points of a code that nobody used in time.")
class RewardOnExpiry(Enum):
    RESTORE = strawberry.enum_value("RESTORE", description="The member gets them back.")
    FORFEIT = strawberry.enum_value("FORFEIT", description="They are gone.")


@strawberry.input(description="As many points as the shopper chooses, in whole steps of equal worth.")
class SliderCostInput:
    step: Points = strawberry.field(description="The points come in steps of this many.")
    value_per_step: list[MoneyInput] = strawberry.field(description="What a step is worth, in each currency.")
    minimum_points: Points = strawberry.field(description="The fewest points, in whole steps.")
    maximum_points: Points | None = strawberry.field(default=None, description="The most points, in whole steps.")
    maximum_money: list[MoneyInput] | None = strawberry.field(default=None, description="The most money.")
    maximum_subtotal_percent: int | None = strawberry.field(
        default=None, description="How much of a cart can be paid so, 1 to 100."
    )
    minimum_payable: list[MoneyInput] | None = strawberry.field(
        default=None, description="What must be left to pay of a cart."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        found: dict[str, Any] = {name: value for name, value in self.__dict__.items() if value is not None}
        for name in ("value_per_step", "maximum_money", "minimum_payable"):
            if name in found:
                found[name] = amounts(found[name])
        return {"kind": "slider", **found}


@strawberry.input(description="What a reward costs: exactly one of the fields.")
class RewardCostInput:
    points: Points | None = strawberry.field(default=None, description="A fixed price.")
    slider: SliderCostInput | None = strawberry.field(default=None, description="As the shopper chooses.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError."""
        kind, given = one_of(self, "a cost")
        if kind == "points":
            return {"kind": "fixed", "points": given}
        found: dict[str, Any] = given.to_engine()
        return found


@strawberry.input(description="Money; without amounts the points that the shopper chooses decide it.")
class RewardMoneyInput:
    amounts: list[MoneyInput] | None = strawberry.field(default=None, description="The amount in each currency.")
    lasts_days: int | None = strawberry.field(
        default=None, description="For store credit and gift cards: so many days; null: for good."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        found: dict[str, Any] = {} if self.amounts is None else {"amounts": amounts(self.amounts)}
        return found if self.lasts_days is None else {**found, "lasts_days": self.lasts_days}


@strawberry.input(description="Delivery without charge.")
class FreeShippingInput:
    maximum_price: list[MoneyInput] | None = strawberry.field(
        default=None, description="The dearest delivery that it makes free; null: any."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it."""
        return {} if self.maximum_price is None else {"maximum_price": amounts(self.maximum_price)}


@strawberry.input(description="Something that the staff hand over or send.")
class ManualRewardInput:
    instructions: str = strawberry.field(default="", description="For the staff only, at most 2,000 characters.")


@strawberry.input(description="What a reward gives: exactly one of the fields.")
class RewardValueInput:
    amount_off: RewardMoneyInput | None = strawberry.field(default=None, description="A code for an amount off.")
    percent_off: Decimal | None = strawberry.field(default=None, description="A code for a percentage off.")
    free_shipping: FreeShippingInput | None = strawberry.field(default=None, description="A code for free delivery.")
    free_product_variant_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="A code that makes one of these variants of the shop's products free."
    )
    store_credit: RewardMoneyInput | None = strawberry.field(default=None, description="Store credit.")
    gift_card: RewardMoneyInput | None = strawberry.field(default=None, description="A gift card.")
    manual: ManualRewardInput | None = strawberry.field(default=None, description="Something given by hand.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError, and RequestError for an id that is none."""
        kind, given = one_of(self, "a value")
        if kind == "percent_off":
            return {"kind": kind, "percentage": given}
        if kind == "free_product_variant_ids":
            numbers = [shopify_number_of(one, "ProductVariant") for one in given[:1000]]
            return {"kind": "free_product", "variant_ids": numbers}
        return {"kind": kind, **plain(given)}


@strawberry.input(description="How often one member may have it.")
class MemberLimitInput:
    count: int = strawberry.field(description="How often, from 1 on.")
    period: CalendarPeriod | None = strawberry.field(default=None, description="In which period; by default EVER.")


@strawberry.input(description="Which other discounts the checkout takes together with the code.")
class RewardCombinationsInput:
    order: bool = strawberry.field(default=False, description="Discounts on the whole order.")
    product: bool = strawberry.field(default=False, description="Discounts on products.")
    shipping: bool = strawberry.field(default=False, description="Discounts on delivery.")


@strawberry.input(description="A reward as a whole. What is left out gets its default.")
class RewardInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    description: str = strawberry.field(default="", description="What it is, at most 500 characters.")
    terms: str = strawberry.field(default="", description="Terms, at most 2,000 characters.")
    cost: RewardCostInput = strawberry.field(description="What it costs.")
    value: RewardValueInput = strawberry.field(description="What it gives.")
    minimum_subtotal: list[MoneyInput] | None = strawberry.field(
        default=None, description="What a cart must hold for its code."
    )
    stock: int | None = strawberry.field(
        default=None, description="How many there are, those that were redeemed before among them; null: no end."
    )
    limit: MemberLimitInput | None = strawberry.field(default=None, description="How often each member may have it.")
    starts_at: datetime | None = strawberry.field(default=None, description="From when on it can be had.")
    ends_at: datetime | None = strawberry.field(default=None, description="The first moment at which it is over.")
    tiers: list[str] | None = strawberry.field(default=None, description="Only for members of these tiers.")
    plans: list[str] | None = strawberry.field(
        default=None, description="Only for members who have the benefits of one of these plans, by their handles."
    )
    customer_tags: list[str] | None = strawberry.field(
        default=None, description="Only for customers with one of these tags."
    )
    combines_with: RewardCombinationsInput | None = strawberry.field(
        default=None, description="What its code goes together with; by default nothing."
    )
    code_days: int | None = strawberry.field(
        default=None, description="For how many days its code can be used; by default 90."
    )
    on_expiry: RewardOnExpiry | None = strawberry.field(default=None, description="By default RESTORE.")

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError and RequestError."""
        found = {name: plain(value) for name, value in self.__dict__.items() if value is not None}
        if self.minimum_subtotal is not None:
            found["minimum_subtotal"] = amounts(self.minimum_subtotal)
        return found


def amounts(given: list[MoneyInput]) -> dict[str, int]:
    """Minor units by currency. Raises OneOfError for a currency that comes twice, RequestError for no amount of it."""
    found = {str(one.currency_code): one.minor() for one in given[:200]}
    if len(found) != len(given):
        raise OneOfError("Give one amount for each currency.")
    return found

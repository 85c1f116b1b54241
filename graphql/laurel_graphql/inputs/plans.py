"""Plans as merchants write them. Prices come as amounts in the currencies of the program's shops."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import strawberry

from laurel_graphql.gids import shopify_number_of
from laurel_graphql.inputs.given import plain
from laurel_graphql.inputs.perks import PerkInput
from laurel_graphql.inputs.rewards import amounts
from laurel_graphql.types.money import MoneyInput
from laurel_graphql.types.plan_values import DunningAction, IntervalUnit, UnusedRefund

_IDS_READ_MAXIMUM = 1000
_IDS = frozenset({"prices", "product_ids", "variant_ids"})


@strawberry.input(description="How long one payment lasts.")
class PlanIntervalInput:
    unit: IntervalUnit = strawberry.field(description="The unit of the program's calendar.")
    count: int = strawberry.field(default=1, description="How many of them, from 1 on; ten years at most.")


@strawberry.input(description="The day on which all members of a plan renew.")
class FixedDayInput:
    day: int = strawberry.field(description="The day of the month, 1 to 31; the last where a month has no such day.")
    month: int = strawberry.field(default=1, description="The month, 1 to 12, of plans by the year.")


@strawberry.input(description="A plan as a whole. What is left out gets its default.")
class PlanInput:
    title: str = strawberry.field(description="Its title, 1 to 80 characters.")
    description: str = strawberry.field(default="", description="What it is, at most 500 characters.")
    terms: str = strawberry.field(default="", description="Terms, at most 2,000 characters.")
    color: str | None = strawberry.field(default=None, description="Its color, `#rrggbb` in lower case.")
    product_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The shop's products that are this membership, as `gid://shopify/Product/…`."
    )
    product_handle: str | None = strawberry.field(
        default=None, description="Where it is shown in the shop, `/products/{handle}`; null: nowhere."
    )
    variant_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="What is put into the cart to join, as `gid://shopify/ProductVariant/…`."
    )
    prices: list[MoneyInput] = strawberry.field(description="The price of one interval, in each currency.")
    interval: PlanIntervalInput | None = strawberry.field(default=None, description="By default a month.")
    days_per_unit: int | None = strawberry.field(
        default=None, description="How many days of 24 hours one unit bought gives; null: one interval."
    )
    trial_days: int | None = strawberry.field(default=None, description="Days before the first charge; by default 0.")
    grace_days: int | None = strawberry.field(
        default=None, description="How many days benefits stay after a period that was not paid for; by default 7."
    )
    benefits: list[PerkInput] | None = strawberry.field(default=None, description="What members get.")
    unused_refund: UnusedRefund | None = strawberry.field(
        default=None, description="What canceling at once gives back; by default LESS_BENEFITS."
    )
    minimum_cycles: int | None = strawberry.field(
        default=None, description="How many periods are paid at least; by default 1."
    )
    maximum_cycles: int | None = strawberry.field(
        default=None, description="After how many periods it ends; null: never."
    )
    dunning: list[int] | None = strawberry.field(
        default=None, description="On which days after its end a period's payment is tried; by default 0, 3, 5 and 7."
    )
    final_action: DunningAction | None = strawberry.field(
        default=None, description="What happens when the last try failed; by default CANCEL."
    )
    fixed_day: FixedDayInput | None = strawberry.field(
        default=None, description="All members renew on this day; null: each on the day of their joining."
    )
    selling_plan_id: strawberry.ID | None = strawberry.field(
        default=None, description="The shop's selling plan that sells it by contract, `gid://shopify/SellingPlan/…`."
    )
    test_orders: bool | None = strawberry.field(
        default=None, description="Whether test orders start memberships; by default not."
    )

    def to_engine(self) -> dict[str, Any]:
        """As the engine checks it. Raises OneOfError and RequestError."""
        given = {name: value for name, value in self.__dict__.items() if value is not None}
        selling_plan = given.pop("selling_plan_id", None)
        found = {name: plain(value) for name, value in given.items() if name not in _IDS}
        found |= {
            "prices": amounts(self.prices),
            "product_ids": _numbers(self.product_ids, "Product"),
            "variant_ids": _numbers(self.variant_ids, "ProductVariant"),
        }
        if selling_plan is not None:
            found["selling_plan_id"] = shopify_number_of(selling_plan, "SellingPlan")
        return found


def _numbers(ids: Iterable[strawberry.ID] | None, kind: str) -> list[int]:
    return [shopify_number_of(one, kind) for one in islice(ids or (), _IDS_READ_MAXIMUM)]

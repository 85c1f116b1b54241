"""Plans as shoppers see them: what they cost, what they give, and where they are joined."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import strawberry

from engine.memberships.catalog import Plan as PlanFacts
from engine.memberships.joining import join_path
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut, number_after
from laurel_graphql.refusals import Words
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.perks import Perk, perks_of
from laurel_graphql.types.plan_values import PlanInterval, interval_of


@dataclass(frozen=True, slots=True)
class PlanReader:
    """Who reads plans: the shop's currency, the language, and the plans that the shopper is entitled by."""

    currency: str
    words: Words
    joined: Collection[int] = ()


@strawberry.type(description="A product that is sold as a membership.")
class PlanProduct:
    id: strawberry.ID = strawberry.field(description="The product, as `gid://shopify/Product/…`.")
    url: str | None = strawberry.field(description="Its path in the shop, null where the plan does not say it.")


@strawberry.type(description="A paid membership that can be joined.")
class MembershipPlan:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The plan's global id.")
    handle: str = strawberry.field(description="Its handle, unique in the program.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    color: str = strawberry.field(description="Its color, as `#rrggbb`.")
    price: Money | None = strawberry.field(
        description="The price of one interval in the shop's currency, null where the plan has none in it."
    )
    prices: list[Money] = strawberry.field(description="The price of one interval, in each currency.")
    interval: PlanInterval = strawberry.field(description="How long one payment lasts.")
    days_per_unit: int | None = strawberry.field(
        description="How many days of 24 hours one unit bought gives, null for one interval."
    )
    trial_days: int = strawberry.field(description="For how many days a contract is tried before the first charge.")
    grace_days: int = strawberry.field(description="For how many days benefits stay when a payment fails.")
    minimum_cycles: int = strawberry.field(description="How many periods are paid at least.")
    maximum_cycles: int | None = strawberry.field(description="After how many periods it ends, null for never.")
    benefits: list[Perk] = strawberry.field(description="What members get.")
    terms: str = strawberry.field(description="Terms, as the merchant wrote them; empty for none.")
    products: list[PlanProduct] = strawberry.field(description="What is sold for it.")
    join_url: str | None = strawberry.field(
        description="The path in the shop that joins it, null where nothing is sold for it (any more)."
    )
    joined: bool = strawberry.field(description="Whether this shopper has its benefits now.")


@strawberry.type(description="A plan on a page.")
class MembershipPlanEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: MembershipPlan = strawberry.field(description="The plan.")


@strawberry.type(description="A page of plans.")
class MembershipPlanConnection:
    nodes: list[MembershipPlan] = strawberry.field(description="The plans, in the merchant's order.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The plans, each with its cursor.")
    def edges(self) -> list[MembershipPlanEdge]:
        """Made only where they are asked for."""
        return [MembershipPlanEdge(cursor=cursor_of("Plan", node.number), node=node) for node in self.nodes]


def plan_of(plan: PlanFacts, reader: PlanReader) -> MembershipPlan:
    """A plan as a shopper may read it."""
    definition = plan.definition
    joined = plan.plan_id in reader.joined
    handle = definition.product_handle
    minor = definition.prices.get(reader.currency)
    return MembershipPlan(
        number=plan.plan_id,
        id=strawberry.ID(gid("Plan", plan.plan_id)),
        handle=plan.handle,
        title=definition.title,
        description=definition.description,
        color=definition.color,
        price=None if minor is None else money_of(minor, reader.currency),
        prices=prices_of(definition.prices),
        interval=interval_of(definition.interval, reader.words.language),
        days_per_unit=definition.days_per_unit,
        trial_days=definition.trial_days,
        grace_days=definition.grace_days,
        minimum_cycles=definition.minimum_cycles,
        maximum_cycles=definition.maximum_cycles,
        benefits=perks_of(definition.benefits, reader.words, reader.currency, entitled=joined),
        terms=definition.terms,
        products=[
            PlanProduct(
                id=strawberry.ID(f"gid://shopify/Product/{product}"),
                url=None if handle is None else f"/products/{handle}",
            )
            for product in definition.product_ids
        ],
        join_url=None if plan.archived_at is not None else join_path(plan),
        joined=joined,
    )


def prices_of(prices: Mapping[str, int]) -> list[Money]:
    """Amounts in minor units by currency, as money in the order of their codes."""
    return [money_of(minor, currency) for currency, minor in sorted(prices.items())]


def connection_of(
    plans: Sequence[PlanFacts], reader: PlanReader, first: int, after: str | None
) -> MembershipPlanConnection:
    """A page of `first` out of all plans, which are few and in the merchant's own order."""
    number = number_after(after, "Plan")
    start = 0
    if number is not None:
        start = 1 + next((at for at, plan in enumerate(plans) if plan.plan_id == number), len(plans))
    found = [plan_of(plan, reader) for plan in plans[start : start + first + 1]]
    return MembershipPlanConnection(nodes=found[:first], page_info=cut(found, "Plan", first, after))

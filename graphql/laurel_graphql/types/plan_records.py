"""Plans as the staff see them: everything that their definition says, and what they bring and cost."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from engine.birthdays import zone_of_program
from engine.database import Connection
from engine.memberships.catalog import Plan as PlanFacts
from engine.memberships.figures import plan_figures
from engine.rewards.standing import shop_currency
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid, gids_of_shop
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import Points
from laurel_graphql.types.money import Money
from laurel_graphql.types.perks import Perk, perks_of
from laurel_graphql.types.plan_values import DunningAction, PlanInterval, UnusedRefund, interval_of
from laurel_graphql.types.plans import prices_of

FIGURES_DAYS_MAXIMUM = 3_650


@strawberry.type(description="The day on which all members of a plan renew.")
class FixedDay:
    day: int = strawberry.field(description="The day of the month; the last where a month has no such day.")
    month: int = strawberry.field(description="The month of plans by the year.")


@strawberry.type(description="What a plan brings and costs.")
class PlanFigures:
    members: int = strawberry.field(description="How many have its benefits or will again: all that have not ended.")
    trialing: int = strawberry.field(description="How many of them are in their trial.")
    past_due: int = strawberry.field(description="How many of them have a payment that failed.")
    ended: int = strawberry.field(description="How many memberships have ended.")
    revenue: list[Money] = strawberry.field(description="What was paid for it in these days, net of refunds.")
    benefit_cost: list[Money] = strawberry.field(description="What its benefits were worth in these days.")
    benefit_points: Points = strawberry.field(description="The points that its benefits gave in these days.")


@strawberry.type(description="A paid membership that the program offers.")
class Plan:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The plan's global id.")
    handle: str = strawberry.field(description="Its handle.")
    version: int = strawberry.field(description="Counts its changes. A membership keeps the one that it was sold by.")
    position: int = strawberry.field(description="Its place in the list.")
    archived_at: datetime | None = strawberry.field(description="When it was archived, null while it is offered.")
    title: str = strawberry.field(description="Its title.")
    description: str = strawberry.field(description="What it is; empty for nothing.")
    color: str = strawberry.field(description="Its color, as `#rrggbb`.")
    terms: str = strawberry.field(description="Terms; empty for none.")
    product_ids: list[strawberry.ID] = strawberry.field(description="The shop's products that are this membership.")
    product_handle: str | None = strawberry.field(description="Where it is shown in the shop.")
    variant_ids: list[strawberry.ID] = strawberry.field(description="What is put into the cart to join.")
    prices: list[Money] = strawberry.field(description="The price of one interval, in each currency.")
    interval: PlanInterval = strawberry.field(description="How long one payment lasts.")
    days_per_unit: int | None = strawberry.field(description="How many days one unit bought gives.")
    trial_days: int = strawberry.field(description="Days before the first charge.")
    grace_days: int = strawberry.field(description="How many days benefits stay when a payment fails.")
    benefits: list[Perk] = strawberry.field(description="What members get.")
    unused_refund: UnusedRefund = strawberry.field(description="What canceling at once gives back.")
    minimum_cycles: int = strawberry.field(description="How many periods are paid at least.")
    maximum_cycles: int | None = strawberry.field(description="After how many periods it ends, null for never.")
    dunning: list[int] = strawberry.field(description="On which days after its end a period's payment is tried.")
    final_action: DunningAction = strawberry.field(description="What happens when the last try failed.")
    fixed_day: FixedDay | None = strawberry.field(description="The day on which all renew, null: each on their own.")
    selling_plan_id: strawberry.ID | None = strawberry.field(
        description="The shop's selling plan that sells it by contract, null where none does."
    )
    test_orders: bool = strawberry.field(description="Whether test orders start memberships.")

    @computed("What it brings and costs.")
    async def figures(
        self,
        info: MerchantInfo,
        days: Annotated[int, strawberry.argument(description="Over how many of the last days, 1 to 3,650.")] = 365,
    ) -> PlanFigures:
        """Counted when it is asked for."""
        if not 1 <= days <= FIGURES_DAYS_MAXIMUM:
            raise RequestError(ErrorCode.BAD_USER_INPUT, f"Ask for 1 to {FIGURES_DAYS_MAXIMUM} days.")
        async with info.context.reading() as connection:
            found = await plan_figures(connection, info.context.program_id, self.number, days)
        return PlanFigures(
            members=found.members,
            trialing=found.trialing,
            past_due=found.past_due,
            ended=found.ended,
            revenue=prices_of(found.revenue),
            benefit_cost=prices_of(found.benefit_cost),
            benefit_points=Points(found.benefit_points),
        )


async def plan_for(connection: Connection, context: MerchantContext, plan: PlanFacts) -> Plan:
    """A plan worded for whoever asks, with money in the currency of their shop where it has a price in that."""
    words = Words(context.locale, await zone_of_program(connection, context.program_id))
    return plan_of(plan, words, await shop_currency(connection, context.program_id, context.shop_id))


def plan_of(plan: PlanFacts, words: Words, currency: str) -> Plan:
    """The plan of an engine's record."""
    definition = plan.definition
    selling_plan, fixed_day = definition.selling_plan_id, definition.fixed_day
    return Plan(
        number=plan.plan_id,
        id=strawberry.ID(gid("Plan", plan.plan_id)),
        handle=plan.handle,
        version=plan.version,
        position=plan.position,
        archived_at=plan.archived_at,
        title=definition.title,
        description=definition.description,
        color=definition.color,
        terms=definition.terms,
        product_ids=gids_of_shop("Product", definition.product_ids),
        product_handle=definition.product_handle,
        variant_ids=gids_of_shop("ProductVariant", definition.variant_ids),
        prices=prices_of(definition.prices),
        interval=interval_of(definition.interval, words.language),
        days_per_unit=definition.days_per_unit,
        trial_days=definition.trial_days,
        grace_days=definition.grace_days,
        benefits=perks_of(definition.benefits, words, currency, staff=True),
        unused_refund=UnusedRefund[definition.unused_refund.upper()],
        minimum_cycles=definition.minimum_cycles,
        maximum_cycles=definition.maximum_cycles,
        dunning=list(definition.dunning),
        final_action=DunningAction[definition.final_action.upper()],
        fixed_day=None if fixed_day is None else FixedDay(day=fixed_day.day, month=fixed_day.month),
        selling_plan_id=None if selling_plan is None else strawberry.ID(f"gid://shopify/SellingPlan/{selling_plan}"),
        test_orders=definition.test_orders,
    )

"""The plans that a shop offers, with what the shopper who asks has of them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.members import member_of_customer
from engine.memberships.catalog import Plan
from laurel_graphql.context import StorefrontContext
from laurel_graphql.types.membership_states import read_memberships
from laurel_graphql.types.plans import PlanReader


async def plans_read(context: StorefrontContext) -> tuple[Sequence[Plan], PlanReader]:
    """The plans in the merchant's order, and who reads them."""
    async with context.reading() as connection:
        member_id = None
        if context.customer_id is not None:
            who = (context.program_id, context.shop_id, context.customer_id)
            member_id = (await member_of_customer(connection, *who)).member_id
        desk = await read_memberships(connection, context, member_id)
    offered = [plan for plan in desk.plans.values() if plan.archived_at is None]
    return offered, PlanReader(desk.currency, desk.words, desk.joined)

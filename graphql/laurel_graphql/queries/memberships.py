"""Paid memberships: the plans, who is a member of them, what waits for repair, and whether members are billed."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.billing.holding import billing_standing
from engine.billing.repairs import repairs_of
from engine.member_standings import memberships_by_plan
from engine.memberships.catalog import plan_of as plan_by_id
from engine.memberships.catalog import plans_of
from engine.rewards.standing import shop_currency
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.queries.members import Id
from laurel_graphql.texts import language_of
from laurel_graphql.types.billing import Billing, billing_of
from laurel_graphql.types.membership_records import MembershipConnection
from laurel_graphql.types.membership_records import connection_of as memberships_page
from laurel_graphql.types.membership_repairs import MembershipRepairConnection
from laurel_graphql.types.membership_repairs import connection_of as repairs_page
from laurel_graphql.types.plan_records import Plan, plan_for, plan_of
from laurel_graphql.types.plan_values import MembershipStatus
from laurel_graphql.types.tier_records import words_of


@strawberry.type
class MembershipQueries:
    @computed("The plans, in the list's order; at most 50 are sold at a time.")
    async def plans(
        self,
        info: MerchantInfo,
        first: First = 50,
        archived: Annotated[bool, strawberry.argument(description="Whether archived ones are wanted, too.")] = False,
    ) -> list[Plan]:
        """Everything that they say."""
        context = info.context
        async with context.reading() as connection:
            found = await plans_of(connection, context.program_id, archived=archived)
            words = await words_of(connection, context)
            currency = await shop_currency(connection, context.program_id, context.shop_id)
        return [plan_of(plan, words, currency) for plan in found[:first]]

    @computed("One plan, null when the program has none of that id.")
    async def plan(self, info: MerchantInfo, id: Id) -> Plan | None:  # noqa: A002
        """Archived or not."""
        context, number = info.context, number_of(id, "Plan")
        async with context.reading() as connection:
            found = await plan_by_id(connection, context.program_id, number)
            return None if found is None else await plan_for(connection, context, found)

    @computed("Who is, or was, a member of a plan, newest members first.")
    async def memberships(
        self,
        info: MerchantInfo,
        plan_id: Annotated[strawberry.ID, strawberry.argument(description="The plan's global id.")],
        statuses: Annotated[
            list[MembershipStatus] | None,
            strawberry.argument(description="Only those that stand so; null: however they stand."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> MembershipConnection:
        """One page of the memberships, as they were last worked out."""
        context, number, before = info.context, number_of(plan_id, "Plan"), number_after(after, "Member")
        wanted = sorted({one.name.lower() for one in (MembershipStatus if statuses is None else statuses)})
        async with context.reading() as connection:
            found = await memberships_by_plan(
                connection, context.program_id, context.shop_id, number, wanted, first + 1, before
            )
        return memberships_page(found, first, after)

    @computed("Orders and contracts that a person has to look at, newest first.")
    async def membership_repairs(
        self,
        info: MerchantInfo,
        settled: Annotated[
            bool, strawberry.argument(description="Whether those are wanted that were settled.")
        ] = False,
        first: First = 20,
        after: After = None,
    ) -> MembershipRepairConnection:
        """One page of them."""
        context, before = info.context, number_after(after, "MembershipRepair")
        async with context.reading() as connection:
            found = await repairs_of(connection, context.program_id, settled=settled, first=first + 1, before=before)
        return repairs_page(found, language_of(context.locale), first, after)

    @computed("Whether this shop's members are billed.")
    async def billing(self, info: MerchantInfo) -> Billing:
        """After an uninstall and a return, not before it is confirmed."""
        context = info.context
        async with context.reading() as connection:
            found = await billing_standing(connection, context.program_id, context.shop_id)
        assert found is not None, "who asks is staff of this shop"
        return billing_of(found)

"""The storefront's schema: what a shopper may see of themselves and of the program."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.schema.config import StrawberryConfig

from engine.birthdays import zone_of_program
from engine.database import transaction_time
from engine.member_events import record_visit, visit_due
from engine.members import member_of_customer
from engine.publishing import live_version
from engine.rewards.catalog import reward_of as reward_by_id
from engine.rewards.catalog import rewards_of
from engine.rewards.standing import open_quotes
from engine.shops import shop_facts
from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.mutations.member_update import MemberUpdatePayload, member_update
from laurel_graphql.mutations.membership_cancel import MembershipCancelPayload, membership_cancel
from laurel_graphql.mutations.membership_change_plan import MembershipChangePlanPayload, membership_change_plan
from laurel_graphql.mutations.membership_join import MembershipJoinPayload, membership_join
from laurel_graphql.mutations.membership_pause import MembershipPausePayload, membership_pause
from laurel_graphql.mutations.membership_resume import MembershipResumePayload, membership_resume
from laurel_graphql.mutations.redemption_cancel import RedemptionCancelPayload, redemption_cancel
from laurel_graphql.mutations.reward_redeem import RewardRedeemPayload, reward_redeem
from laurel_graphql.pages import After, First
from laurel_graphql.queries.boards import BoardQueries
from laurel_graphql.queries.offers import OfferQueries
from laurel_graphql.refusals import Words
from laurel_graphql.scalars import SCALARS
from laurel_graphql.schema import LaurelSchema
from laurel_graphql.storefront_games import PlayMutations
from laurel_graphql.storefront_offers import OfferMutations
from laurel_graphql.types.members import Member, member_of
from laurel_graphql.types.plans import MembershipPlanConnection
from laurel_graphql.types.plans import connection_of as plans_page
from laurel_graphql.types.plans_read import plans_read
from laurel_graphql.types.programs import Program, program_of
from laurel_graphql.types.rewards import Reward, RewardConnection, connection_of, reward_of


@strawberry.type(description="What a shopper may read.")
class Query(BoardQueries, OfferQueries):
    @computed("The logged-in shopper, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """The shopper's member. A customer of the shop who is not one yet becomes one, without a bonus."""
        context = info.context
        if context.customer_id is None:
            return None
        who = (context.program_id, context.shop_id, context.customer_id)
        async with context.reading() as connection:
            member = await member_of_customer(connection, *who)
            day = await visit_due(connection, *who)
        if day is None:
            return member_of(member)
        # Whoever's storefront asks for them visits the shop: once a day, where a rule gives points for it.
        async with context.writing() as connection:
            await record_visit(connection, *who, day)
        return await member_after(context)

    @computed("The program's public facts, null before it is first published.")
    async def program(self, info: StorefrontInfo) -> Program | None:
        """The live version."""
        context = info.context
        async with context.reading() as connection:
            now = await transaction_time(connection)
            version = await live_version(connection, context.program_id, now)
            if version is None:
                return None
            shop = await shop_facts(connection, context.program_id, context.shop_id)
        return program_of(version, shop.currency, context.locale, now)

    @computed("What points buy, in the merchant's order; locked ones too, each with the reason why.")
    async def rewards(self, info: StorefrontInfo, first: First = 20, after: After = None) -> RewardConnection:
        """One page of the rewards that the shop offers. What their quotes need is read once for all of them."""
        context = info.context
        async with context.reading() as connection:
            records = await rewards_of(connection, context.program_id)
            desk = await open_quotes(connection, context.program_id, context.shop_id, context.customer_id, records)
            words = Words(context.locale, await zone_of_program(connection, context.program_id))
        return connection_of(records, desk, words, first, after)

    @computed("The paid memberships that can be joined, in the merchant's order; also for those who are not logged in.")
    async def membership_plans(
        self, info: StorefrontInfo, first: First = 20, after: After = None
    ) -> MembershipPlanConnection:
        """One page of the plans that are offered."""
        plans, reader = await plans_read(info.context)
        return plans_page(plans, reader, first, after)

    @computed("One reward, null when the program has none of that id.")
    async def reward(
        self,
        info: StorefrontInfo,
        id: Annotated[strawberry.ID, strawberry.argument(description="The reward's global id.")],  # noqa: A002
    ) -> Reward | None:
        """With what its quotes need, for a slider that asks while it moves."""
        context = info.context
        number = number_of(id, "Reward")
        async with context.reading() as connection:
            record = await reward_by_id(connection, context.program_id, number)
            if record is None:
                return None
            desk = await open_quotes(connection, context.program_id, context.shop_id, context.customer_id, [record])
            words = Words(context.locale, await zone_of_program(connection, context.program_id))
        return reward_of(record, desk, words)


@strawberry.type(description="What a shopper may change.")
class Mutation(PlayMutations, OfferMutations):
    reward_redeem: RewardRedeemPayload = strawberry.field(
        resolver=reward_redeem, description="Give points for a reward."
    )
    redemption_cancel: RedemptionCancelPayload = strawberry.field(
        resolver=redemption_cancel, description="Give an unused reward back and have its points again."
    )
    member_update: MemberUpdatePayload = strawberry.field(
        resolver=member_update, description="Change what the program knows of the logged-in shopper."
    )
    membership_join: MembershipJoinPayload = strawberry.field(
        resolver=membership_join, description="Say what is to be bought to become a member of a plan. Changes nothing."
    )
    membership_cancel: MembershipCancelPayload = strawberry.field(
        resolver=membership_cancel, description="End a membership, at once or with what is paid for."
    )
    membership_change_plan: MembershipChangePlanPayload = strawberry.field(
        resolver=membership_change_plan, description="Go over to another plan, at once or with the next period."
    )
    membership_pause: MembershipPausePayload = strawberry.field(
        resolver=membership_pause, description="Pause a membership; the rest of its term follows after."
    )
    membership_resume: MembershipResumePayload = strawberry.field(
        resolver=membership_resume, description="End a pause, or take an end back that was asked for."
    )


storefront_schema = LaurelSchema(
    "storefront", strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))
)

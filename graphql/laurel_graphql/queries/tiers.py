"""Tiers: those that are live, changes that are thought about, and what tiers and plans gave to members."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.perks.deliveries import all_deliveries, deliveries_of
from engine.rewards.standing import shop_currency
from engine.tiers.planning import plan_of, plans_of
from engine.tiers.versions import live_tiers
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.queries.members import Id
from laurel_graphql.types.perk_deliveries import PerkDeliveryConnection, PerkDeliveryState, connection_of
from laurel_graphql.types.tier_definitions import TierSuggestion, suggestions_of
from laurel_graphql.types.tier_records import TierPlan, TierProgram, tier_plan_of, tier_program_of, words_of


@strawberry.type
class TierQueries:
    @computed("The tiers that are live, null before the first were published.")
    async def tier_program(self, info: MerchantInfo) -> TierProgram | None:
        """With how many members have each."""
        context = info.context
        async with context.reading() as connection:
            live = await live_tiers(connection, context.program_id)
            return None if live is None else await tier_program_of(connection, context, live)

    @computed("Tiers to start from, in the shop's currency.")
    async def tier_suggestions(self, info: MerchantInfo) -> list[TierSuggestion]:
        """Nothing of them is stored."""
        context = info.context
        async with context.reading() as connection:
            words = await words_of(connection, context)
            return suggestions_of(await shop_currency(connection, context.program_id, context.shop_id), words)

    @computed("Changes of the tiers that were thought about, newest first.")
    async def tier_plans(self, info: MerchantInfo, first: First = 20) -> list[TierPlan]:
        """Also those that were applied or dropped."""
        context = info.context
        async with context.reading() as connection:
            found = await plans_of(connection, context.program_id, first)
            words, live = await words_of(connection, context), await live_tiers(connection, context.program_id)
        return [tier_plan_of(plan, words, None if live is None else live.definition) for plan in found]

    @computed("One change of the tiers, null when the program has none of that id.")
    async def tier_plan(self, info: MerchantInfo, id: Id) -> TierPlan | None:  # noqa: A002
        """How far its counting is, and what came of it."""
        context, number = info.context, number_of(id, "TierPlan")
        async with context.reading() as connection:
            found = await plan_of(connection, context.program_id, number)
            words, live = await words_of(connection, context), await live_tiers(connection, context.program_id)
        return None if found is None else tier_plan_of(found, words, None if live is None else live.definition)

    @computed("What tiers and plans gave to members, newest first.")
    async def perk_deliveries(
        self,
        info: MerchantInfo,
        state: Annotated[
            PerkDeliveryState | None, strawberry.argument(description="Only those in this state; null: in any.")
        ] = None,
        member_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this member; null: of all.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> PerkDeliveryConnection:
        """One page of the deliveries. Of one member, the state is not looked at."""
        before, program_id = number_after(after, "PerkDelivery"), info.context.program_id
        member = None if member_id is None else number_of(member_id, "Member")
        wanted = None if state is None else state.name.lower()
        async with info.context.reading() as connection:
            if member is None:
                found = await all_deliveries(connection, program_id, state=wanted, first=first + 1, before=before)  # type: ignore[arg-type]
            else:
                found = await deliveries_of(connection, program_id, member, first=first + 1, before=before)
        return connection_of(found, first, after)

"""Rewards and what became of redemptions, those with unknown outcomes and those that wait for the staff among them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.rewards.catalog import reward_of as reward_by_id
from engine.rewards.catalog import rewards_of
from engine.rewards.redemptions import redemption, redemptions_in
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.queries.members import Id
from laurel_graphql.types.redemption_records import (
    RedemptionConnection,
    RedemptionRecord,
    RedemptionState,
    connection_of,
    redemption_of,
)
from laurel_graphql.types.reward_records import RewardRecord, reward_of


@strawberry.type
class RewardQueries:
    @computed("The rewards, in the list's order; at most 100 are offered at a time.")
    async def rewards(
        self,
        info: MerchantInfo,
        first: First = 50,
        archived: Annotated[bool, strawberry.argument(description="Whether archived ones are wanted, too.")] = False,
    ) -> list[RewardRecord]:
        """Everything that they say."""
        async with info.context.reading() as connection:
            found = await rewards_of(connection, info.context.program_id, archived=archived)
        return [reward_of(record) for record in found[:first]]

    @computed("One reward, null when the program has none of that id.")
    async def reward(self, info: MerchantInfo, id: Id) -> RewardRecord | None:  # noqa: A002
        """Archived or not."""
        number = number_of(id, "Reward")
        async with info.context.reading() as connection:
            found = await reward_by_id(connection, info.context.program_id, number)
        return None if found is None else reward_of(found)

    @computed("Redemptions of all members, newest first.")
    async def redemptions(
        self,
        info: MerchantInfo,
        states: Annotated[
            list[RedemptionState] | None,
            strawberry.argument(description="Only those in one of these states; null: in any."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> RedemptionConnection:
        """One page of the redemptions."""
        before = number_after(after, "Redemption")
        wanted = sorted({state.name.lower() for state in (RedemptionState if states is None else states)})
        async with info.context.reading() as connection:
            found = await redemptions_in(connection, info.context.program_id, wanted, first + 1, before)  # type: ignore[arg-type]
        return connection_of(found, first, after)

    @computed("One redemption, null when the program has none of that id.")
    async def redemption(self, info: MerchantInfo, id: Id) -> RedemptionRecord | None:  # noqa: A002
        """As it stands now."""
        number = number_of(id, "Redemption")
        async with info.context.reading() as connection:
            found = await redemption(connection, info.context.program_id, number)
        return None if found is None else redemption_of(found)

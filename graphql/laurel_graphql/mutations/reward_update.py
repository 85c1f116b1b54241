"""`rewardUpdate`: a reward gets its next version."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rewards.catalog import RewardRefused, update_reward
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.rewards import RewardInput
from laurel_graphql.rewarding import checked_reward, refused_reward
from laurel_graphql.types.reward_records import RewardRecord, reward_of


@strawberry.enum(description="Why a reward was not changed.")
class RewardUpdateErrorCode(Enum):
    REWARD_NOT_FOUND = strawberry.enum_value(
        "REWARD_NOT_FOUND", description="Returned when the program has no such reward."
    )
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )
    STOCK_BELOW_REDEEMED = strawberry.enum_value(
        "STOCK_BELOW_REDEEMED", description="Returned when more were redeemed than there are to be."
    )
    INVALID = strawberry.enum_value("INVALID", description="Returned when the reward is wrong.")


@strawberry.type(description="One reason why a reward was not changed. Nothing changed.")
class RewardUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: RewardUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The reward as a whole.")
class RewardUpdateInput:
    reward_id: strawberry.ID = strawberry.field(description="The reward's global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    position: int | None = strawberry.field(default=None, description="Its place in the list; null: as it is.")
    reward: RewardInput = strawberry.field(description="The reward as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class RewardUpdatePayload:
    reward: RewardRecord | None = strawberry.field(description="The reward as it stands now, null when refused.")
    user_errors: list[RewardUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def reward_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RewardUpdateInput, strawberry.argument(description="The reward as a whole.")
    ],
) -> RewardUpdatePayload:
    """What was redeemed before keeps its own version."""
    context = info.context
    try:
        async with context.writing() as connection:
            made = await update_reward(
                connection,
                context.program_id,
                number_of(input.reward_id, "Reward"),
                checked_reward(input.reward),
                expected_version=input.expected_version,
                actor=context.actor,
                position=input.position,
            )
    except RewardRefused as refusal:
        errors = [
            RewardUpdateUserError(field=fault.field, message=fault.message, code=RewardUpdateErrorCode[refusal.code])
            for fault in refused_reward(refusal)
        ]
        return RewardUpdatePayload(reward=None, user_errors=errors)
    return RewardUpdatePayload(reward=reward_of(made), user_errors=[])

"""`rewardCreate`: one more reward is offered."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rewards.catalog import RewardRefused, create_reward
from laurel_graphql.context import MerchantInfo
from laurel_graphql.inputs.rewards import RewardInput
from laurel_graphql.rewarding import checked_handle, checked_reward, refused_reward
from laurel_graphql.types.reward_records import RewardRecord, reward_of


@strawberry.enum(description="Why no reward was made.")
class RewardCreateErrorCode(Enum):
    HANDLE_TAKEN = strawberry.enum_value("HANDLE_TAKEN", description="Returned when another reward has the handle.")
    HANDLE_INVALID = strawberry.enum_value(
        "HANDLE_INVALID", description="Returned unless the handle is a–z, 0–9 and `-`, at most 64 characters."
    )
    TOO_MANY = strawberry.enum_value(
        "TOO_MANY", description="Returned when the program offers as many as it may at a time."
    )
    INVALID = strawberry.enum_value("INVALID", description="Returned when the reward is wrong.")


@strawberry.type(description="One reason why no reward was made. Nothing changed.")
class RewardCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: RewardCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The reward to offer.")
class RewardCreateInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique in the program.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the list, from 0 on; null: the last."
    )
    reward: RewardInput = strawberry.field(description="The reward.")


@strawberry.type(description="What came of it.")
class RewardCreatePayload:
    reward: RewardRecord | None = strawberry.field(description="The reward as it stands now, null when refused.")
    user_errors: list[RewardCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def reward_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RewardCreateInput, strawberry.argument(description="The reward to offer.")
    ],
) -> RewardCreatePayload:
    """It can be redeemed at once, or from its first moment on."""
    context = info.context
    try:
        async with context.writing() as connection:
            made = await create_reward(
                connection,
                context.program_id,
                checked_handle(input.handle),
                checked_reward(input.reward),
                actor=context.actor,
                position=input.position,
            )
    except RewardRefused as refusal:
        errors = [
            RewardCreateUserError(field=fault.field, message=fault.message, code=RewardCreateErrorCode[refusal.code])
            for fault in refused_reward(refusal)
        ]
        return RewardCreatePayload(reward=None, user_errors=errors)
    return RewardCreatePayload(reward=reward_of(made), user_errors=[])

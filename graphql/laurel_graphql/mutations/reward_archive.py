"""`rewardArchive`: a reward is offered no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rewards.catalog import RewardRefused, archive_reward
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.rewarding import refused_reward
from laurel_graphql.types.reward_records import RewardRecord, reward_of


@strawberry.enum(description="Why a reward was not archived.")
class RewardArchiveErrorCode(Enum):
    REWARD_NOT_FOUND = strawberry.enum_value(
        "REWARD_NOT_FOUND", description="Returned when the program has no such reward."
    )
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )


@strawberry.type(description="One reason why a reward was not archived. Nothing changed.")
class RewardArchiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: RewardArchiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The reward to archive.")
class RewardArchiveInput:
    reward_id: strawberry.ID = strawberry.field(description="The reward's global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.type(description="What came of it.")
class RewardArchivePayload:
    reward: RewardRecord | None = strawberry.field(description="The reward as it stands now, null when refused.")
    user_errors: list[RewardArchiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def reward_archive(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RewardArchiveInput, strawberry.argument(description="The reward to archive.")
    ],
) -> RewardArchivePayload:
    """Codes that were given stay good."""
    context = info.context
    try:
        async with context.writing() as connection:
            made = await archive_reward(
                connection,
                context.program_id,
                number_of(input.reward_id, "Reward"),
                expected_version=input.expected_version,
                actor=context.actor,
            )
    except RewardRefused as refusal:
        errors = [
            RewardArchiveUserError(field=fault.field, message=fault.message, code=RewardArchiveErrorCode[refusal.code])
            for fault in refused_reward(refusal)
        ]
        return RewardArchivePayload(reward=None, user_errors=errors)
    return RewardArchivePayload(reward=reward_of(made), user_errors=[])

"""`challengeUpdate`: a challenge gets its next version."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_updated
from laurel_graphql.inputs.challenges import ChallengeInput
from laurel_graphql.types.challenge_records import ChallengeDefinition, challenge_definition_of
from laurel_graphql.types.game_records import staff_desk


@strawberry.enum(description="Why a challenge was not changed.")
class ChallengeUpdateErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="Returned when it was changed as often as it may be.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when it is wrong.")


@strawberry.type(description="One reason why a challenge was not changed. Nothing changed.")
class ChallengeUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: ChallengeUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The challenge as a whole.")
class ChallengeUpdateInput:
    challenge_id: strawberry.ID = strawberry.field(description="Its global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    position: int | None = strawberry.field(default=None, description="Its place in the list; null: as it is.")
    challenge: ChallengeInput = strawberry.field(
        description="The challenge as a whole; what is left out gets its default."
    )


@strawberry.type(description="What came of it.")
class ChallengeUpdatePayload:
    challenge: ChallengeDefinition | None = strawberry.field(
        description="The challenge as it stands now, null when refused."
    )
    user_errors: list[ChallengeUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def challenge_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ChallengeUpdateInput, strawberry.argument(description="The challenge as a whole.")
    ],
) -> ChallengeUpdatePayload:
    """What was finished by an earlier version stays finished."""
    try:
        made = await game_updated(
            info.context, "challenge", input.challenge_id, input.expected_version, input.challenge, input.position
        )
    except GameChangeRefused as refusal:
        errors = [
            ChallengeUpdateUserError(field=fault.field, message=fault.message, code=ChallengeUpdateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return ChallengeUpdatePayload(challenge=None, user_errors=errors)
    return ChallengeUpdatePayload(
        challenge=challenge_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )

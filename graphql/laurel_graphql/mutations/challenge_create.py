"""`challengeCreate`: members get one more challenge."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_created
from laurel_graphql.inputs.challenges import ChallengeInput
from laurel_graphql.types.challenge_records import ChallengeDefinition, challenge_definition_of
from laurel_graphql.types.game_records import staff_desk


@strawberry.enum(description="Why no challenge was made.")
class ChallengeCreateErrorCode(Enum):
    HANDLE_TAKEN = strawberry.enum_value(
        "HANDLE_TAKEN", description="Returned when another one has the handle, or had it."
    )
    HANDLE_INVALID = strawberry.enum_value(
        "HANDLE_INVALID", description="Returned unless the handle is a–z, 0–9 and `-`, at most 64 characters."
    )
    TOO_MANY = strawberry.enum_value(
        "TOO_MANY", description="Returned when the program has as many as it may at a time."
    )
    INVALID = strawberry.enum_value("INVALID", description="Returned when it is wrong.")


@strawberry.type(description="One reason why no challenge was made. Nothing changed.")
class ChallengeCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: ChallengeCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The challenge to make.")
class ChallengeCreateInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique among its kind.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the list, from 0 on; null: the last."
    )
    challenge: ChallengeInput = strawberry.field(
        description="The challenge as a whole; what is left out gets its default."
    )


@strawberry.type(description="What came of it.")
class ChallengeCreatePayload:
    challenge: ChallengeDefinition | None = strawberry.field(
        description="The challenge as it stands now, null when refused."
    )
    user_errors: list[ChallengeCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def challenge_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ChallengeCreateInput, strawberry.argument(description="The challenge to make.")
    ],
) -> ChallengeCreatePayload:
    """It runs from its first moment on."""
    try:
        made = await game_created(info.context, "challenge", input.handle, input.challenge, input.position)
    except GameChangeRefused as refusal:
        errors = [
            ChallengeCreateUserError(field=fault.field, message=fault.message, code=ChallengeCreateErrorCode[code])
            for code, fault in refusal.errors
        ]
        return ChallengeCreatePayload(challenge=None, user_errors=errors)
    return ChallengeCreatePayload(
        challenge=challenge_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )

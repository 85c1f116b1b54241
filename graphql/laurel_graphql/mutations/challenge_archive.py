"""`challengeArchive`: a challenge is no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused, game_archived
from laurel_graphql.types.challenge_records import ChallengeDefinition, challenge_definition_of
from laurel_graphql.types.game_records import staff_desk


@strawberry.enum(description="Why a challenge was not archived.")
class ChallengeArchiveErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Returned when the program has no such one.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when it is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )


@strawberry.type(description="One reason why a challenge was not archived. Nothing changed.")
class ChallengeArchiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: ChallengeArchiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which challenge.")
class ChallengeArchiveInput:
    challenge_id: strawberry.ID = strawberry.field(description="Its global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.type(description="What came of it.")
class ChallengeArchivePayload:
    challenge: ChallengeDefinition | None = strawberry.field(
        description="The challenge as it stands now, null when refused."
    )
    user_errors: list[ChallengeArchiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def challenge_archive(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ChallengeArchiveInput, strawberry.argument(description="Which challenge.")
    ],
) -> ChallengeArchivePayload:
    """Nobody finishes it any more; what was finished stays."""
    try:
        made = await game_archived(info.context, "challenge", input.challenge_id, input.expected_version)
    except GameChangeRefused as refusal:
        errors = [
            ChallengeArchiveUserError(field=fault.field, message=fault.message, code=ChallengeArchiveErrorCode[code])
            for code, fault in refusal.errors
        ]
        return ChallengeArchivePayload(challenge=None, user_errors=errors)
    return ChallengeArchivePayload(
        challenge=challenge_definition_of(made, await staff_desk(info.context, [made])), user_errors=[]
    )

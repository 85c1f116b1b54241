"""`challengeJoin`: a shopper takes part in a challenge."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.challenges.joining import join_challenge
from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.playing import challenge_acted
from laurel_graphql.types.challenges import MemberChallenge
from laurel_graphql.types.members import Member


@strawberry.enum(description="Why a challenge was not joined.")
class ChallengeJoinErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    CHALLENGE_NOT_FOUND = strawberry.enum_value(
        "CHALLENGE_NOT_FOUND", description="Returned when there is no such challenge."
    )
    CHALLENGE_ENDED = strawberry.enum_value("CHALLENGE_ENDED", description="Returned when the challenge is over.")
    NOT_JOINABLE = strawberry.enum_value("NOT_JOINABLE", description="Returned when everybody takes part in it.")
    TOO_OFTEN = strawberry.enum_value("TOO_OFTEN", description="Returned when it was asked for too often.")
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why a challenge was not joined. Nothing changed.")
class ChallengeJoinUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: ChallengeJoinErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which challenge.")
class ChallengeJoinInput:
    handle: str = strawberry.field(description="The challenge's handle.")


@strawberry.type(description="What came of it.")
class ChallengeJoinPayload:
    challenge: MemberChallenge | None = strawberry.field(
        description="The challenge as it stands now, null when refused."
    )
    user_errors: list[ChallengeJoinUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def challenge_join(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ChallengeJoinInput, strawberry.argument(description="Which challenge.")
    ],
) -> ChallengeJoinPayload:
    """Joining again changes nothing and is no error."""
    try:
        challenge = await challenge_acted(info.context, input.handle, join_challenge)
    except GameActRefused as refusal:
        error = ChallengeJoinUserError(
            field=refusal.field, message=refusal.message, code=ChallengeJoinErrorCode[refusal.code]
        )
        return ChallengeJoinPayload(challenge=None, user_errors=[error])
    return ChallengeJoinPayload(challenge=challenge, user_errors=[])

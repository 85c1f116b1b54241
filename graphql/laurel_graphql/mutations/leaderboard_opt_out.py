"""`leaderboardOptOut`: a shopper takes part in a leaderboard no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.taking_part import leaderboard_left
from laurel_graphql.types.leaderboards import Leaderboard
from laurel_graphql.types.members import Member


@strawberry.enum(description="Why a leaderboard was not left.")
class LeaderboardOptOutErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    LEADERBOARD_NOT_FOUND = strawberry.enum_value(
        "LEADERBOARD_NOT_FOUND", description="Returned when there is no such leaderboard."
    )
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why a leaderboard was not left. Nothing changed.")
class LeaderboardOptOutUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeaderboardOptOutErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which leaderboard.")
class LeaderboardOptOutInput:
    handle: str = strawberry.field(description="The leaderboard's handle.")


@strawberry.type(description="What came of it.")
class LeaderboardOptOutPayload:
    leaderboard: Leaderboard | None = strawberry.field(
        description="The leaderboard as it stands now, null when refused."
    )
    user_errors: list[LeaderboardOptOutUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def leaderboard_opt_out(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeaderboardOptOutInput, strawberry.argument(description="Which leaderboard.")
    ],
) -> LeaderboardOptOutPayload:
    """The entry is gone at once. Doing it again changes nothing and is no error."""
    try:
        leaderboard = await leaderboard_left(info.context, input.handle)
    except GameActRefused as refusal:
        error = LeaderboardOptOutUserError(
            field=refusal.field, message=refusal.message, code=LeaderboardOptOutErrorCode[refusal.code]
        )
        return LeaderboardOptOutPayload(leaderboard=None, user_errors=[error])
    return LeaderboardOptOutPayload(leaderboard=leaderboard, user_errors=[])

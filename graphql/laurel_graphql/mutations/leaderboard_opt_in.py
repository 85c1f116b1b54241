"""`leaderboardOptIn`: a shopper takes part in a leaderboard by a name of their choice."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.taking_part import leaderboard_joined
from laurel_graphql.types.leaderboards import Leaderboard
from laurel_graphql.types.members import Member


@strawberry.enum(description="Why a leaderboard was not joined.")
class LeaderboardOptInErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    LEADERBOARD_NOT_FOUND = strawberry.enum_value(
        "LEADERBOARD_NOT_FOUND", description="Returned when there is no such leaderboard."
    )
    NAME_INVALID = strawberry.enum_value(
        "NAME_INVALID", description="Returned unless the name has 1 to 30 visible characters."
    )
    NAME_PERSONAL = strawberry.enum_value(
        "NAME_PERSONAL", description="Returned for a name with an address, a link or a number to call."
    )
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why a leaderboard was not joined. Nothing changed.")
class LeaderboardOptInUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: LeaderboardOptInErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which leaderboard, and by which name.")
class LeaderboardOptInInput:
    handle: str = strawberry.field(description="The leaderboard's handle.")
    display_name: str = strawberry.field(
        description="The name that others see, 1 to 30 characters; nothing else of the member is ever shown."
    )


@strawberry.type(description="What came of it.")
class LeaderboardOptInPayload:
    leaderboard: Leaderboard | None = strawberry.field(
        description="The leaderboard as it stands now, null when refused."
    )
    user_errors: list[LeaderboardOptInUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def leaderboard_opt_in(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        LeaderboardOptInInput, strawberry.argument(description="Which leaderboard, and by which name.")
    ],
) -> LeaderboardOptInPayload:
    """Doing it again changes the name."""
    try:
        leaderboard = await leaderboard_joined(info.context, input.handle, input.display_name)
    except GameActRefused as refusal:
        error = LeaderboardOptInUserError(
            field=refusal.field, message=refusal.message, code=LeaderboardOptInErrorCode[refusal.code]
        )
        return LeaderboardOptInPayload(leaderboard=None, user_errors=[error])
    return LeaderboardOptInPayload(leaderboard=leaderboard, user_errors=[])

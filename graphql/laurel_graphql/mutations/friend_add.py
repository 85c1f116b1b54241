"""`friendAdd`: a shopper makes a friend by the friend's code."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.taking_part import friend_added
from laurel_graphql.types.friends import Friend
from laurel_graphql.types.members import Member


@strawberry.enum(description="Why nobody became a friend.")
class FriendAddErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    CODE_INVALID = strawberry.enum_value("CODE_INVALID", description="Returned when nobody has this code.")
    FRIEND_SELF = strawberry.enum_value("FRIEND_SELF", description="Returned for one's own code.")
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="Returned when one of both has as many friends as can be.")
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why nobody became a friend. Nothing changed.")
class FriendAddUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: FriendAddErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Whose code.")
class FriendAddInput:
    code: str = strawberry.field(description="The friend's `friendCode`, in any case and spacing.")


@strawberry.type(description="What came of it.")
class FriendAddPayload:
    friends: list[Friend] | None = strawberry.field(description="All friends as they are now, null when refused.")
    user_errors: list[FriendAddUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def friend_add(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        FriendAddInput, strawberry.argument(description="Whose code.")
    ],
) -> FriendAddPayload:
    """Both see each other then. Doing it again changes nothing and is no error."""
    try:
        friends = await friend_added(info.context, input.code)
    except GameActRefused as refusal:
        error = FriendAddUserError(field=refusal.field, message=refusal.message, code=FriendAddErrorCode[refusal.code])
        return FriendAddPayload(friends=None, user_errors=[error])
    return FriendAddPayload(friends=friends, user_errors=[])

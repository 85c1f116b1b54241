"""`friendRemove`: a shopper has a friend no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.joining import GameActRefused
from laurel_graphql.taking_part import friend_removed
from laurel_graphql.types.friends import Friend
from laurel_graphql.types.members import Member


@strawberry.enum(description="Why nobody was removed.")
class FriendRemoveErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    FRIEND_NOT_FOUND = strawberry.enum_value(
        "FRIEND_NOT_FOUND", description="Returned when the member has no such friend."
    )
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the member left the program."
    )


@strawberry.type(description="One reason why nobody was removed. Nothing changed.")
class FriendRemoveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: FriendRemoveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which friend.")
class FriendRemoveInput:
    friend_id: strawberry.ID = strawberry.field(description="The friend's id, as `friends` tells it.")


@strawberry.type(description="What came of it.")
class FriendRemovePayload:
    friends: list[Friend] | None = strawberry.field(description="All friends as they are now, null when refused.")
    user_errors: list[FriendRemoveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def friend_remove(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        FriendRemoveInput, strawberry.argument(description="Which friend.")
    ],
) -> FriendRemovePayload:
    """Neither sees the other then."""
    try:
        friends = await friend_removed(info.context, input.friend_id)
    except GameActRefused as refusal:
        error = FriendRemoveUserError(
            field=refusal.field, message=refusal.message, code=FriendRemoveErrorCode[refusal.code]
        )
        return FriendRemovePayload(friends=None, user_errors=[error])
    return FriendRemovePayload(friends=friends, user_errors=[])

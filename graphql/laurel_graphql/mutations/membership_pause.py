"""`membershipPause`: a membership is paused."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.memberships.requests import pause
from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.types.members import Member
from laurel_graphql.types.memberships import Membership
from laurel_graphql.wishes import WishRefused, wished


@strawberry.enum(description="Why the membership was not paused.")
class MembershipPauseErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    NOT_A_MEMBER = strawberry.enum_value(
        "NOT_A_MEMBER", description="Returned when the member has no membership of this plan that goes on."
    )
    ALREADY_PAUSED = strawberry.enum_value("ALREADY_PAUSED", description="Returned when it is paused.")
    CANCELED_ALREADY = strawberry.enum_value("CANCELED_ALREADY", description="Returned when it ends already.")
    UNTIL_INVALID = strawberry.enum_value(
        "UNTIL_INVALID", description="Returned when the moment is past or too far off."
    )
    NO_CONTRACT = strawberry.enum_value("NO_CONTRACT", description="Returned when it is not billed by a contract.")
    MEMBER_CLOSED = strawberry.enum_value("MEMBER_CLOSED", description="Returned when the member left the program.")
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED",
        description="Returned when the key stands for something that was asked for with other input.",
    )


@strawberry.type(description="One reason why the membership was not paused. Nothing changed.")
class MembershipPauseUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipPauseErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which membership, and until when.")
class MembershipPauseInput:
    plan_id: strawberry.ID = strawberry.field(description="The global id of the membership's plan.")
    until: datetime | None = strawberry.field(
        default=None, description="When it goes on by itself, within a year; null: when it is resumed."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same membership as it stands then."
    )


@strawberry.type(description="What came of it.")
class MembershipPausePayload:
    membership: Membership | None = strawberry.field(description="The membership as it stands now, null when refused.")
    user_errors: list[MembershipPauseUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def membership_pause(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipPauseInput, strawberry.argument(description="Which membership, and until when.")
    ],
) -> MembershipPausePayload:
    """The rest of the term follows after the pause."""
    try:
        membership = await wished(
            info.context,
            input.plan_id,
            input.idempotency_key,
            lambda connection, wish: pause(connection, wish, input.until),
        )
    except WishRefused as refusal:
        error = MembershipPauseUserError(
            field=refusal.fault.field, message=refusal.fault.message, code=MembershipPauseErrorCode[refusal.code]
        )
        return MembershipPausePayload(membership=None, user_errors=[error])
    return MembershipPausePayload(membership=membership, user_errors=[])

"""`membershipResume`: a paused membership goes on, or one that was to end does not."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.types.members import Member
from laurel_graphql.types.memberships import Membership
from laurel_graphql.wishes import WishRefused, resume_or_keep, wished


@strawberry.enum(description="Why the membership was not resumed.")
class MembershipResumeErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    NOT_A_MEMBER = strawberry.enum_value(
        "NOT_A_MEMBER", description="Returned when the member has no membership of this plan that goes on."
    )
    NOT_PAUSED = strawberry.enum_value("NOT_PAUSED", description="Returned when there is nothing to resume.")
    NO_CONTRACT = strawberry.enum_value("NO_CONTRACT", description="Returned when it is not billed by a contract.")
    MEMBER_CLOSED = strawberry.enum_value("MEMBER_CLOSED", description="Returned when the member left the program.")
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED",
        description="Returned when the key stands for something that was asked for with other input.",
    )


@strawberry.type(description="One reason why the membership was not resumed. Nothing changed.")
class MembershipResumeUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipResumeErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which membership.")
class MembershipResumeInput:
    plan_id: strawberry.ID = strawberry.field(description="The global id of the membership's plan.")
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same membership as it stands then."
    )


@strawberry.type(description="What came of it.")
class MembershipResumePayload:
    membership: Membership | None = strawberry.field(description="The membership as it stands now, null when refused.")
    user_errors: list[MembershipResumeUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def membership_resume(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipResumeInput, strawberry.argument(description="Which membership.")
    ],
) -> MembershipResumePayload:
    """Whichever of both is the case."""
    try:
        membership = await wished(info.context, input.plan_id, input.idempotency_key, resume_or_keep)
    except WishRefused as refusal:
        error = MembershipResumeUserError(
            field=refusal.fault.field, message=refusal.fault.message, code=MembershipResumeErrorCode[refusal.code]
        )
        return MembershipResumePayload(membership=None, user_errors=[error])
    return MembershipResumePayload(membership=membership, user_errors=[])

"""`membershipCancel`: a membership ends, at once or with what is paid for."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.memberships.requests import cancel
from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.types.members import Member
from laurel_graphql.types.memberships import Membership
from laurel_graphql.types.plan_values import MembershipWhen
from laurel_graphql.wishes import WishRefused, wished


@strawberry.enum(description="Why the membership was not ended.")
class MembershipCancelErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    NOT_A_MEMBER = strawberry.enum_value(
        "NOT_A_MEMBER", description="Returned when the member has no membership of this plan that goes on."
    )
    CANCELED_ALREADY = strawberry.enum_value("CANCELED_ALREADY", description="Returned when it ends already.")
    MINIMUM_CYCLES = strawberry.enum_value(
        "MINIMUM_CYCLES", description="Returned while fewer periods were paid than the plan asks for."
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


@strawberry.type(description="One reason why the membership was not ended. Nothing changed.")
class MembershipCancelUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipCancelErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which membership, and when it is to end.")
class MembershipCancelInput:
    plan_id: strawberry.ID = strawberry.field(description="The global id of the membership's plan.")
    when: MembershipWhen | None = strawberry.field(default=None, description="When it is to end; by default AT_END.")
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same membership as it stands then."
    )


@strawberry.type(description="What came of it.")
class MembershipCancelPayload:
    membership: Membership | None = strawberry.field(description="The membership as it stands now, null when refused.")
    user_errors: list[MembershipCancelUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def membership_cancel(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipCancelInput, strawberry.argument(description="Which membership, and when it is to end.")
    ],
) -> MembershipCancelPayload:
    """What a term that was not used gives back, `refundIfCanceled` says before."""
    try:
        membership = await wished(
            info.context,
            input.plan_id,
            input.idempotency_key,
            lambda connection, wish: cancel(connection, wish, "now" if input.when is MembershipWhen.NOW else "at_end"),
        )
    except WishRefused as refusal:
        error = MembershipCancelUserError(
            field=refusal.fault.field, message=refusal.fault.message, code=MembershipCancelErrorCode[refusal.code]
        )
        return MembershipCancelPayload(membership=None, user_errors=[error])
    return MembershipCancelPayload(membership=membership, user_errors=[])

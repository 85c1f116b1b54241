"""`membershipCancel`: the staff end a member's membership."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import strawberry

from engine.memberships.requests import cancel
from laurel_graphql.context import MerchantInfo
from laurel_graphql.staff_wishes import StaffWishRefused, asked_by_staff
from laurel_graphql.types.member_records import MemberRecord
from laurel_graphql.types.membership_records import MembershipRecord
from laurel_graphql.types.plan_values import MembershipWhen


@strawberry.enum(description="Why the membership was not ended.")
class MembershipCancelErrorCode(Enum):
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    MEMBER_CLOSED = strawberry.enum_value("MEMBER_CLOSED", description="Returned when the member left the program.")
    NOT_A_MEMBER = strawberry.enum_value(
        "NOT_A_MEMBER", description="Returned when the member has no membership of this plan that goes on."
    )
    CANCELED_ALREADY = strawberry.enum_value("CANCELED_ALREADY", description="Returned when it ends already.")
    NO_CONTRACT = strawberry.enum_value("NO_CONTRACT", description="Returned when it is not billed by a contract.")
    REASON_INVALID = strawberry.enum_value(
        "REASON_INVALID", description="Returned unless the reason is 1 to 200 readable characters."
    )
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


@strawberry.input(description="Whose, when and why.")
class MembershipCancelInput:
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    plan_id: strawberry.ID = strawberry.field(description="The plan's global id.")
    when: MembershipWhen | None = strawberry.field(default=None, description="When it is to end; by default AT_END.")
    reason: str = strawberry.field(
        description="Why: 1 to 200 characters. It is kept for good: it must not name a person."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same object as it stands then."
    )


@strawberry.type(description="What came of it.")
class MembershipCancelPayload:
    membership: MembershipRecord | None = strawberry.field(
        description="The membership as it stands now, null when refused."
    )
    member: MemberRecord | None = strawberry.field(description="The member as they are now, null when refused.")
    user_errors: list[MembershipCancelUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def membership_cancel(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipCancelInput, strawberry.argument(description="Whose, when and why.")
    ],
) -> MembershipCancelPayload:
    """Also before the plan's shortest term is over. What `refundIfCanceled` says is refunded in the shop, by hand."""
    when: Literal["now", "at_end"] = "now" if input.when is MembershipWhen.NOW else "at_end"
    try:
        membership, member = await asked_by_staff(
            info.context, input, lambda connection, wish: cancel(connection, wish, when)
        )
    except StaffWishRefused as refusal:
        error = MembershipCancelUserError(
            field=refusal.fault.field, message=refusal.fault.message, code=MembershipCancelErrorCode[refusal.code]
        )
        return MembershipCancelPayload(membership=None, member=None, user_errors=[error])
    return MembershipCancelPayload(membership=membership, member=member, user_errors=[])

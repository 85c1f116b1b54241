"""`membershipResume`: the staff let a membership go on that is paused, or that was to end."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from laurel_graphql.context import MerchantInfo
from laurel_graphql.staff_wishes import StaffWishRefused, asked_by_staff
from laurel_graphql.types.member_records import MemberRecord
from laurel_graphql.types.membership_records import MembershipRecord
from laurel_graphql.wishes import resume_or_keep


@strawberry.enum(description="Why the membership was not resumed.")
class MembershipResumeErrorCode(Enum):
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    MEMBER_CLOSED = strawberry.enum_value("MEMBER_CLOSED", description="Returned when the member left the program.")
    NOT_A_MEMBER = strawberry.enum_value(
        "NOT_A_MEMBER", description="Returned when the member has no membership of this plan that goes on."
    )
    NOT_PAUSED = strawberry.enum_value("NOT_PAUSED", description="Returned when there is nothing to resume.")
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


@strawberry.type(description="One reason why the membership was not resumed. Nothing changed.")
class MembershipResumeUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipResumeErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Whose, and why.")
class MembershipResumeInput:
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    plan_id: strawberry.ID = strawberry.field(description="The plan's global id.")
    reason: str = strawberry.field(
        description="Why: 1 to 200 characters. It is kept for good: it must not name a person."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same object as it stands then."
    )


@strawberry.type(description="What came of it.")
class MembershipResumePayload:
    membership: MembershipRecord | None = strawberry.field(
        description="The membership as it stands now, null when refused."
    )
    member: MemberRecord | None = strawberry.field(description="The member as they are now, null when refused.")
    user_errors: list[MembershipResumeUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def membership_resume(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipResumeInput, strawberry.argument(description="Whose, and why.")
    ],
) -> MembershipResumePayload:
    """Whichever of both is the case."""
    try:
        membership, member = await asked_by_staff(info.context, input, resume_or_keep)
    except StaffWishRefused as refusal:
        error = MembershipResumeUserError(
            field=refusal.fault.field, message=refusal.fault.message, code=MembershipResumeErrorCode[refusal.code]
        )
        return MembershipResumePayload(membership=None, member=None, user_errors=[error])
    return MembershipResumePayload(membership=membership, member=member, user_errors=[])

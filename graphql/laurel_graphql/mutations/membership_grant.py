"""`membershipGrant`: the staff give a member days of a plan."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.memberships.requests import grant
from laurel_graphql.context import MerchantInfo
from laurel_graphql.staff_wishes import StaffWishRefused, asked_by_staff
from laurel_graphql.types.member_records import MemberRecord
from laurel_graphql.types.membership_records import MembershipRecord


@strawberry.enum(description="Why nothing was given.")
class MembershipGrantErrorCode(Enum):
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    MEMBER_CLOSED = strawberry.enum_value("MEMBER_CLOSED", description="Returned when the member left the program.")
    PLAN_NOT_FOUND = strawberry.enum_value("PLAN_NOT_FOUND", description="Returned when the program has no such plan.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when the plan is archived.")
    DAYS_INVALID = strawberry.enum_value("DAYS_INVALID", description="Returned unless there are 1 to 3,650 days.")
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


@strawberry.type(description="One reason why nothing was given. Nothing changed.")
class MembershipGrantUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipGrantErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Whom, which plan, for how long, and why.")
class MembershipGrantInput:
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    plan_id: strawberry.ID = strawberry.field(description="The plan's global id.")
    days: int = strawberry.field(description="How many days of 24 hours, 1 to 3,650.")
    reason: str = strawberry.field(
        description="Why: 1 to 200 characters. It is kept for good: it must not name a person."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same object as it stands then."
    )


@strawberry.type(description="What came of it.")
class MembershipGrantPayload:
    membership: MembershipRecord | None = strawberry.field(
        description="The membership as it stands now, null when refused."
    )
    member: MemberRecord | None = strawberry.field(description="The member as they are now, null when refused.")
    user_errors: list[MembershipGrantUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def membership_grant(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipGrantInput, strawberry.argument(description="Whom, which plan, for how long, and why.")
    ],
) -> MembershipGrantPayload:
    """The days begin now, or follow what is paid for."""
    try:
        membership, member = await asked_by_staff(
            info.context, input, lambda connection, wish: grant(connection, wish, input.days)
        )
    except StaffWishRefused as refusal:
        error = MembershipGrantUserError(
            field=refusal.fault.field, message=refusal.fault.message, code=MembershipGrantErrorCode[refusal.code]
        )
        return MembershipGrantPayload(membership=None, member=None, user_errors=[error])
    return MembershipGrantPayload(membership=membership, member=member, user_errors=[])

"""`membershipPause`: the staff pause a member's membership."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.memberships.requests import pause
from laurel_graphql.context import MerchantInfo
from laurel_graphql.staff_wishes import StaffWishRefused, asked_by_staff
from laurel_graphql.types.member_records import MemberRecord
from laurel_graphql.types.membership_records import MembershipRecord


@strawberry.enum(description="Why the membership was not paused.")
class MembershipPauseErrorCode(Enum):
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    MEMBER_CLOSED = strawberry.enum_value("MEMBER_CLOSED", description="Returned when the member left the program.")
    NOT_A_MEMBER = strawberry.enum_value(
        "NOT_A_MEMBER", description="Returned when the member has no membership of this plan that goes on."
    )
    ALREADY_PAUSED = strawberry.enum_value("ALREADY_PAUSED", description="Returned when it is paused.")
    CANCELED_ALREADY = strawberry.enum_value("CANCELED_ALREADY", description="Returned when it ends already.")
    UNTIL_INVALID = strawberry.enum_value(
        "UNTIL_INVALID", description="Returned when the moment is past or too far off."
    )
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


@strawberry.type(description="One reason why the membership was not paused. Nothing changed.")
class MembershipPauseUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipPauseErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Whose, until when and why.")
class MembershipPauseInput:
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    plan_id: strawberry.ID = strawberry.field(description="The plan's global id.")
    until: datetime | None = strawberry.field(
        default=None, description="When it goes on by itself, within a year; null: when it is resumed."
    )
    reason: str = strawberry.field(
        description="Why: 1 to 200 characters. It is kept for good: it must not name a person."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same object as it stands then."
    )


@strawberry.type(description="What came of it.")
class MembershipPausePayload:
    membership: MembershipRecord | None = strawberry.field(
        description="The membership as it stands now, null when refused."
    )
    member: MemberRecord | None = strawberry.field(description="The member as they are now, null when refused.")
    user_errors: list[MembershipPauseUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def membership_pause(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipPauseInput, strawberry.argument(description="Whose, until when and why.")
    ],
) -> MembershipPausePayload:
    """The rest of the term follows after the pause."""
    try:
        membership, member = await asked_by_staff(
            info.context, input, lambda connection, wish: pause(connection, wish, input.until)
        )
    except StaffWishRefused as refusal:
        error = MembershipPauseUserError(
            field=refusal.fault.field, message=refusal.fault.message, code=MembershipPauseErrorCode[refusal.code]
        )
        return MembershipPausePayload(membership=None, member=None, user_errors=[error])
    return MembershipPausePayload(membership=membership, member=member, user_errors=[])

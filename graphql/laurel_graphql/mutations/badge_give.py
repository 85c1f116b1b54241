"""`badgeGive`: the staff give a member a badge."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.badges.giving import give_badge
from laurel_graphql.by_hand import badge_by_hand
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gaming import GameChangeRefused
from laurel_graphql.types.member_records import MemberRecord


@strawberry.enum(description="Why no badge was given.")
class BadgeGiveErrorCode(Enum):
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    BADGE_NOT_FOUND = strawberry.enum_value(
        "BADGE_NOT_FOUND", description="Returned when the program has no such badge, or not any more."
    )
    LEVEL_INVALID = strawberry.enum_value("LEVEL_INVALID", description="Returned when the badge has no such level.")
    REASON_INVALID = strawberry.enum_value(
        "REASON_INVALID", description="Returned when the reason has more than 500 characters."
    )
    TOO_OFTEN = strawberry.enum_value("TOO_OFTEN", description="Returned when it was done too often in a year.")
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED",
        description="Returned when the key stands for something that was asked for with other input.",
    )


@strawberry.type(description="One reason why no badge was given. Nothing changed.")
class BadgeGiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: BadgeGiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which badge, whose, and why.")
class BadgeGiveInput:
    badge_id: strawberry.ID = strawberry.field(description="The badge's global id.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    level: int = strawberry.field(default=1, description="The level up to which it is given, from 1 on.")
    reason: str = strawberry.field(
        default="", description="Why, at most 500 characters. It is kept for good: it must not name a person."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the member as they are then."
    )


@strawberry.type(description="What came of it.")
class BadgeGivePayload:
    member: MemberRecord | None = strawberry.field(description="The member as they are now, null when refused.")
    user_errors: list[BadgeGiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def badge_give(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        BadgeGiveInput, strawberry.argument(description="Which badge, whose, and why.")
    ],
) -> BadgeGivePayload:
    """It stands above what is counted, until it is taken."""
    try:
        member = await badge_by_hand(info.context, "badge-give", input, give_badge)
    except GameChangeRefused as refusal:
        errors = [
            BadgeGiveUserError(field=fault.field, message=fault.message, code=BadgeGiveErrorCode[code])
            for code, fault in refusal.errors
        ]
        return BadgeGivePayload(member=None, user_errors=errors)
    return BadgeGivePayload(member=member, user_errors=[])

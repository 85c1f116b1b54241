"""`pointsAdjust`: the staff give or take points, and say why."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

import strawberry

from engine.adjustments import AdjustmentRefused, adjust_points
from engine.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused
from engine.member_records import member_record
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.adjustments import Adjustment, adjustment_of
from laurel_graphql.types.member_records import MemberRecord, member_of


@strawberry.enum(description="Why points were not adjusted.")
class PointsAdjustErrorCode(Enum):
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    MEMBER_CLOSED = strawberry.enum_value("MEMBER_CLOSED", description="Returned when the member left the program.")
    POINTS_INVALID = strawberry.enum_value("POINTS_INVALID", description="Returned for 0 points.")
    TOO_MANY_POINTS = strawberry.enum_value("TOO_MANY_POINTS", description="Returned when no balance can be so large.")
    INSUFFICIENT_POINTS = strawberry.enum_value(
        "INSUFFICIENT_POINTS", description="Returned when the member has fewer points to spend than are to be taken."
    )
    REASON_INVALID = strawberry.enum_value(
        "REASON_INVALID", description="Returned unless the reason is 1 to 200 readable characters."
    )
    ACTOR_INVALID = strawberry.enum_value("ACTOR_INVALID", description="Returned when it is not known who asks.")
    EXPIRY_INVALID = strawberry.enum_value(
        "EXPIRY_INVALID", description="Returned when the last day is past or too far off."
    )
    PROGRAM_NOT_PUBLISHED = strawberry.enum_value(
        "PROGRAM_NOT_PUBLISHED", description="Returned before the program is first published."
    )
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED",
        description="Returned when the key stands for something that was asked for with other input.",
    )


@strawberry.type(description="One reason why points were not adjusted. Nothing changed.")
class PointsAdjustUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: PointsAdjustErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="How many points of whom, and why.")
class PointsAdjustInput:
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    points: Points = strawberry.field(
        description="Above 0 they are given, below 0 taken. Never more is taken than can be spent."
    )
    reason: str = strawberry.field(
        description="Why: 1 to 200 characters. The member reads it, and it is kept for good: it must not name a person."
    )
    expires_on: date | None = strawberry.field(
        default=None, description="The last day on which given points can be spent; null: as the program says."
    )
    never_expires: bool = strawberry.field(
        default=False, description="True: given points stay for good, and `expiresOn` is not looked at."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same object as it stands then."
    )


@strawberry.type(description="What came of an adjustment.")
class PointsAdjustPayload:
    adjustment: Adjustment | None = strawberry.field(description="The adjustment, null when refused.")
    member: MemberRecord | None = strawberry.field(description="The member as they are now, null when refused.")
    user_errors: list[PointsAdjustUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def points_adjust(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        PointsAdjustInput, strawberry.argument(description="How many points of whom, and why.")
    ],
) -> PointsAdjustPayload:
    """Post an adjustment in the ledger, with who made it and why."""
    context = info.context
    member_id = number_of(input.member_id, "Member")
    try:
        async with context.writing() as connection:
            made = await adjust_points(
                connection, context.program_id, member_id, points=input.points, reason=readable(input.reason),
                actor=context.actor, idempotency_key=input.idempotency_key,
                expires="never" if input.never_expires else input.expires_on or "program",
            )  # fmt: skip
            member = await member_record(connection, context.program_id, made.member_id)
    except AdjustmentRefused as refusal:
        return _refused(refusal.code, _FIELDS.get(refusal.field, refusal.field), str(refusal))
    except IdempotencyKeyInvalid:
        return _refused("INVALID_IDEMPOTENCY_KEY", "idempotencyKey", _text(info, "invalid_idempotency_key"))
    except IdempotencyKeyReused:
        return _refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey", _text(info, "idempotency_key_reused"))
    return PointsAdjustPayload(
        adjustment=adjustment_of(made), member=None if member is None else member_of(member), user_errors=[]
    )


_FIELDS = {"expires": "expiresOn"}


def _text(info: MerchantInfo, key: str) -> str:
    return TEXTS[language_of(info.context.locale)][f"refused.{key}"]


def _refused(code: str, field: str, message: str) -> PointsAdjustPayload:
    error = PointsAdjustUserError(field=["input", field], message=message, code=PointsAdjustErrorCode[code])
    return PointsAdjustPayload(adjustment=None, member=None, user_errors=[error])

"""`pointsTransfer`: points of one member become another's."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.adjustments import REASON_MAXIMUM, checked_text
from engine.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, InputValue, keyed_request
from engine.ledger import MemberKey
from engine.member_records import member_record
from engine.transfers import TransferRefused, transfer_points
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import gid, number_of
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS, language_of, points_text
from laurel_graphql.types.member_records import MemberRecord, member_of


@strawberry.enum(description="Why no points were transferred.")
class PointsTransferErrorCode(Enum):
    TRANSFERS_OFF = strawberry.enum_value(
        "TRANSFERS_OFF", description="Returned when the live program lets no points be given."
    )
    SAME_MEMBER = strawberry.enum_value("SAME_MEMBER", description="Returned when both are the same member.")
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    BELOW_MINIMUM = strawberry.enum_value(
        "BELOW_MINIMUM", description="Returned when fewer points are to be given than the program lets be."
    )
    ABOVE_DAILY_LIMIT = strawberry.enum_value(
        "ABOVE_DAILY_LIMIT",
        description="Returned when the giver would give more on this day than the program lets them.",
    )
    NOT_ENOUGH_POINTS = strawberry.enum_value(
        "NOT_ENOUGH_POINTS", description="Returned when the giver has fewer points to spend."
    )
    REASON_INVALID = strawberry.enum_value(
        "REASON_INVALID",
        description="Returned when the reason has more than 200 characters, or some that cannot be read.",
    )
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED",
        description="Returned when the key stands for something that was asked for with other input.",
    )


@strawberry.type(description="One reason why no points were transferred. Nothing changed.")
class PointsTransferUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: PointsTransferErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Who gives how many points to whom.")
class PointsTransferInput:
    from_member_id: strawberry.ID = strawberry.field(description="The member who gives.")
    to_member_id: strawberry.ID = strawberry.field(description="The member who gets.")
    points: Points = strawberry.field(description="How many, from 1 on. They keep their ends.")
    reason: str = strawberry.field(
        default="", description="Why, at most 200 characters; kept for good, so it must not name a person."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. A repeat with the same input is the same "
        "transfer."
    )


@strawberry.type(description="What came of a transfer.")
class PointsTransferPayload:
    transaction_id: strawberry.ID | None = strawberry.field(description="The giver's transaction, null when refused.")
    from_member: MemberRecord | None = strawberry.field(description="The giver as they are now, null when refused.")
    to_member: MemberRecord | None = strawberry.field(description="The receiver as they are now, null when refused.")
    user_errors: list[PointsTransferUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def points_transfer(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        PointsTransferInput, strawberry.argument(description="Who gives how many points to whom.")
    ],
) -> PointsTransferPayload:
    """By the live program's own limits, which hold for the staff, too."""
    context = info.context
    giver = MemberKey(context.program_id, number_of(input.from_member_id, "Member"))
    receiver = MemberKey(context.program_id, number_of(input.to_member_id, "Member"))
    reason = checked_text(input.reason, REASON_MAXIMUM) if input.reason.strip() else ""
    if reason is None:
        return _refused(info, "REASON_INVALID")
    given: dict[str, InputValue] = {
        "from": giver.member_id, "to": receiver.member_id, "points": input.points, "reason": reason,
    }  # fmt: skip
    try:
        request = keyed_request(context.program_id, f"transfer/{context.actor}", input.idempotency_key, given)
        async with context.writing() as connection:
            made = await transfer_points(
                connection, giver, receiver, input.points, actor=context.actor, reason=reason, request=request
            )
            givers = await member_record(connection, context.program_id, giver.member_id)
            receivers = await member_record(connection, context.program_id, receiver.member_id)
    except TransferRefused as refusal:
        return _refused(info, refusal.code, refusal.limit)
    except IdempotencyKeyInvalid:
        return _refused(info, "INVALID_IDEMPOTENCY_KEY")
    except IdempotencyKeyReused:
        return _refused(info, "IDEMPOTENCY_KEY_REUSED")
    return PointsTransferPayload(
        transaction_id=strawberry.ID(gid("Transaction", made.transfer_id)),
        from_member=None if givers is None else member_of(givers),
        to_member=None if receivers is None else member_of(receivers),
        user_errors=[],
    )


_FIELDS = {
    "SAME_MEMBER": "toMemberId",
    "MEMBER_NOT_FOUND": "fromMemberId",
    "REASON_INVALID": "reason",
    "INVALID_IDEMPOTENCY_KEY": "idempotencyKey",
    "IDEMPOTENCY_KEY_REUSED": "idempotencyKey",
}


def _refused(info: MerchantInfo, code: str, limit: int = 0) -> PointsTransferPayload:
    language = language_of(info.context.locale)
    key = f"refused.{code.lower()}" if "IDEMPOTENCY" in code else f"transfer.{code.lower()}"
    error = PointsTransferUserError(
        field=["input", _FIELDS.get(code, "points")],
        message=TEXTS[language][key].format(points=points_text(limit, language)),
        code=PointsTransferErrorCode[code],
    )
    return PointsTransferPayload(transaction_id=None, from_member=None, to_member=None, user_errors=[error])

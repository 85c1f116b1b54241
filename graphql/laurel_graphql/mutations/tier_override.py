"""`tierOverride`: the staff give a member a tier."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.database import Connection
from engine.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, begin, keyed_request, remember
from engine.ledger import MemberKey
from engine.standings import review_members
from engine.tiers.facts import Override
from engine.tiers.overrides import OVERRIDES_MAXIMUM, OverrideRefused, member_of_override, override_tier, overrides_of
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.tiering import tier_text
from laurel_graphql.types.member_records import MemberRecord, member_for
from laurel_graphql.types.tier_records import TierOverride, override_for


@strawberry.enum(description="Why no tier was given.")
class TierOverrideErrorCode(Enum):
    MEMBER_NOT_FOUND = strawberry.enum_value(
        "MEMBER_NOT_FOUND", description="Returned when the program has no such member."
    )
    TIER_NOT_FOUND = strawberry.enum_value(
        "TIER_NOT_FOUND", description="Returned when the live tiers have no such one."
    )
    REASON_MISSING = strawberry.enum_value("REASON_MISSING", description="Returned when no reason is given.")
    REASON_TOO_LONG = strawberry.enum_value(
        "REASON_TOO_LONG", description="Returned when the reason has more than 500 characters."
    )
    END_PAST = strawberry.enum_value("END_PAST", description="Returned when the end is past.")
    TOO_MANY = strawberry.enum_value(
        "TOO_MANY", description="Returned when the member was given as many tiers by hand as may be."
    )
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED",
        description="Returned when the key stands for something that was asked for with other input.",
    )


@strawberry.type(description="One reason why no tier was given. Nothing changed.")
class TierOverrideUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: TierOverrideErrorCode = strawberry.field(description="What is wrong, for programs.")


_OBJECT = "tier_override"
_FIELDS = {
    "MEMBER_NOT_FOUND": "memberId",
    "TOO_MANY": "memberId",
    "TIER_NOT_FOUND": "tier",
    "REASON_MISSING": "reason",
    "REASON_TOO_LONG": "reason",
    "END_PAST": "endsAt",
}


@strawberry.input(description="Which tier for whom, until when, and why.")
class TierOverrideInput:
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    tier: str = strawberry.field(description="The handle of a live tier. What is earned goes on below it.")
    ends_at: datetime | None = strawberry.field(default=None, description="The first moment without it; null: no end.")
    reason: str = strawberry.field(
        description="Why: 1 to 500 characters. It is kept for good: it must not name a person."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same object as it stands then."
    )


@strawberry.type(description="What came of it.")
class TierOverridePayload:
    override: TierOverride | None = strawberry.field(description="What was given, null when refused.")
    member: MemberRecord | None = strawberry.field(description="The member as they are now, null when refused.")
    user_errors: list[TierOverrideUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def tier_override(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        TierOverrideInput, strawberry.argument(description="Which tier for whom, until when, and why.")
    ],
) -> TierOverridePayload:
    """It holds from now on, with all that the tier does for its members."""
    context = info.context
    member_id = number_of(input.member_id, "Member")
    try:
        async with context.writing() as connection:
            given = await _given(connection, context, member_id, input)
            override = await override_for(connection, context, given)
            member = await member_for(connection, context, member_id)
    except OverrideRefused as refusal:
        return _refused(context, refusal.code, _FIELDS[refusal.code])
    except IdempotencyKeyInvalid:
        return _refused(context, "INVALID_IDEMPOTENCY_KEY", "idempotencyKey")
    except IdempotencyKeyReused:
        return _refused(context, "IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
    return TierOverridePayload(override=override, member=member, user_errors=[])


async def _given(
    connection: Connection, context: MerchantContext, member_id: int, wanted: TierOverrideInput
) -> Override:
    """Give it once for each key; said again it is what was given, as it stands now."""
    tier, reason = readable(wanted.tier), readable(wanted.reason)
    ends_at = None if wanted.ends_at is None else wanted.ends_at.isoformat()
    asked = keyed_request(
        context.program_id, f"tier-override/{context.actor}", wanted.idempotency_key,
        {"member": member_id, "tier": tier, "ends_at": ends_at, "reason": reason},
    )  # fmt: skip
    known = await begin(connection, asked, _OBJECT)
    if known is not None:
        owner = await member_of_override(connection, context.program_id, known)
        given = await overrides_of(connection, context.program_id, owner or member_id, OVERRIDES_MAXIMUM)
        return next(one for one in given if one.override_id == known)
    made = await override_tier(connection, context.program_id, member_id, tier, wanted.ends_at, reason, context.actor)
    await remember(connection, asked, _OBJECT, made.override_id)
    await review_members(connection, [MemberKey(context.program_id, member_id)])
    return made


def _refused(context: MerchantContext, code: str, field: str) -> TierOverridePayload:
    error = TierOverrideUserError(
        field=["input", field], message=tier_text(code, context.locale), code=TierOverrideErrorCode[code]
    )
    return TierOverridePayload(override=None, member=None, user_errors=[error])

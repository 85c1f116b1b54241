"""`tierOverrideWithdraw`: a tier that was given by hand is taken back."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.ledger import MemberKey
from engine.standings import review_members
from engine.tiers.overrides import OverrideRefused, member_of_override, withdraw_override
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.tiering import tier_text
from laurel_graphql.types.member_records import MemberRecord, member_for
from laurel_graphql.types.tier_records import TierOverride, override_for


@strawberry.enum(description="Why it was not taken back.")
class TierOverrideWithdrawErrorCode(Enum):
    OVERRIDE_NOT_FOUND = strawberry.enum_value(
        "OVERRIDE_NOT_FOUND", description="Returned when the program has no such override."
    )
    OVERRIDE_ENDED = strawberry.enum_value("OVERRIDE_ENDED", description="Returned when it is over or was taken back.")


@strawberry.type(description="One reason why it was not taken back. Nothing changed.")
class TierOverrideWithdrawUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: TierOverrideWithdrawErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which tier given by hand.")
class TierOverrideWithdrawInput:
    override_id: strawberry.ID = strawberry.field(description="The override's global id.")


@strawberry.type(description="What came of it.")
class TierOverrideWithdrawPayload:
    override: TierOverride | None = strawberry.field(description="What was taken back, null when refused.")
    member: MemberRecord | None = strawberry.field(description="The member as they are now, null when refused.")
    user_errors: list[TierOverrideWithdrawUserError] = strawberry.field(
        description="Why it was refused, empty otherwise."
    )


async def tier_override_withdraw(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        TierOverrideWithdrawInput, strawberry.argument(description="Which tier given by hand.")
    ],
) -> TierOverrideWithdrawPayload:
    """The member has from now on what they earned, or what else was given to them."""
    context = info.context
    override_id = number_of(input.override_id, "TierOverride")
    try:
        async with context.writing() as connection:
            member_id = await member_of_override(connection, context.program_id, override_id)
            if member_id is None:
                raise OverrideRefused("OVERRIDE_NOT_FOUND")
            ended = await withdraw_override(connection, context.program_id, member_id, override_id, context.actor)
            await review_members(connection, [MemberKey(context.program_id, member_id)])
            override = await override_for(connection, context, ended)
            member = await member_for(connection, context, member_id)
    except OverrideRefused as refusal:
        code = refusal.code if refusal.code == "OVERRIDE_ENDED" else "OVERRIDE_NOT_FOUND"
        error = TierOverrideWithdrawUserError(
            field=["input", "overrideId"],
            message=tier_text(code, context.locale),
            code=TierOverrideWithdrawErrorCode[code],
        )
        return TierOverrideWithdrawPayload(override=None, member=None, user_errors=[error])
    return TierOverrideWithdrawPayload(override=override, member=member, user_errors=[])

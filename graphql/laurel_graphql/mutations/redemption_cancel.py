"""`redemptionCancel`: an unused code is taken back and its points are the member's again."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rewards.ending import cancel_redemption
from engine.rewards.reasons import RedemptionRefused
from laurel_graphql.caller import member_after, words_for
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.refusals import refusal_text
from laurel_graphql.types.members import Member
from laurel_graphql.types.redemptions import Redemption, redemption_of


@strawberry.enum(description="Why a redemption was not canceled. Nothing changed.")
class RedemptionCancelErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    REDEMPTION_NOT_FOUND = strawberry.enum_value(
        "REDEMPTION_NOT_FOUND", description="Returned when the member has no such redemption."
    )
    NOT_CANCELABLE = strawberry.enum_value(
        "NOT_CANCELABLE", description="Returned when it was used, is over, or was given for good."
    )


@strawberry.type(description="One reason why a redemption was not canceled.")
class RedemptionCancelUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: RedemptionCancelErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which redemption to cancel.")
class RedemptionCancelInput:
    redemption_id: strawberry.ID = strawberry.field(description="The redemption's global id.")


@strawberry.type(description="What came of canceling.")
class RedemptionCancelPayload:
    redemption: Redemption | None = strawberry.field(
        description="The redemption as it stands now: PENDING until the shop took the code back, then CANCELED. Null "
        "when there is none."
    )
    user_errors: list[RedemptionCancelUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def redemption_cancel(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RedemptionCancelInput, strawberry.argument(description="Which redemption to cancel.")
    ],
) -> RedemptionCancelPayload:
    """Ask the shop to take the code back; the points follow. Twice is once."""
    context = info.context
    redemption_id = number_of(input.redemption_id, "Redemption")
    if context.customer_id is None:
        return await _refused(context, RedemptionRefused("SIGNED_OUT"))
    try:
        async with context.writing() as connection:
            redemption = await cancel_redemption(
                connection, context.program_id, context.shop_id, context.customer_id, redemption_id
            )
    except RedemptionRefused as refusal:
        return await _refused(context, refusal)
    return RedemptionCancelPayload(redemption=redemption_of(redemption), user_errors=[])


async def _refused(context: StorefrontContext, refusal: RedemptionRefused) -> RedemptionCancelPayload:
    error = RedemptionCancelUserError(
        field=None if refusal.code == "SIGNED_OUT" else ["input", "redemptionId"],
        message=refusal_text(refusal.code, refusal.details, await words_for(context, refusal.code)),
        code=RedemptionCancelErrorCode[refusal.code],
    )
    return RedemptionCancelPayload(redemption=None, user_errors=[error])

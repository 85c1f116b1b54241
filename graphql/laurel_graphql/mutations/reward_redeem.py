"""`rewardRedeem`: points become a reward, or stay where they are and the shopper is told why."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rewards.reasons import RedemptionRefused
from engine.rewards.redeeming import redeem
from laurel_graphql.caller import member_after, words_for
from laurel_graphql.context import StorefrontContext, StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.refusals import refusal_text
from laurel_graphql.scalars import Points
from laurel_graphql.types.members import Member
from laurel_graphql.types.redemptions import Redemption, redemption_of

_FIELDS = {
    "REWARD_NOT_FOUND": "rewardId",
    "ARCHIVED": "rewardId",
    "INVALID_POINTS": "points",
    "INVALID_IDEMPOTENCY_KEY": "idempotencyKey",
    "IDEMPOTENCY_KEY_REUSED": "idempotencyKey",
}


@strawberry.enum(description="Why a reward was not given. No points were taken.")
class RewardRedeemErrorCode(Enum):
    REWARD_NOT_FOUND = strawberry.enum_value(
        "REWARD_NOT_FOUND", description="Returned when the program has no such reward."
    )
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when the shop gives it no more.")
    NOT_STARTED = strawberry.enum_value("NOT_STARTED", description="Returned before the reward's first moment.")
    ENDED = strawberry.enum_value("ENDED", description="Returned after the reward's last moment.")
    CURRENCY_NOT_OFFERED = strawberry.enum_value(
        "CURRENCY_NOT_OFFERED", description="Returned when it has no value in the currency that this shop sells in."
    )
    TIER_LOCKED = strawberry.enum_value("TIER_LOCKED", description="Returned when it is for other tiers.")
    PLAN_LOCKED = strawberry.enum_value("PLAN_LOCKED", description="Returned when it is for members of paid plans.")
    SEGMENT_LOCKED = strawberry.enum_value("SEGMENT_LOCKED", description="Returned when it is for other customers.")
    LIMIT_REACHED = strawberry.enum_value(
        "LIMIT_REACHED", description="Returned when the member had as many as each may have."
    )
    OUT_OF_STOCK = strawberry.enum_value("OUT_OF_STOCK", description="Returned when none is left.")
    INVALID_POINTS = strawberry.enum_value(
        "INVALID_POINTS",
        description="Returned when it cannot be had for that many points: too few, too many, or not in its steps.",
    )
    NOT_ENOUGH_POINTS = strawberry.enum_value(
        "NOT_ENOUGH_POINTS", description="Returned when the member has too few points."
    )
    BELOW_MINIMUM_SUBTOTAL = strawberry.enum_value(
        "BELOW_MINIMUM_SUBTOTAL", description="Returned when a cart is known and holds too little."
    )
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED", description="Returned when the key stands for a redemption with other input."
    )


@strawberry.type(description="One reason why a reward was not given.")
class RewardRedeemUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language, with its numbers.")
    code: RewardRedeemErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which reward, for how many points.")
class RewardRedeemInput:
    reward_id: strawberry.ID = strawberry.field(description="The reward's global id.")
    points: Points | None = strawberry.field(
        default=None,
        description="How many points, where the shopper chooses; null for a fixed price.",
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters, one for each redemption that is wanted. "
        "Sending it again with the same input returns the same redemption as it stands then."
    )


@strawberry.type(description="What came of asking for a reward.")
class RewardRedeemPayload:
    redemption: Redemption | None = strawberry.field(description="The redemption as it stands now, null when refused.")
    user_errors: list[RewardRedeemUserError] = strawberry.field(description="Why it was refused, empty otherwise.")

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def reward_redeem(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RewardRedeemInput, strawberry.argument(description="Which reward, for how many points.")
    ],
) -> RewardRedeemPayload:
    """Hold the points and ask the shop for the code."""
    context = info.context
    reward_id = number_of(input.reward_id, "Reward")
    if context.customer_id is None:
        return await _refused(context, RedemptionRefused("SIGNED_OUT"))
    try:
        async with context.writing() as connection:
            redemption = await redeem(
                connection, context.program_id, context.shop_id, context.customer_id, reward_id, input.points,
                input.idempotency_key,
            )  # fmt: skip
    except RedemptionRefused as refusal:
        return await _refused(context, refusal)
    return RewardRedeemPayload(redemption=redemption_of(redemption), user_errors=[])


async def _refused(context: StorefrontContext, refusal: RedemptionRefused) -> RewardRedeemPayload:
    field = _FIELDS.get(refusal.code)
    error = RewardRedeemUserError(
        field=None if field is None else ["input", field],
        message=refusal_text(refusal.code, refusal.details, await words_for(context, refusal.code)),
        code=RewardRedeemErrorCode[refusal.code],
    )
    return RewardRedeemPayload(redemption=None, user_errors=[error])

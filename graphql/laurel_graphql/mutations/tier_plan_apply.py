"""`tierPlanApply`: a change of the tiers holds from now on, for everybody at once."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.tiers.planning import TierPlanRefused, apply_plan
from engine.tiers.versions import live_tiers
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.tiering import tier_text
from laurel_graphql.types.tier_records import TierPlan, TierProgram, tier_plan_of, tier_program_of, words_of


@strawberry.enum(description="Why the change was not applied.")
class TierPlanApplyErrorCode(Enum):
    PLAN_NOT_FOUND = strawberry.enum_value(
        "PLAN_NOT_FOUND", description="Returned when the program has no such change."
    )
    PLAN_COUNTING = strawberry.enum_value(
        "PLAN_COUNTING", description="Returned while what it would do is still being counted."
    )
    PLAN_SETTLED = strawberry.enum_value("PLAN_SETTLED", description="Returned when it was applied or dropped before.")
    TIERS_CHANGED = strawberry.enum_value(
        "TIERS_CHANGED", description="Returned when the tiers were changed since it was written."
    )


@strawberry.type(description="One reason why the change was not applied. Nothing changed.")
class TierPlanApplyUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: TierPlanApplyErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which change.")
class TierPlanApplyInput:
    tier_plan_id: strawberry.ID = strawberry.field(description="The change's global id.")


@strawberry.type(description="What came of it.")
class TierPlanApplyPayload:
    tier_plan: TierPlan | None = strawberry.field(description="The change as it stands now, null when refused.")
    tier_program: TierProgram | None = strawberry.field(description="The tiers that are live now, null when refused.")
    user_errors: list[TierPlanApplyUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def tier_plan_apply(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        TierPlanApplyInput, strawberry.argument(description="Which change.")
    ],
) -> TierPlanApplyPayload:
    """What each member's lists show follows within moments; who asks for one member sees it at once."""
    context = info.context
    plan_id = number_of(input.tier_plan_id, "TierPlan")
    try:
        async with context.writing() as connection:
            settled = await apply_plan(connection, context.program_id, plan_id, context.actor)
            live = await live_tiers(connection, context.program_id)
            assert live is not None, "it was published just now"
            program = await tier_program_of(connection, context, live)
            shown = tier_plan_of(settled, await words_of(connection, context), live.definition)
    except TierPlanRefused as refusal:
        error = TierPlanApplyUserError(
            field=["input", "tierPlanId"],
            message=tier_text(refusal.code, context.locale),
            code=TierPlanApplyErrorCode[refusal.code],
        )
        return TierPlanApplyPayload(tier_plan=None, tier_program=None, user_errors=[error])
    return TierPlanApplyPayload(tier_plan=shown, tier_program=program, user_errors=[])

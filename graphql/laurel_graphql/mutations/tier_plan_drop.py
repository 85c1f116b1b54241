"""`tierPlanDrop`: a change of the tiers is not wanted."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.tiers.planning import TierPlanRefused, drop_plan
from engine.tiers.versions import live_tiers
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.tiering import tier_text
from laurel_graphql.types.tier_records import TierPlan, tier_plan_of, words_of


@strawberry.enum(description="Why the change was not dropped.")
class TierPlanDropErrorCode(Enum):
    PLAN_NOT_FOUND = strawberry.enum_value(
        "PLAN_NOT_FOUND", description="Returned when the program has no such change."
    )
    PLAN_SETTLED = strawberry.enum_value("PLAN_SETTLED", description="Returned when it was applied or dropped before.")


@strawberry.type(description="One reason why the change was not dropped. Nothing changed.")
class TierPlanDropUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: TierPlanDropErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which change.")
class TierPlanDropInput:
    tier_plan_id: strawberry.ID = strawberry.field(description="The change's global id.")


@strawberry.type(description="What came of it.")
class TierPlanDropPayload:
    tier_plan: TierPlan | None = strawberry.field(description="The change as it stands now, null when refused.")
    user_errors: list[TierPlanDropUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def tier_plan_drop(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        TierPlanDropInput, strawberry.argument(description="Which change.")
    ],
) -> TierPlanDropPayload:
    """Nothing changes for members."""
    context = info.context
    plan_id = number_of(input.tier_plan_id, "TierPlan")
    try:
        async with context.writing() as connection:
            settled = await drop_plan(connection, context.program_id, plan_id, context.actor)
            live = await live_tiers(connection, context.program_id)
            shown = tier_plan_of(settled, await words_of(connection, context), live.definition if live else None)
    except TierPlanRefused as refusal:
        error = TierPlanDropUserError(
            field=["input", "tierPlanId"],
            message=tier_text(refusal.code, context.locale),
            code=TierPlanDropErrorCode[refusal.code],
        )
        return TierPlanDropPayload(tier_plan=None, user_errors=[error])
    return TierPlanDropPayload(tier_plan=shown, user_errors=[])

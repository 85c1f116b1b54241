"""`tierPlanCreate`: a change of the tiers is thought about, and what it would do is counted."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.tiers.planning import TierPlanRefused, plan_change
from engine.tiers.versions import live_tiers
from laurel_graphql.context import MerchantInfo
from laurel_graphql.inputs.given import Fault
from laurel_graphql.inputs.tiers import TierDefinitionInput
from laurel_graphql.tiering import TiersInvalid, checked_tiers, tier_text
from laurel_graphql.types.tier_records import TierPlan, tier_plan_of, words_of


@strawberry.enum(description="Why no change was written.")
class TierPlanCreateErrorCode(Enum):
    INVALID = strawberry.enum_value("INVALID", description="Returned when the tiers are wrong.")
    TOO_MANY = strawberry.enum_value(
        "TOO_MANY", description="Returned while as many changes are thought about as may be at a time."
    )


@strawberry.type(description="One reason why no change was written. Nothing changed.")
class TierPlanCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: TierPlanCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="What the tiers would say.")
class TierPlanCreateInput:
    definition: TierDefinitionInput = strawberry.field(description="All tiers; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class TierPlanCreatePayload:
    tier_plan: TierPlan | None = strawberry.field(description="The change as it stands now, null when refused.")
    user_errors: list[TierPlanCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def tier_plan_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        TierPlanCreateInput, strawberry.argument(description="What the tiers would say.")
    ],
) -> TierPlanCreatePayload:
    """Nothing changes for members. A big program's members are counted in the background."""
    context = info.context
    try:
        definition = checked_tiers(input.definition)
        async with context.writing() as connection:
            made = await plan_change(connection, context.program_id, definition, context.actor)
            live = await live_tiers(connection, context.program_id)
            shown = tier_plan_of(made, await words_of(connection, context), live.definition if live else None)
    except TiersInvalid as refusal:
        return _refused("INVALID", refusal.faults)
    except TierPlanRefused as refusal:
        return _refused(refusal.code, [Fault(["input"], tier_text(refusal.code, context.locale))])
    return TierPlanCreatePayload(tier_plan=shown, user_errors=[])


def _refused(code: str, faults: list[Fault]) -> TierPlanCreatePayload:
    errors = [
        TierPlanCreateUserError(field=fault.field, message=fault.message, code=TierPlanCreateErrorCode[code])
        for fault in faults
    ]
    return TierPlanCreatePayload(tier_plan=None, user_errors=errors)

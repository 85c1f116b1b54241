"""`planUpdate`: a plan gets its next version."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.memberships.catalog import update_plan
from engine.memberships.refusals import MembershipRefused
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.plans import PlanInput
from laurel_graphql.membering import PlanInvalid, checked_plan, refused_membership
from laurel_graphql.types.plan_records import Plan, plan_for


@strawberry.enum(description="Why a plan was not changed.")
class PlanUpdateErrorCode(Enum):
    PLAN_NOT_FOUND = strawberry.enum_value("PLAN_NOT_FOUND", description="Returned when the program has no such plan.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when the plan is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )
    PRODUCT_TAKEN = strawberry.enum_value(
        "PRODUCT_TAKEN", description="Returned when one of its products belongs to another plan."
    )
    SELLING_PLAN_TAKEN = strawberry.enum_value(
        "SELLING_PLAN_TAKEN", description="Returned when its selling plan belongs to another plan."
    )
    INVALID = strawberry.enum_value("INVALID", description="Returned when the plan is wrong.")


@strawberry.type(description="One reason why a plan was not changed. Nothing changed.")
class PlanUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: PlanUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The plan as a whole.")
class PlanUpdateInput:
    plan_id: strawberry.ID = strawberry.field(description="The plan's global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    position: int | None = strawberry.field(default=None, description="Its place in the list; null: as it is.")
    plan: PlanInput = strawberry.field(description="The plan as a whole; what is left out gets its default.")


@strawberry.type(description="What came of it.")
class PlanUpdatePayload:
    plan: Plan | None = strawberry.field(description="The plan as it stands now, null when refused.")
    user_errors: list[PlanUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def plan_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        PlanUpdateInput, strawberry.argument(description="The plan as a whole.")
    ],
) -> PlanUpdatePayload:
    """What was sold before keeps its own version."""
    context = info.context
    plan_id = number_of(input.plan_id, "Plan")
    try:
        definition = checked_plan(input.plan)
        async with context.writing() as connection:
            made = await update_plan(
                connection, context.program_id, plan_id, definition, expected_version=input.expected_version,
                actor=context.actor, position=input.position,
            )  # fmt: skip
            shown = await plan_for(connection, context, made)
    except (MembershipRefused, PlanInvalid) as refusal:
        errors = [
            PlanUpdateUserError(field=fault.field, message=fault.message, code=PlanUpdateErrorCode[code])
            for code, fault in refused_membership(refusal, context.locale)
        ]
        return PlanUpdatePayload(plan=None, user_errors=errors)
    return PlanUpdatePayload(plan=shown, user_errors=[])

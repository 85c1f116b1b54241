"""`planArchive`: a plan is sold no more."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.memberships.catalog import archive_plan
from engine.memberships.refusals import MembershipRefused
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import number_of
from laurel_graphql.membering import refused_membership
from laurel_graphql.types.plan_records import Plan, plan_for


@strawberry.enum(description="Why a plan was not archived.")
class PlanArchiveErrorCode(Enum):
    PLAN_NOT_FOUND = strawberry.enum_value("PLAN_NOT_FOUND", description="Returned when the program has no such plan.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when the plan is archived.")
    VERSION_CONFLICT = strawberry.enum_value(
        "VERSION_CONFLICT", description="Returned when somebody else made another version since it was read."
    )


@strawberry.type(description="One reason why a plan was not archived. Nothing changed.")
class PlanArchiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: PlanArchiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which plan.")
class PlanArchiveInput:
    plan_id: strawberry.ID = strawberry.field(description="The plan's global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.type(description="What came of it.")
class PlanArchivePayload:
    plan: Plan | None = strawberry.field(description="The plan as it stands now, null when refused.")
    user_errors: list[PlanArchiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def plan_archive(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        PlanArchiveInput, strawberry.argument(description="Which plan.")
    ],
) -> PlanArchivePayload:
    """Memberships of it go on to their end."""
    context = info.context
    plan_id = number_of(input.plan_id, "Plan")
    try:
        async with context.writing() as connection:
            made = await archive_plan(
                connection, context.program_id, plan_id, expected_version=input.expected_version, actor=context.actor
            )
            shown = await plan_for(connection, context, made)
    except MembershipRefused as refusal:
        errors = [
            PlanArchiveUserError(field=fault.field, message=fault.message, code=PlanArchiveErrorCode[code])
            for code, fault in refused_membership(refusal, context.locale)
        ]
        return PlanArchivePayload(plan=None, user_errors=errors)
    return PlanArchivePayload(plan=shown, user_errors=[])

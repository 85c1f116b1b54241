"""`planCreate`: one more plan is sold."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.memberships.catalog import create_plan
from engine.memberships.refusals import MembershipRefused
from laurel_graphql.context import MerchantInfo
from laurel_graphql.inputs.plans import PlanInput
from laurel_graphql.inputs.texts import readable
from laurel_graphql.membering import PlanInvalid, checked_plan, refused_membership
from laurel_graphql.types.plan_records import Plan, plan_for


@strawberry.enum(description="Why no plan was made.")
class PlanCreateErrorCode(Enum):
    HANDLE_TAKEN = strawberry.enum_value("HANDLE_TAKEN", description="Returned when another plan has the handle.")
    HANDLE_INVALID = strawberry.enum_value(
        "HANDLE_INVALID", description="Returned unless the handle is a–z, 0–9 and `-`, at most 64 characters."
    )
    TOO_MANY = strawberry.enum_value(
        "TOO_MANY", description="Returned when the program sells as many as it may at a time."
    )
    PRODUCT_TAKEN = strawberry.enum_value(
        "PRODUCT_TAKEN", description="Returned when one of its products belongs to another plan."
    )
    SELLING_PLAN_TAKEN = strawberry.enum_value(
        "SELLING_PLAN_TAKEN", description="Returned when its selling plan belongs to another plan."
    )
    INVALID = strawberry.enum_value("INVALID", description="Returned when the plan is wrong.")


@strawberry.type(description="One reason why no plan was made. Nothing changed.")
class PlanCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: PlanCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The plan to sell.")
class PlanCreateInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique in the program.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the list, from 0 on; null: the last."
    )
    plan: PlanInput = strawberry.field(description="The plan.")


@strawberry.type(description="What came of it.")
class PlanCreatePayload:
    plan: Plan | None = strawberry.field(description="The plan as it stands now, null when refused.")
    user_errors: list[PlanCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def plan_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        PlanCreateInput, strawberry.argument(description="The plan to sell.")
    ],
) -> PlanCreatePayload:
    """Memberships follow from what is bought from now on, and from earlier orders that are told again."""
    context = info.context
    try:
        definition = checked_plan(input.plan)
        async with context.writing() as connection:
            made = await create_plan(
                connection, context.program_id, readable(input.handle), definition, actor=context.actor,
                position=input.position,
            )  # fmt: skip
            shown = await plan_for(connection, context, made)
    except (MembershipRefused, PlanInvalid) as refusal:
        errors = [
            PlanCreateUserError(field=fault.field, message=fault.message, code=PlanCreateErrorCode[code])
            for code, fault in refused_membership(refusal, context.locale)
        ]
        return PlanCreatePayload(plan=None, user_errors=errors)
    return PlanCreatePayload(plan=shown, user_errors=[])

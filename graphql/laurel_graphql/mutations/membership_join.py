"""`membershipJoin`: what a shopper has to buy to become a member of a plan."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.members import member_of_customer
from engine.memberships.joining import join
from engine.memberships.refusals import MembershipRefused
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.gids import number_of
from laurel_graphql.membering import refused_membership
from laurel_graphql.types.membership_states import read_memberships
from laurel_graphql.types.plans import MembershipPlan, PlanReader, plan_of


@strawberry.enum(description="Why the plan cannot be joined.")
class MembershipJoinErrorCode(Enum):
    PLAN_NOT_FOUND = strawberry.enum_value("PLAN_NOT_FOUND", description="Returned when the program has no such plan.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when the plan is archived.")
    NOT_SOLD = strawberry.enum_value("NOT_SOLD", description="Returned when nothing is sold for the plan.")
    ALREADY_MEMBER = strawberry.enum_value(
        "ALREADY_MEMBER", description="Returned when a contract of the shopper goes on by this plan."
    )
    QUANTITY_INVALID = strawberry.enum_value(
        "QUANTITY_INVALID", description="Returned unless there are 1 to 100 units."
    )


@strawberry.type(description="One reason why the plan cannot be joined. Nothing changed.")
class MembershipJoinUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipJoinErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which plan.")
class MembershipJoinInput:
    plan_id: strawberry.ID = strawberry.field(description="The plan's global id.")
    quantity: int = strawberry.field(default=1, description="How many units, 1 to 100.")


@strawberry.type(description="What is to be done to join.")
class MembershipJoinPayload:
    plan: MembershipPlan | None = strawberry.field(description="The plan, null when refused.")
    join_url: str | None = strawberry.field(
        description="The path in the shop to go to: a cart with what is to be bought, or the product's page."
    )
    user_errors: list[MembershipJoinUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def membership_join(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipJoinInput, strawberry.argument(description="Which plan.")
    ],
) -> MembershipJoinPayload:
    """Nothing is stored: the membership begins with the paid order. Also for those who are not logged in."""
    context, number = info.context, number_of(input.plan_id, "Plan")
    try:
        async with context.writing() as connection:
            member_id = None
            if context.customer_id is not None:
                who = (context.program_id, context.shop_id, context.customer_id)
                member_id = (await member_of_customer(connection, *who)).member_id
            offer = await join(connection, context.program_id, member_id, number, input.quantity)
            desk = await read_memberships(connection, context, member_id)
    except MembershipRefused as refusal:
        errors = [
            MembershipJoinUserError(field=fault.field, message=fault.message, code=MembershipJoinErrorCode[code])
            for code, fault in refused_membership(refusal, context.locale)
        ]
        return MembershipJoinPayload(plan=None, join_url=None, user_errors=errors)
    plan = plan_of(offer.plan, PlanReader(desk.currency, desk.words, desk.joined))
    return MembershipJoinPayload(plan=plan, join_url=offer.path, user_errors=[])

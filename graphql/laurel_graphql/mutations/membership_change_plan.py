"""`membershipChangePlan`: a membership by contract goes over to another plan."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import strawberry

from engine.database import Connection
from engine.memberships.asking import Wish
from engine.memberships.changing import change_plan
from engine.memberships.store import Membership as MembershipFacts
from laurel_graphql.caller import member_after
from laurel_graphql.context import StorefrontInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import number_of
from laurel_graphql.types.members import Member
from laurel_graphql.types.memberships import Membership
from laurel_graphql.types.plan_values import MembershipWhen
from laurel_graphql.wishes import WishRefused, wished


@strawberry.enum(description="Why the plan was not changed.")
class MembershipChangePlanErrorCode(Enum):
    SIGNED_OUT = strawberry.enum_value("SIGNED_OUT", description="Returned when nobody is logged in.")
    NOT_A_MEMBER = strawberry.enum_value(
        "NOT_A_MEMBER", description="Returned when the member has no membership of this plan that goes on."
    )
    PLAN_NOT_FOUND = strawberry.enum_value("PLAN_NOT_FOUND", description="Returned when the program has no such plan.")
    SAME_PLAN = strawberry.enum_value("SAME_PLAN", description="Returned when it is the same plan.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="Returned when the plan is archived.")
    NO_CONTRACT = strawberry.enum_value("NO_CONTRACT", description="Returned when it is not billed by a contract.")
    CANCELED_ALREADY = strawberry.enum_value("CANCELED_ALREADY", description="Returned when it ends already.")
    ALREADY_PAUSED = strawberry.enum_value("ALREADY_PAUSED", description="Returned when it is paused.")
    CURRENCY_NOT_OFFERED = strawberry.enum_value(
        "CURRENCY_NOT_OFFERED", description="Returned when the plan has no price in the currency."
    )
    ONLY_AT_END = strawberry.enum_value(
        "ONLY_AT_END", description="Returned when it can change only with the next period."
    )
    MEMBER_CLOSED = strawberry.enum_value("MEMBER_CLOSED", description="Returned when the member left the program.")
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED",
        description="Returned when the key stands for something that was asked for with other input.",
    )


@strawberry.type(description="One reason why the plan was not changed. Nothing changed.")
class MembershipChangePlanUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    code: MembershipChangePlanErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="From which plan to which, and when.")
class MembershipChangePlanInput:
    plan_id: strawberry.ID = strawberry.field(description="The global id of the plan that is left.")
    to_plan_id: strawberry.ID = strawberry.field(description="The global id of the other plan.")
    when: MembershipWhen | None = strawberry.field(
        default=None, description="By default at once to a dearer plan, and at the period's end to a cheaper one."
    )
    idempotency_key: str = strawberry.field(
        description="Made by the client, 1 to 100 visible ASCII characters. Sending it again with the same "
        "input changes nothing and returns the same membership as it stands then."
    )


@strawberry.type(description="What came of it.")
class MembershipChangePlanPayload:
    membership: Membership | None = strawberry.field(
        description="The membership of the plan that holds now, null when refused."
    )
    user_errors: list[MembershipChangePlanUserError] = strawberry.field(
        description="Why it was refused, empty otherwise."
    )

    @computed("The member after it, null when nobody is logged in.")
    async def me(self, info: StorefrontInfo) -> Member | None:
        """Read anew, where it is asked for."""
        return await member_after(info.context)


async def membership_change_plan(
    info: StorefrontInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        MembershipChangePlanInput, strawberry.argument(description="From which plan to which, and when.")
    ],
) -> MembershipChangePlanPayload:
    """What it costs, `changeQuote` says before."""
    to_plan_id = number_of(input.to_plan_id, "Plan")
    when: Literal["now", "at_end"] | None = None
    if input.when is not None:
        when = "now" if input.when is MembershipWhen.NOW else "at_end"

    async def ask(connection: Connection, wish: Wish) -> MembershipFacts:
        changed = await change_plan(connection, wish, to_plan_id, when)
        by_plan = {one.standing.plan_id: one for one in changed if one.standing.state != "ended"}
        return by_plan.get(to_plan_id) or by_plan[wish.plan_id]

    try:
        membership = await wished(info.context, input.plan_id, input.idempotency_key, ask)
    except WishRefused as refusal:
        error = MembershipChangePlanUserError(
            field=refusal.fault.field,
            message=refusal.fault.message,
            code=MembershipChangePlanErrorCode[refusal.code],
        )
        return MembershipChangePlanPayload(membership=None, user_errors=[error])
    return MembershipChangePlanPayload(membership=membership, user_errors=[])

"""What a shopper asks of their own membership: under their own name, once for each key, answered as it stands then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from engine.database import Connection
from engine.members import member_of_customer
from engine.memberships.asking import Wish
from engine.memberships.refusals import MembershipRefused
from engine.memberships.requests import options, resume, withdraw_cancel
from engine.memberships.store import Membership as MembershipFacts
from engine.memberships.store import memberships_of
from laurel_graphql.context import StorefrontContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.given import Fault
from laurel_graphql.membering import membership_text, refused_membership
from laurel_graphql.types.membership_states import read_memberships
from laurel_graphql.types.memberships import Membership, membership_of

Ask = Callable[[Connection, Wish], Awaitable[MembershipFacts]]


@dataclass(frozen=True, slots=True)
class WishRefused(Exception):  # noqa: N818  # a refusal, told to the shopper
    """Nothing was changed. `code` is the API's."""

    code: str
    fault: Fault


async def wished(context: StorefrontContext, plan_id: str, idempotency_key: str, ask: Ask) -> Membership:
    """Ask for something in a transaction of its own. Raises WishRefused, and RequestError for an id that is none."""
    number = number_of(plan_id, "Plan")
    if context.customer_id is None:
        raise WishRefused("SIGNED_OUT", Fault(["input"], membership_text("SIGNED_OUT", context.locale)))
    try:
        async with context.writing() as connection:
            member = await member_of_customer(connection, context.program_id, context.shop_id, context.customer_id)
            who = f"member:{member.member_id}"
            changed = await ask(connection, Wish(context.program_id, member.member_id, number, who, idempotency_key))
            desk = await read_memberships(connection, context, member.member_id)
    except MembershipRefused as refusal:
        raise _refused(refusal, context) from None
    return membership_of(changed, desk)


def _refused(refusal: MembershipRefused, context: StorefrontContext) -> WishRefused:
    (code, fault), *_ = refused_membership(refusal, context.locale)
    return WishRefused(code, fault)


async def resume_or_keep(connection: Connection, wish: Wish) -> MembershipFacts:
    """Let a membership go on that is paused, or that was to end. Raises MembershipRefused."""
    known = await memberships_of(connection, wish.program_id, wish.member_id)
    leaving = any(one.standing.plan_id == wish.plan_id and options(one).withdraw for one in known)
    return await (withdraw_cancel if leaving else resume)(connection, wish)

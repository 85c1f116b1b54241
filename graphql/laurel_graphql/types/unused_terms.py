"""What a membership would give back if it ended now: the term that runs, by the rule of the plan that sold it."""

from __future__ import annotations

from engine.memberships.refunds import refund_quote
from engine.memberships.store import Membership
from laurel_graphql.context import RequestContext
from laurel_graphql.types.membership_states import MembershipDesk
from laurel_graphql.types.money import Money, money_of


async def unused_refund(context: RequestContext, membership: Membership, desk: MembershipDesk) -> Money | None:
    """The amount, in the currency that was paid; None for nothing."""
    async with context.reading() as connection:
        found = await refund_quote(connection, context.program_id, desk.member_id, membership, desk.now)
    return None if found is None or not found.refund_minor else money_of(found.refund_minor, found.currency)

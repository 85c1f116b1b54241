"""What the staff ask of a member's membership: with a reason, once for each key, answered as it stands then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import strawberry

from engine.database import Connection
from engine.memberships.asking import Wish
from engine.memberships.refusals import MembershipRefused
from engine.memberships.store import Membership
from laurel_graphql.context import MerchantContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.given import Fault
from laurel_graphql.inputs.texts import readable
from laurel_graphql.membering import refused_membership
from laurel_graphql.types.member_records import MemberRecord, member_for
from laurel_graphql.types.membership_records import MembershipRecord, membership_of
from laurel_graphql.types.membership_states import read_memberships

Ask = Callable[[Connection, Wish], Awaitable[Membership]]


class StaffWishInput(Protocol):
    """What every such mutation takes."""

    member_id: strawberry.ID
    plan_id: strawberry.ID
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class StaffWishRefused(Exception):  # noqa: N818  # a refusal, told to the staff
    """Nothing was changed. `code` is the API's."""

    code: str
    fault: Fault


async def asked_by_staff(
    context: MerchantContext, given: StaffWishInput, ask: Ask
) -> tuple[MembershipRecord, MemberRecord | None]:
    """Ask for it in a transaction of its own. Raises StaffWishRefused, and RequestError for ids that are none."""
    wish = Wish(
        context.program_id, number_of(given.member_id, "Member"), number_of(given.plan_id, "Plan"), context.actor,
        given.idempotency_key, readable(given.reason), staff=True,
    )  # fmt: skip
    try:
        async with context.writing() as connection:
            changed = await ask(connection, wish)
            desk = await read_memberships(connection, context, wish.member_id)
            member = await member_for(connection, context, wish.member_id)
    except MembershipRefused as refusal:
        (code, fault), *_ = refused_membership(refusal, context.locale)
        raise StaffWishRefused(code, fault) from None
    return membership_of(changed, desk), member

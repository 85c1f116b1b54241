"""How a plan is joined: where in the shop it is bought."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.memberships.catalog import Plan, plan_of
from engine.memberships.refusals import MembershipRefused
from engine.memberships.store import memberships_of

QUANTITY_MAXIMUM = 100


@dataclass(frozen=True, slots=True)
class JoinOffer:
    """What is to be bought: a product of the shop, one of its variants where the plan names one, and where."""

    plan: Plan
    path: str
    product_id: int | None
    variant_id: int | None
    selling_plan_id: int | None


def join_path(plan: Plan, quantity: int = 1) -> str | None:
    """The shop's path that buys a plan: its variant put into a new checkout, else its product's page.

    None where the plan says neither.
    """
    definition = plan.definition
    if definition.variant_ids:
        path = f"/cart/{definition.variant_ids[0]}:{quantity}"
    elif definition.product_handle is not None:
        path = f"/products/{quote(definition.product_handle, safe='')}"
    else:
        return None
    if definition.selling_plan_id is None:
        return path
    return f"{path}?{urlencode({'selling_plan': definition.selling_plan_id})}"


async def join(
    connection: AsyncConnection, program_id: int, member_id: int | None, plan_id: int, quantity: int = 1
) -> JoinOffer:
    """What a shopper buys to become a member of a plan, or to stay one longer where it is sold by the unit.

    Raises MembershipRefused: PLAN_NOT_FOUND, ARCHIVED, NOT_SOLD, QUANTITY_INVALID; ALREADY_MEMBER where a contract of
    theirs goes on, or is only to be kept.
    """
    plan = await plan_of(connection, program_id, plan_id)
    if plan is None:
        raise MembershipRefused("PLAN_NOT_FOUND", "planId", "The program has no such plan.")
    if plan.archived_at is not None:
        raise MembershipRefused("ARCHIVED", "planId", "The plan is no longer sold.")
    if not 1 <= quantity <= QUANTITY_MAXIMUM:
        raise MembershipRefused("QUANTITY_INVALID", "quantity", f"Buy 1 to {QUANTITY_MAXIMUM} at a time.")
    path = join_path(plan, quantity)
    if path is None:
        raise MembershipRefused("NOT_SOLD", "planId", "The plan names no product to buy.")
    known = await memberships_of(connection, program_id, member_id) if member_id is not None else []
    if any(one.standing.plan_id == plan_id and one.standing.billed for one in known):
        raise MembershipRefused("ALREADY_MEMBER", "planId", "This membership goes on already.")
    definition = plan.definition
    return JoinOffer(
        plan, path, next(iter(definition.product_ids), None), next(iter(definition.variant_ids), None),
        definition.selling_plan_id,
    )  # fmt: skip

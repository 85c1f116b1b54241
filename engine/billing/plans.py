"""Which plan a contract or an order is of: by its selling plan, else by its product."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.dunning import Ladder
from engine.memberships.definitions import PlanDefinition

_PLANS = text("""
    SELECT p.plan_id, p.version, v.definition FROM plans p
    JOIN plan_versions v ON v.program_id = p.program_id AND v.plan_id = p.plan_id AND v.version = p.version
    WHERE p.program_id = :program_id ORDER BY p.archived_at IS NOT NULL, p.position, p.plan_id
""")
_ONE = text("""
    SELECT plan_id, version, definition FROM plan_versions
    WHERE program_id = :program_id AND plan_id = :plan_id AND version = :version
""")


@dataclass(frozen=True, slots=True)
class SoldPlan:
    """A version of a plan, as contracts are sold by it."""

    plan_id: int
    version: int
    definition: PlanDefinition

    @property
    def ladder(self) -> Ladder:
        """What follows when its payment fails."""
        return Ladder(self.definition.dunning, self.definition.final_action)


async def plans_sold(connection: AsyncConnection, program_id: int) -> list[SoldPlan]:
    """The newest version of every plan; archived ones come last, for what was sold before."""
    rows = await connection.execute(_PLANS, {"program_id": program_id})
    return [SoldPlan(row.plan_id, row.version, PlanDefinition.model_validate(row.definition)) for row in rows]


async def plan_sold(connection: AsyncConnection, program_id: int, plan_id: int, version: int) -> SoldPlan:
    """The version that a contract was sold by."""
    given = {"program_id": program_id, "plan_id": plan_id, "version": version}
    row = (await connection.execute(_ONE, given)).one()
    return SoldPlan(row.plan_id, row.version, PlanDefinition.model_validate(row.definition))


def plan_of(
    plans: Collection[SoldPlan], product_ids: Collection[int], selling_plan_ids: Collection[int]
) -> SoldPlan | None:
    """The plan that is sold by one of these selling plans, else the one that has one of these products."""
    for plan in plans:
        if plan.definition.selling_plan_id is not None and plan.definition.selling_plan_id in selling_plan_ids:
            return plan
    return next((plan for plan in plans if set(plan.definition.product_ids) & set(product_ids)), None)

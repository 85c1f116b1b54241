"""What a plan is for the merchant: its members by state, what was sold and refunded, and what its benefits cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """Members are those of now, money is of the days asked for: minor units by currency."""

    states: Mapping[str, int]
    sold: Mapping[str, int]
    refunded: Mapping[str, int]
    benefit_cost: Mapping[str, int]
    benefit_points: int

    @property
    def members(self) -> int:
        """All whose membership goes on, whatever its state."""
        return sum(count for state, count in self.states.items() if state != "ended")

    @property
    def trialing(self) -> int:
        """Members who try it."""
        return self.states.get("trialing", 0)

    @property
    def past_due(self) -> int:
        """Members whose payment is due and did not succeed."""
        return self.states.get("past_due", 0)

    @property
    def ended(self) -> int:
        """Those who were members."""
        return self.states.get("ended", 0)

    @property
    def revenue(self) -> dict[str, int]:
        """What was sold less what was refunded."""
        return {currency: minor - self.refunded.get(currency, 0) for currency, minor in self.sold.items()}


_STATES = text("""
    SELECT state, count(*) AS members FROM memberships WHERE program_id = :program_id AND plan_id = :plan_id
    GROUP BY state
""")
# A period that was paid by an order with a line of the plan is counted by that line, which knows of refunds.
_MONEY = text("""
    WITH facts AS MATERIALIZED (
        SELECT kind, shop_id, detail ->> 'order_id' AS order_id, detail ->> 'currency' AS currency,
            CASE kind WHEN 'purchased' THEN (detail ->> 'paid_minor')::bigint
                ELSE (detail ->> 'amount_minor')::bigint END AS sold,
            CASE kind WHEN 'purchased' THEN (detail ->> 'refunded_minor')::bigint ELSE 0 END AS refunded
        FROM membership_facts
        WHERE program_id = :program_id AND plan_id = :plan_id AND kind IN ('purchased', 'period_paid')
        AND occurred_at >= now() - make_interval(days => :days))
    SELECT f.currency, sum(f.sold)::bigint, sum(f.refunded)::bigint FROM facts f
    WHERE f.currency IS NOT NULL AND (f.kind = 'purchased' OR f.order_id IS NULL OR NOT EXISTS (
        SELECT FROM facts p WHERE p.kind = 'purchased' AND p.shop_id = f.shop_id AND p.order_id = f.order_id))
    GROUP BY f.currency ORDER BY f.currency
""")
_BENEFITS = text("""
    SELECT b.currency, sum(b.value_minor)::bigint, sum(b.points)::bigint FROM benefit_entries b
    WHERE b.program_id = :program_id AND b.grantor = (
        SELECT 'plan:' || p.handle FROM plans p WHERE p.program_id = :program_id AND p.plan_id = :plan_id)
    AND b.occurred_at >= now() - make_interval(days => :days) GROUP BY b.currency ORDER BY b.currency
""")


async def plan_figures(connection: AsyncConnection, program_id: int, plan_id: int, days: int) -> PlanFigures:
    """The figures of a plan, its money of the last so many days."""
    given = {"program_id": program_id, "plan_id": plan_id, "days": days}
    states = (await connection.execute(_STATES, given)).all()
    money = (await connection.execute(_MONEY, given)).all()
    benefits = (await connection.execute(_BENEFITS, given)).all()
    return PlanFigures(
        {row.state: row.members for row in states},
        {currency: sold or 0 for currency, sold, _ in money},
        {currency: refunded or 0 for currency, _, refunded in money},
        {currency: value for currency, value, _ in benefits if value},
        sum(points for _, _, points in benefits),
    )

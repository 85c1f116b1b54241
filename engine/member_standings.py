"""The tiers and memberships of a page of members, from the rows that are kept of them: what lists show.

Who looks at one member has them worked out from the facts instead, exact at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_NEWEST = 2**63 - 1
MEMBERSHIPS_MAXIMUM = 20
"""No member of a list is shown with more memberships than these."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A membership as a list shows it."""

    plan_id: int
    handle: str
    title: str
    state: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A membership of one plan as a list shows it; `customer_id` is the member's in the shop that asks."""

    member_id: int
    customer_id: int | None
    state: str
    way: str
    started_at: datetime
    ends_at: datetime | None
    entitled_until: datetime | None
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A member's tier and memberships as a list shows them; without a tier before there are any."""

    tier: str | None = None
    tier_name: str | None = None
    tier_color: str | None = None
    since: datetime | None = None
    valid_until: datetime | None = None
    overridden: bool = False
    plans: tuple[PlanRow, ...] = ()


_TIERS = text("""
    SELECT s.member_id, s.tier, one.entry ->> 'name' AS name, one.entry ->> 'color' AS color, s.since,
        s.valid_until, s.overridden
    FROM member_tiers s
    LEFT JOIN tier_versions v ON v.program_id = s.program_id AND v.version = CASE WHEN s.version > 0 THEN s.version
        ELSE (SELECT max(version) FROM tier_versions WHERE program_id = :program_id) END
    LEFT JOIN LATERAL (
        SELECT entry FROM jsonb_array_elements(v.definition -> 'tiers') AS entries (entry)
        WHERE entry ->> 'handle' = s.tier LIMIT 1
    ) one ON true
    WHERE s.program_id = :program_id AND s.member_id = ANY(:member_ids)
""")
_PLANS = text("""
    SELECT s.member_id, s.plan_id, p.handle, v.definition ->> 'title', s.state, s.ends_at FROM memberships s
    JOIN plans p ON p.program_id = s.program_id AND p.plan_id = s.plan_id
    JOIN plan_versions v ON v.program_id = s.program_id AND v.plan_id = s.plan_id AND v.version = p.version
    WHERE s.program_id = :program_id AND s.member_id = ANY(:member_ids)
    ORDER BY s.member_id, s.state = 'ended', p.position, s.plan_id
""")
_OF_PLAN = text("""
    SELECT s.member_id, (
        SELECT c.customer_id FROM customers c WHERE c.program_id = s.program_id AND c.member_id = s.member_id
        AND c.shop_id = :shop_id AND c.deleted_at IS NULL ORDER BY c.customer_id LIMIT 1
    ) AS customer_id, s.state, s.way, s.started_at, s.ends_at, s.entitled_until, s.paused_until
    FROM memberships s WHERE s.program_id = :program_id AND s.plan_id = :plan_id AND s.state = ANY(:states)
    AND s.member_id < :before ORDER BY s.member_id DESC LIMIT :first
""")
# Who was merged into another has no row, so none is counted twice, and the index alone answers.
_COUNTS = text("SELECT tier, count(*) FROM member_tiers WHERE program_id = :program_id GROUP BY tier")


async def standing_rows(
    connection: AsyncConnection, program_id: int, member_ids: Iterable[int]
) -> dict[int, StandingRow]:
    """What is kept of these members, at most a page of them; everybody asked for is in the answer."""
    ids = sorted(set(member_ids))
    given = {"program_id": program_id, "member_ids": ids}
    plans: dict[int, list[PlanRow]] = {}
    for member_id, *plan in await connection.execute(_PLANS, given) if ids else ():
        plans.setdefault(member_id, []).append(PlanRow(*plan))
    found = {one: StandingRow(plans=tuple(plans.get(one, ())[:MEMBERSHIPS_MAXIMUM])) for one in ids}
    for row in await connection.execute(_TIERS, given) if ids else ():
        found[row.member_id] = StandingRow(
            row.tier, row.name, row.color, row.since, row.valid_until, row.overridden, found[row.member_id].plans
        )
    return found


async def memberships_by_plan(
    connection: AsyncConnection, program_id: int, shop_id: int, plan_id: int, states: Sequence[str], first: int,
    before: int | None = None,
) -> list[MembershipRow]:  # fmt: skip
    """Who is, or was, a member of a plan, newest members first, from the one after `before` on."""
    given = {
        "program_id": program_id, "shop_id": shop_id, "plan_id": plan_id, "states": list(states), "first": first,
        "before": before or _NEWEST,
    }  # fmt: skip
    return [MembershipRow(*row) for row in await connection.execute(_OF_PLAN, given)]


async def members_by_tier(connection: AsyncConnection, program_id: int) -> dict[str, int]:
    """How many members have each tier now, by its handle."""
    return {row[0]: row[1] for row in await connection.execute(_COUNTS, {"program_id": program_id})}

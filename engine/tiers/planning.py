"""Changing tiers is a plan first: what it would do to whom is counted, then it is applied at once, or dropped.

Nothing is deleted to be edited: a change is a new version, members keep what they have unless the plan says otherwise
and has shown it. Small programs are counted at once, big ones page by page by a round (`count_plans`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.ledger import MemberKey
from engine.publishing import lock_versions
from engine.tiers.definitions import TierProgram
from engine.tiers.plan_counts import PlanCounts
from engine.tiers.store import read_all_facts
from engine.tiers.versions import parse_tiers, publish_tiers

PAGE_MEMBERS = 500
AT_ONCE_MEMBERS = 1_000
"""Programs of no more members are counted while the merchant waits."""
OPEN_PLANS_MAXIMUM = 20

State = Literal["counting", "ready", "applied", "dropped"]


class TierPlanRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A plan was not made, applied or dropped.

    `code`: PLAN_NOT_FOUND, PLAN_COUNTING, PLAN_SETTLED, TIERS_CHANGED (somebody applied another one since), TOO_MANY.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class TierPlan:
    """A change of the tiers that is thought about, or what became of it."""

    program_id: int
    plan_id: int
    base_version: int
    definition: TierProgram
    state: State
    counts: PlanCounts
    members_total: int
    members_done: int
    created_at: datetime
    created_by: str
    settled_at: datetime | None
    settled_by: str | None


_COLUMNS = """program_id, plan_id, base_version, definition::text AS definition, state, summary::text AS summary,
    members_total, members_done, created_at, created_by, settled_at, settled_by, last_member_id"""
_KEY = "program_id = :program_id AND plan_id = :plan_id"
_ONE = text(f"SELECT {_COLUMNS} FROM tier_plans WHERE {_KEY}")
_LIST = text(f"SELECT {_COLUMNS} FROM tier_plans WHERE program_id = :program_id ORDER BY plan_id DESC LIMIT :first")
_LOCK = text(f"SELECT {_COLUMNS} FROM tier_plans WHERE {_KEY} FOR UPDATE")
_COUNTING = text(f"""
    SELECT {_COLUMNS} FROM tier_plans WHERE state = 'counting' ORDER BY program_id, plan_id LIMIT 1
    FOR UPDATE SKIP LOCKED
""")
_OPEN = text("""
    SELECT count(*) FROM tier_plans WHERE program_id = :program_id AND state IN ('counting', 'ready')
""")
_VERSION = text("SELECT COALESCE(max(version), 0) FROM tier_versions WHERE program_id = :program_id")
_MEMBERS = "FROM members WHERE program_id = :program_id AND merged_into IS NULL AND closed_at IS NULL"
_INSERT = text(f"""
    INSERT INTO tier_plans (program_id, plan_id, base_version, definition, state, members_total, created_by)
    SELECT :program_id, nextval('ledger_ids'), :base_version, CAST(:definition AS jsonb), 'counting', count(*), :actor
    {_MEMBERS} RETURNING plan_id, members_total
""")
_PAGE = text(f"SELECT member_id {_MEMBERS} AND member_id > :after ORDER BY member_id LIMIT :most")
_COUNTED = text(f"""
    UPDATE tier_plans SET summary = CAST(:summary AS jsonb), members_done = members_done + :done,
        last_member_id = :last, state = CASE WHEN :over THEN 'ready' ELSE state END,
        members_total = CASE WHEN :over THEN members_done + :done ELSE members_total END
    WHERE {_KEY}
""")
_SETTLE = text(f"UPDATE tier_plans SET state = :state, settled_at = now(), settled_by = :actor WHERE {_KEY}")


async def plan_change(connection: AsyncConnection, program_id: int, definition: TierProgram, actor: str) -> TierPlan:
    """Think about a change: count what it would do. Raises TierPlanRefused TOO_MANY.

    The plan of a big program is still `counting` then; `count_plans` goes on with it.
    """
    await lock_versions(connection, program_id)
    if (await connection.execute(_OPEN, {"program_id": program_id})).scalar_one() >= OPEN_PLANS_MAXIMUM:
        raise TierPlanRefused("TOO_MANY")
    given = {
        "program_id": program_id, "actor": actor, "definition": definition.to_json(),
        "base_version": (await connection.execute(_VERSION, {"program_id": program_id})).scalar_one(),
    }  # fmt: skip
    row = (await connection.execute(_INSERT, given)).one()
    key = {"program_id": program_id, "plan_id": row.plan_id}
    counting = row.members_total <= AT_ONCE_MEMBERS
    while counting:
        counting = await _count_page(connection, (await connection.execute(_ONE, key)).one())
    return _plan((await connection.execute(_ONE, key)).one())


async def count_plans(connection: AsyncConnection, pages: int = 1) -> int:
    """Count some pages of members for plans that are not counted yet; returns how many members were looked at.

    Each page is added to what was counted before, so that a stop in between loses nothing.
    """
    looked = 0
    for _ in range(pages):
        row = (await connection.execute(_COUNTING)).one_or_none()
        if row is None:
            break
        await _count_page(connection, row)
        looked += PAGE_MEMBERS
    return looked


async def _count_page(connection: AsyncConnection, row: Any) -> bool:
    """Count the next members of a plan; whether there are more."""
    given = {"program_id": row.program_id, "after": row.last_member_id, "most": PAGE_MEMBERS}
    members = [MemberKey(row.program_id, one) for one in (await connection.execute(_PAGE, given)).scalars()]
    now = await transaction_time(connection)
    counts = PlanCounts.from_json(orjson.loads(row.summary))
    definition = parse_tiers(row.definition)
    facts = await read_all_facts(connection, members, now, planned=definition)
    counts.add(facts.values(), definition, now)
    over = len(members) < PAGE_MEMBERS
    await connection.execute(
        _COUNTED,
        {
            "program_id": row.program_id, "plan_id": row.plan_id, "done": len(members), "over": over,
            "last": members[-1].member_id if members else row.last_member_id,
            "summary": orjson.dumps(counts.to_json()).decode(),
        },
    )  # fmt: skip
    return not over


async def apply_plan(connection: AsyncConnection, program_id: int, plan_id: int, actor: str) -> TierPlan:
    """Let a plan be the tiers from now on, for everybody at once.

    Raises TierPlanRefused: PLAN_NOT_FOUND, PLAN_COUNTING, PLAN_SETTLED, TIERS_CHANGED.
    """
    await lock_versions(connection, program_id)
    plan = await _open_plan(connection, program_id, plan_id)
    if plan.state == "counting":
        raise TierPlanRefused("PLAN_COUNTING")
    if (await connection.execute(_VERSION, {"program_id": program_id})).scalar_one() != plan.base_version:
        raise TierPlanRefused("TIERS_CHANGED")
    await publish_tiers(connection, program_id, plan.definition, None, actor)
    return await _settle(connection, plan, "applied", actor)


async def drop_plan(connection: AsyncConnection, program_id: int, plan_id: int, actor: str) -> TierPlan:
    """Think no longer about a plan; nothing changes. Raises TierPlanRefused: PLAN_NOT_FOUND, PLAN_SETTLED."""
    return await _settle(connection, await _open_plan(connection, program_id, plan_id), "dropped", actor)


async def plan_of(connection: AsyncConnection, program_id: int, plan_id: int) -> TierPlan | None:
    """One plan, whatever became of it."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "plan_id": plan_id})).one_or_none()
    return _plan(row) if row is not None else None


async def plans_of(connection: AsyncConnection, program_id: int, first: int = 20) -> list[TierPlan]:
    """The program's plans, newest first."""
    return [_plan(row) for row in await connection.execute(_LIST, {"program_id": program_id, "first": first})]


async def _open_plan(connection: AsyncConnection, program_id: int, plan_id: int) -> TierPlan:
    row = (await connection.execute(_LOCK, {"program_id": program_id, "plan_id": plan_id})).one_or_none()
    if row is None:
        raise TierPlanRefused("PLAN_NOT_FOUND")
    if row.state in ("applied", "dropped"):
        raise TierPlanRefused("PLAN_SETTLED")
    return _plan(row)


async def _settle(connection: AsyncConnection, plan: TierPlan, state: State, actor: str) -> TierPlan:
    key = {"program_id": plan.program_id, "plan_id": plan.plan_id}
    await connection.execute(_SETTLE, {**key, "state": state, "actor": actor})
    return _plan((await connection.execute(_ONE, key)).one())


def _plan(row: Any) -> TierPlan:
    return TierPlan(
        row.program_id, row.plan_id, row.base_version, parse_tiers(row.definition), row.state,
        PlanCounts.from_json(orjson.loads(row.summary)), row.members_total, row.members_done, row.created_at,
        row.created_by, row.settled_at, row.settled_by,
    )  # fmt: skip

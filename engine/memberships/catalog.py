"""The plans of a program: made, edited by new versions, archived, listed.

An edit names the version that it was made from, so that of two at once the second is refused instead of winning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.memberships.definitions import PlanDefinition
from engine.memberships.refusals import MembershipRefused
from engine.rules.bounds import Handle

_HANDLE: TypeAdapter[str] = TypeAdapter(Handle)
PLANS_MAXIMUM = 50
"""The most that a program sells at a time; archived ones do not count."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it stands."""

    program_id: int
    plan_id: int
    handle: str
    version: int
    definition: PlanDefinition
    position: int
    created_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A version of a plan; `archived_at` is the plan's."""

    program_id: int
    plan_id: int
    handle: str
    version: int
    definition: PlanDefinition
    created_at: datetime
    archived_at: datetime | None


_SELECT = """SELECT p.program_id, p.plan_id, p.handle, p.version, v.definition::text AS definition, p.position,
    p.created_at, p.archived_at FROM plans p JOIN plan_versions v USING (program_id, plan_id, version)
    WHERE p.program_id = :program_id"""
_LIST = text(f"{_SELECT} AND (:archived OR p.archived_at IS NULL) ORDER BY p.position, p.plan_id LIMIT :most")
_ONE = text(f"{_SELECT} AND p.plan_id = :plan_id")
_BY_HANDLE = text(f"{_SELECT} AND p.handle = :handle")
_VERSIONS = text("""
    SELECT p.program_id, p.plan_id, p.handle, v.version, v.definition::text AS definition, v.created_at, p.archived_at
    FROM plans p JOIN plan_versions v USING (program_id, plan_id)
    WHERE p.program_id = ANY(:program_ids) ORDER BY p.program_id, p.position, p.plan_id, v.version
""")
_LOCK_PROGRAM = text("SELECT program_id FROM programs WHERE program_id = :program_id FOR UPDATE")
_INSERT = text("""
    INSERT INTO plans (program_id, plan_id, handle, version, position)
    VALUES (:program_id, :plan_id, :handle, 1, :position)
""")
_INSERT_VERSION = text("""
    INSERT INTO plan_versions (program_id, plan_id, version, definition, created_by)
    VALUES (:program_id, :plan_id, :version, CAST(:definition AS jsonb), :actor)
""")
_UPDATE = text("""
    UPDATE plans SET version = :version, position = :position,
        archived_at = CASE WHEN :archive THEN now() ELSE archived_at END
    WHERE program_id = :program_id AND plan_id = :plan_id
""")


@lru_cache(maxsize=1024)
def _parse(definition: str) -> PlanDefinition:
    return PlanDefinition.model_validate_json(definition)


async def plans_of(connection: AsyncConnection, program_id: int, *, archived: bool = False) -> list[Plan]:
    """The program's plans in the merchant's order; `archived` brings those that are no longer sold, too."""
    given = {"program_id": program_id, "archived": archived, "most": 10 * PLANS_MAXIMUM}
    return [_plan(row) for row in await connection.execute(_LIST, given)]


async def plan_of(connection: AsyncConnection, program_id: int, plan_id: int) -> Plan | None:
    """One plan, archived or not; None when the program has no such one."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "plan_id": plan_id})).one_or_none()
    return _plan(row) if row else None


async def plan_by_handle(connection: AsyncConnection, program_id: int, handle: str) -> Plan | None:
    """One plan by its handle; None when the program has no such one."""
    row = (await connection.execute(_BY_HANDLE, {"program_id": program_id, "handle": handle})).one_or_none()
    return _plan(row) if row else None


async def plan_versions_of(connection: AsyncConnection, program_ids: Iterable[int]) -> list[PlanVersion]:
    """All versions of all plans of these programs, in the merchant's order, each plan's oldest version first."""
    rows = await connection.execute(_VERSIONS, {"program_ids": sorted(set(program_ids))})
    return [
        PlanVersion(
            row.program_id, row.plan_id, row.handle, row.version, _parse(row.definition), row.created_at,
            row.archived_at,
        )
        for row in rows
    ]  # fmt: skip


async def create_plan(
    connection: AsyncConnection, program_id: int, handle: str, definition: PlanDefinition, *, actor: str,
    position: int | None = None,
) -> Plan:  # fmt: skip
    """Sell a new plan, by default last in the list.

    Raises MembershipRefused: HANDLE_INVALID, HANDLE_TAKEN, TOO_MANY, PRODUCT_TAKEN, SELLING_PLAN_TAKEN.
    """
    try:
        _HANDLE.validate_python(handle)
    except ValidationError:
        raise MembershipRefused("HANDLE_INVALID", "handle", "A handle is made of a-z, 0-9 and hyphens.") from None
    await connection.execute(_LOCK_PROGRAM, {"program_id": program_id})
    sold = await plans_of(connection, program_id)
    if len(sold) >= PLANS_MAXIMUM:
        raise MembershipRefused("TOO_MANY", None, f"A program sells at most {PLANS_MAXIMUM} plans at a time.")
    if await plan_by_handle(connection, program_id, handle) is not None:
        raise MembershipRefused("HANDLE_TAKEN", "handle", "Another plan has this handle.")
    _refuse_shared(sold, None, definition)
    plan_id = (await connection.execute(text("SELECT nextval('ledger_ids')"))).scalar_one()
    place = max((plan.position for plan in sold), default=0) + 1 if position is None else position
    given = {"program_id": program_id, "plan_id": plan_id, "handle": handle, "position": place}
    await connection.execute(_INSERT, given)
    await _add_version(connection, program_id, plan_id, 1, definition, actor)
    return await _read(connection, program_id, plan_id)


async def update_plan(
    connection: AsyncConnection, program_id: int, plan_id: int, definition: PlanDefinition, *,
    expected_version: int, actor: str, position: int | None = None,
) -> Plan:  # fmt: skip
    """Make the next version. Memberships that were sold before keep theirs.

    Raises MembershipRefused: PLAN_NOT_FOUND, ARCHIVED, VERSION_CONFLICT, PRODUCT_TAKEN, SELLING_PLAN_TAKEN.
    """
    known = await _locked(connection, program_id, plan_id, expected_version)
    _refuse_shared(await plans_of(connection, program_id), plan_id, definition)
    place = known.position if position is None else position
    return await _next_version(connection, known, definition, actor, position=place, archive=False)


async def archive_plan(
    connection: AsyncConnection, program_id: int, plan_id: int, *, expected_version: int, actor: str
) -> Plan:
    """Sell it no more. Memberships go on to their end. Raises MembershipRefused like `update_plan`."""
    known = await _locked(connection, program_id, plan_id, expected_version)
    return await _next_version(connection, known, known.definition, actor, position=known.position, archive=True)


def _refuse_shared(sold: Iterable[Plan], plan_id: int | None, definition: PlanDefinition) -> None:
    """An order's line must name one plan, and so must a contract."""
    for plan in sold:
        if plan.plan_id == plan_id:
            continue
        if set(plan.definition.product_ids) & set(definition.product_ids):
            raise MembershipRefused("PRODUCT_TAKEN", "productIds", f"A product belongs to the plan {plan.handle}.")
        if definition.selling_plan_id is not None and plan.definition.selling_plan_id == definition.selling_plan_id:
            raise MembershipRefused("SELLING_PLAN_TAKEN", "sellingPlanId", f"It belongs to the plan {plan.handle}.")


async def _locked(connection: AsyncConnection, program_id: int, plan_id: int, expected_version: int) -> Plan:
    await connection.execute(_LOCK_PROGRAM, {"program_id": program_id})
    known = await plan_of(connection, program_id, plan_id)
    if known is None:
        raise MembershipRefused("PLAN_NOT_FOUND", None, "The program has no such plan.")
    if known.archived_at is not None:
        raise MembershipRefused("ARCHIVED", None, "The plan is archived.")
    if known.version != expected_version:
        message = f"Somebody else made version {known.version} of it."
        raise MembershipRefused("VERSION_CONFLICT", "expectedVersion", message)
    return known


async def _next_version(
    connection: AsyncConnection, known: Plan, definition: PlanDefinition, actor: str, *, position: int, archive: bool
) -> Plan:
    await _add_version(connection, known.program_id, known.plan_id, known.version + 1, definition, actor)
    given = {
        "program_id": known.program_id, "plan_id": known.plan_id, "version": known.version + 1, "position": position,
        "archive": archive,
    }  # fmt: skip
    await connection.execute(_UPDATE, given)
    return await _read(connection, known.program_id, known.plan_id)


async def _add_version(
    connection: AsyncConnection, program_id: int, plan_id: int, version: int, definition: PlanDefinition, actor: str
) -> None:
    given = {
        "program_id": program_id, "plan_id": plan_id, "version": version, "definition": definition.model_dump_json(),
        "actor": actor,
    }  # fmt: skip
    await connection.execute(_INSERT_VERSION, given)


async def _read(connection: AsyncConnection, program_id: int, plan_id: int) -> Plan:
    known = await plan_of(connection, program_id, plan_id)
    assert known is not None, "it was written just now"
    return known


def _plan(row: Any) -> Plan:
    return Plan(
        row.program_id, row.plan_id, row.handle, row.version, _parse(row.definition), row.position, row.created_at,
        row.archived_at,
    )  # fmt: skip

"""Programs for the engine's tests: a rule or two, published from the beginning of time, and what members then have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.audit import audit
from engine.database import tenant_transaction
from engine.events import Fact
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.program import BEGINNING_OF_TIME, Definition, ProgramVersion
from engine.publishing import publish
from engine.reservations import reserve, settle
from engine.sealing import seal_program
from engine.shops import ShopReference
from tests.support.facts import events


class Balance(NamedTuple):
    """What a member has and owes."""

    available: int
    pending: int = 0
    reserved: int = 0
    debt: int = 0


def purchase(handle: str = "purchase", rate: str = "1", **more: Any) -> dict[str, Any]:
    """A rule that gives points for money, in US dollars."""
    return {
        "handle": handle, "title": handle, "trigger": "order_paid",
        "formula": {"kind": "per_money", "rates": {"USD": rate}}, **more,
    }  # fmt: skip


def fixed(handle: str, points: int, trigger: str, **more: Any) -> dict[str, Any]:
    """A rule that gives a fixed number of points."""
    return {
        "handle": handle,
        "title": handle,
        "trigger": trigger,
        "formula": {"kind": "fixed", "points": points},
        **more,
    }


async def publish_rules(
    engine: AsyncEngine, shop: ShopReference, *rules: dict[str, Any], **program: Any
) -> ProgramVersion:
    """Publish a program of these rules; `program` are other fields of its definition."""
    definition = Definition.model_validate({"name": "Test", "rules": list(rules), **program})
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await publish(connection, shop.program_id, definition, effective_from=BEGINNING_OF_TIME, actor="tests")


async def apply(engine: AsyncEngine, shop: ShopReference, *facts: Fact) -> None:
    """Apply these facts as one batch."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, *facts))


async def balance(engine: AsyncEngine, shop: ShopReference, customer_id: int = 1) -> Balance:
    """What a customer's member has now."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, customer_id)
        reserved = await connection.execute(
            text("SELECT reserved FROM members WHERE program_id = :program AND member_id = :member"),
            {"program": shop.program_id, "member": member.member_id},
        )
        return Balance(member.available, member.pending, reserved.scalar_one(), member.debt)


async def breaches(engine: AsyncEngine, shop: ShopReference) -> dict[str, int]:
    """What the audit finds, by the check's name; nothing is as it must be."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await seal_program(connection, shop.program_id)
        report = await audit(connection, [shop.program_id])
        return {check.name: check.breaches for check in report.checks if check.breaches}


async def spend(engine: AsyncEngine, shop: ShopReference, points: int) -> None:
    """Let customer 1's member spend points."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, 1)
        key = MemberKey(shop.program_id, member.member_id)
        held = await reserve(connection, key, points, purpose="test", actor="tests", held_for=timedelta(days=1))
        await settle(connection, shop.program_id, held, capture=points, actor="tests")

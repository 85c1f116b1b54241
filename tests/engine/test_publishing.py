"""Drafts and versions: nobody's edit is lost unseen, and what is published never changes."""

from __future__ import annotations

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.program import Definition, default_definition
from engine.publishing import DraftChanged, NoSuchVersion, draft, live_version, publish, rollback, save_draft, versions
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.programs import Balance, apply, balance, publish_rules, purchase
from tests.support.rules import program, rule


async def save(engine: AsyncEngine, shop: ShopReference, definition: Definition, expected: int) -> int:
    async with tenant_transaction(engine, shop.program_id) as connection:
        saved = await save_draft(connection, shop.program_id, definition, expected_revision=expected, actor="staff:ada")
        return saved.revision


async def test_a_draft_is_saved_over_the_revision_that_was_read(engine: AsyncEngine, shop: ShopReference) -> None:
    changed = program(rule(), rule("more"))
    async with tenant_transaction(engine, shop.program_id) as connection:
        before = await draft(connection, shop.program_id)
    revision = await save(engine, shop, changed, before.revision)
    async with tenant_transaction(engine, shop.program_id) as connection:
        after = await draft(connection, shop.program_id)
        actor = (await connection.execute(text("SELECT updated_by FROM program_drafts"))).scalar_one()

    assert (after.definition, after.revision, revision) == (changed, before.revision + 1, before.revision + 1)
    assert actor == "staff:ada"


async def test_of_two_edits_at_once_one_wins_and_the_other_is_told(engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        read = (await draft(connection, shop.program_id)).revision
    told: list[int] = []

    async def edit(handle: str) -> None:
        try:
            await save(engine, shop, program(rule(handle)), read)
        except DraftChanged as conflict:
            told.append(conflict.revision)

    async with anyio.create_task_group() as group:
        group.start_soon(edit, "one")
        group.start_soon(edit, "two")
    async with tenant_transaction(engine, shop.program_id) as connection:
        after = await draft(connection, shop.program_id)

    assert told == [read + 1]
    assert after.revision == read + 1
    assert [one.handle for one in after.definition.rules] in (["one"], ["two"])


async def test_an_earlier_version_is_published_again_as_the_next(engine: AsyncEngine, shop: ShopReference) -> None:
    first = program(rule())
    async with tenant_transaction(engine, shop.program_id) as connection:
        one = await publish(connection, shop.program_id, first, effective_from=None, actor="staff:ada")
        await publish(connection, shop.program_id, program(rule("other")), effective_from=None, actor="staff:ada")
        again = await rollback(connection, shop.program_id, one.version, actor="staff:grace")
        live = await live_version(connection, shop.program_id)
        after = await draft(connection, shop.program_id)
        with pytest.raises(NoSuchVersion):
            await rollback(connection, shop.program_id, 404, actor="staff:grace")

    assert (again.version, again.definition) == (one.version + 2, first)
    assert live == again
    assert after.definition == first


async def test_yesterdays_order_is_refunded_at_yesterdays_rate(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(rate="2"))
    await apply(engine, shop, order(10, [line("30.00")]))
    await publish_rules(engine, shop, purchase(rate="5"))
    await apply(engine, shop, refund(1, 10, "10.00"), order(11, [line("1.00")], occurred_at=PAID_AT))

    assert await balance(engine, shop) == Balance(60 - 20 + 5)


async def test_what_is_published_can_be_changed_by_nobody(engine: AsyncEngine, shop: ShopReference) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await connection.execute(text("UPDATE program_versions SET definition = '{}'"))


async def test_a_version_of_the_first_shape_still_decides(engine: AsyncEngine, shop: ShopReference) -> None:
    """What was stored before there were rules is read as two of them, and earns what it did."""
    old = (
        '{"name": "Old", "time_zone": "UTC", "purchase": {"kind": "purchase", "handle": "purchase", '
        '"rates": {"USD": "3"}, "test_orders": false, "expires_after_days": 365}, "sign_up": null}'
    )
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(
            text(
                "INSERT INTO program_versions (program_id, version, definition, effective_from, published_by) "
                "VALUES (:program_id, 2, CAST(:old AS jsonb), :at, 'tests')"
            ),
            {"program_id": shop.program_id, "old": old, "at": PAID_AT},
        )
        published = await versions(connection, shop.program_id)
    await apply(engine, shop, order(10, [line("10.00")]))

    assert [one.definition.name for one in published] == [default_definition().name, "Old"]
    assert await balance(engine, shop) == Balance(30)
